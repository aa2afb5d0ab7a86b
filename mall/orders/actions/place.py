"""Placing an order: the dealer's points for a reward, once, whatever happens on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, or_, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.seal import Seal
from mall.catalog.actions import take
from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.models import FormReused, OrderLine, OrderState, RedemptionOrder
from mall.orders.queries.destination import seal_destination
from mall.orders.queries.offer import offer_of
from mall.orders.rules import Offer, Wish, due_at, first_free, judge, numbers
from mall.points.actions import open_book, spend, write

_order = cast(Table, RedemptionOrder.__table__)

# Built once: building a statement costs several times what running it does.
_EARLIER = select(_order.c.no, _order.c.key, _order.c.request_hash, _order.c.points, _order.c.id).where(
    _order.c.dealer_id == bindparam("dealer"),
    or_(_order.c.key == bindparam("form_key"), _order.c.no.in_(bindparam("candidates", expanding=True))),
)
_ADD_ORDER = insert(_order)
_ADD_LINE = insert(cast(Table, OrderLine.__table__))


@dataclass(frozen=True)
class Placed:
    """The order that a form made. `repeated` says that this very form had made it before."""

    no: str
    order_id: int
    points: int
    repeated: bool = False


def place(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    key: str,
    wish: Wish,
    seal: Seal,
    source_address: str = "",
) -> Placed:
    """Redeem a reward for a dealer's points.

    `key` was minted with the form: sent again with the same wish it gives the earlier order, with another it is
    refused. Refused too: a clerk, a quantity out of range, what is off the shelf or at another price than was seen,
    more than the dealer's limit, than the stock or than the points, a parcel without an address.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    book = open_book(session, now, dealer_id)

    order_id = new_id(now)
    candidates = numbers(order_id, now, book.zone)
    known = session.execute(_EARLIER, {"dealer": dealer_id, "form_key": key, "candidates": candidates}).all()
    for earlier in known:
        if earlier.key == key:
            return _again(earlier, wish)
    no = first_free(candidates, {row.no for row in known})

    offer = offer_of(session, now, dealer_id=dealer_id, sku_id=wish.sku_id, address_id=wish.address_id)
    judge(wish, offer)
    points = offer.points_each * wish.quantity
    actor = f"member:{member_id}"

    posting = spend(
        book,
        points=points,
        source="mall",
        key=f"order/{order_id}",
        actor=actor,
        why={
            "what": "redemption",
            "order": no,
            "items": [
                {
                    "code": offer.item_code,
                    "sku": offer.sku_code,
                    "names": offer.names,
                    "quantity": wish.quantity,
                    "points": points,
                }
            ],
        },
    )
    write(session, book)

    session.execute(
        _ADD_ORDER,
        {
            "dealer_id": dealer_id,
            "id": order_id,
            "no": no,
            "key": key,
            "request_hash": wish.hash(),
            "member_id": member_id,
            "kind": offer.kind,
            "state": OrderState.TO_SHIP,
            "points": points,
            "spend_journal": posting.journal_id,
            "address_sealed": _snapshot(offer, wish, order_id, seal),
            "remark_sealed": seal.seal(wish.remark, f"order:remark:{order_id}") if wish.remark else None,
            "placed_at": now,
            "due_at": due_at(now, offer.delivery),
        },
    )
    session.execute(
        _ADD_LINE,
        {
            "dealer_id": dealer_id,
            "order_id": order_id,
            "line_no": 1,
            "item_id": offer.item_id,
            "sku_id": wish.sku_id,
            "item_code": offer.item_code,
            "sku_code": offer.sku_code,
            "names": offer.names,
            "attributes": offer.attributes,
            "picture": offer.picture,
            "delivery": offer.delivery,
            "quantity": wish.quantity,
            "points_each": offer.points_each,
            "points": points,
        },
    )
    note(
        session,
        now,
        actor=actor,
        act="order.place",
        subject=f"order:{order_id}",
        address=source_address,
        detail={"no": no, "points": points},
    )
    session.flush()
    # Last, because everybody who wants this reward waits for the same row from here to the commit.
    take(session, now, {wish.sku_id: wish.quantity})
    return Placed(no, order_id, points)


def _again(earlier: Any, wish: Wish) -> Placed:
    if earlier.request_hash != wish.hash():
        raise FormReused
    return Placed(earlier.no, earlier.id, earlier.points, repeated=True)


def _snapshot(offer: Offer, wish: Wish, order_id: int, seal: Seal) -> bytes | None:
    """The address as it is now: later changes to the address book leave the order alone."""
    if not offer.kind.shipped or offer.address_sealed is None or wish.address_id is None:
        return None
    return seal_destination(
        seal, order_id, address_id=wish.address_id, region=offer.region, sealed=offer.address_sealed
    )
