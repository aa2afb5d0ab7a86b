"""Writing down an order that was judged: its row, its parts and its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.orders.actions.loading import account_place
from mall.orders.models import OrderLine, OrderPart, OrderState, PartState, RedemptionOrder
from mall.orders.queries.destination import seal_destination
from mall.orders.queries.offer import Goal
from mall.orders.rules import Asked, Offer, Quote, Windows, due_at, request_hash
from mall.points.actions import Posting

# Built once: building a statement costs several times what running it does.
_ADD_ORDER = insert(cast(Table, RedemptionOrder.__table__))
_ADD_PART = insert(cast(Table, OrderPart.__table__))
_ADD_LINE = insert(cast(Table, OrderLine.__table__))


@dataclass(frozen=True)
class Draft:
    """What is about to be written. `parts` has the part number of each line, by line number."""

    order_id: int
    no: str
    state: OrderState
    parts: dict[int, int]
    goal: Goal | None

    @property
    def decided(self) -> bool:
        """Whether neither owner nor money is waited for."""
        return self.state is OrderState.TO_SHIP


def write_order(
    session: Session,
    now: datetime,
    quote: Quote,
    asked: Asked,
    draft: Draft,
    posting: Posting,
    offers: list[Offer],
    seal: Seal,
    windows: Windows,
) -> None:
    """Write the order with its parts and lines, as rows that are there at once; names and prices as they are now."""
    window = windows.approve if draft.state is OrderState.AWAITING_APPROVAL else windows.pay
    own = {"dealer_id": quote.dealer_id, "order_id": draft.order_id}
    session.execute(
        _ADD_ORDER,
        {
            "dealer_id": quote.dealer_id,
            "id": draft.order_id,
            "no": draft.no,
            "key": quote.key,
            "request_hash": request_hash(quote, asked),
            "member_id": quote.member_id,
            "state": draft.state,
            "by_parcel": int(any(offer.kind.shipped for offer in offers)),
            "points": quote.points,
            "cash_fen": quote.cash_fen,
            "freight_fen": quote.freight_fen,
            "gateway": asked.gateway if quote.pay_fen else None,
            "spend_journal": posting.journal_id,
            "address_sealed": _snapshot(draft, asked, seal),
            "region": draft.goal.region if draft.goal else "",
            "remark_sealed": seal.seal(asked.remark, f"order:remark:{draft.order_id}") if asked.remark else None,
            "placed_at": now,
            "paid_at": now if draft.decided else None,
            "close_at": None if draft.decided else now + window,
        },
    )
    promised = {
        part: min(due_at(now, offers[at - 1].delivery) for at, own_part in draft.parts.items() if own_part == part)
        for part in set(draft.parts.values())
    }
    session.execute(
        _ADD_PART,
        [
            {
                **own,
                "part_no": part,
                "kind": next(offers[at - 1].kind for at, own_part in draft.parts.items() if own_part == part),
                "state": PartState.READY if draft.decided else PartState.HELD,
                "due_at": due if draft.decided else None,
            }
            for part, due in sorted(promised.items())
        ],
    )
    session.execute(
        _ADD_LINE,
        [
            {
                **own,
                "line_no": at,
                "part_no": draft.parts[at],
                "kind": offer.kind,
                "item_id": offer.item_id,
                "sku_id": line.sku_id,
                "plan_id": line.plan_id,
                "item_code": offer.item_code,
                "sku_code": offer.sku_code,
                "names": offer.names,
                "attributes": offer.attributes,
                "terms": offer.terms,
                "picture": offer.picture,
                "delivery": offer.delivery,
                "quantity": line.quantity,
                "points_each": line.points_each,
                "points": line.points,
                "cash_each_fen": line.cash_each_fen,
                "cash_fen": line.cash_fen,
                "account_sealed": seal.seal(asked.accounts[at], account_place(draft.order_id, at))
                if offer.kind.needs_account
                else None,
            }
            for at, (line, offer) in enumerate(zip(quote.lines, offers, strict=True), 1)
        ],
    )


def _snapshot(draft: Draft, asked: Asked, seal: Seal) -> bytes | None:
    """The address as it is now: later changes to the address book leave the order alone."""
    if draft.goal is None or asked.address_id is None:
        return None
    return seal_destination(
        seal,
        draft.order_id,
        address_id=asked.address_id,
        region=draft.goal.region,
        sealed=draft.goal.sealed,
        outlet=draft.goal.outlet,
    )
