"""A member's cart (兑换车): in, another quantity or price, chosen or not, out. All of it is safe to repeat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.dealers.models import Member
from mall.orders.models import MOST, MOST_IN_CART, BadQuantity, CartFull, CartLine, OffShelf
from mall.orders.queries.offer import offers_of

_line = cast(Table, CartLine.__table__)


def put(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    sku_id: int,
    plan_id: int | None,
    quantity: int,
    key: str,
) -> CartLine:
    """Put pieces of a choice into the cart, on top of those there; a plan that is not on offer is its first.

    `key` is the form's: sent again it adds nothing. Refused: a quantity out of range, a choice off the shelf or
    without a price for this dealer, more than 100 choices. More than 999 pieces stay 999.
    """
    if not 1 <= quantity <= MOST:
        raise BadQuantity(most=MOST)
    offer = offers_of(session, now, dealer_id=dealer_id, sku_ids=[sku_id])[sku_id]
    plan = offer.plan(plan_id, now) or offer.plan(None, now)
    if plan is None or not offer.on_shelf:
        raise OffShelf
    _one_at_a_time(session, dealer_id, member_id)
    line = session.get(CartLine, (dealer_id, member_id, sku_id))
    if line is None:
        if _count(session, dealer_id, member_id) >= MOST_IN_CART:
            raise CartFull(most=MOST_IN_CART)
        line = CartLine(
            dealer_id=dealer_id, member_id=member_id, sku_id=sku_id, plan_id=plan.id, quantity=quantity, chosen=1,
            key=key, added_at=now,
        )  # fmt: skip
        session.add(line)
    elif line.key != key:
        line.plan_id, line.quantity, line.chosen, line.key = plan.id, min(line.quantity + quantity, MOST), 1, key
    return line


def change(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    sku_id: int,
    quantity: int | None = None,
    plan_id: int | None = None,
) -> None:
    """Set a line's quantity, or its price. Refused: a quantity out of range; a line or a price that is not there."""
    line = _own(session, dealer_id, member_id, sku_id)
    if quantity is not None:
        if not 1 <= quantity <= MOST:
            raise BadQuantity(most=MOST)
        line.quantity = quantity
    if plan_id is not None:
        offer = offers_of(session, now, dealer_id=dealer_id, sku_ids=[sku_id])[sku_id]
        plan = offer.plan(plan_id, now)
        if plan is None:
            raise NotFound
        line.plan_id = plan.id


def choose(session: Session, now: datetime, *, dealer_id: int, member_id: int, sku_ids: Collection[int]) -> None:
    """These lines, and no others, are what checkout takes; who has none of them chooses none."""
    of_member = (_line.c.dealer_id == dealer_id, _line.c.member_id == member_id)
    session.execute(update(_line).where(*of_member, _line.c.sku_id.not_in(sku_ids)).values(chosen=0))
    session.execute(update(_line).where(*of_member, _line.c.sku_id.in_(sku_ids)).values(chosen=1))


def remove(session: Session, now: datetime, *, dealer_id: int, member_id: int, sku_ids: Collection[int]) -> None:
    """Take lines out; what is not there is gone already."""
    session.execute(
        delete(_line).where(_line.c.dealer_id == dealer_id, _line.c.member_id == member_id, _line.c.sku_id.in_(sku_ids))
    )


def clear(session: Session, now: datetime, *, dealer_id: int, member_id: int) -> None:
    """Take everything out."""
    session.execute(delete(_line).where(_line.c.dealer_id == dealer_id, _line.c.member_id == member_id))


def _own(session: Session, dealer_id: int, member_id: int, sku_id: int) -> CartLine:
    line = session.get(CartLine, (dealer_id, member_id, sku_id), with_for_update=True)
    if line is None:
        raise NotFound
    return line


def _count(session: Session, dealer_id: int, member_id: int) -> int:
    counted = select(func.count()).select_from(_line)
    return int(session.scalar(counted.where(_line.c.dealer_id == dealer_id, _line.c.member_id == member_id)) or 0)


def _one_at_a_time(session: Session, dealer_id: int, member_id: int) -> None:
    """Two taps of one member wait for each other; nobody else waits."""
    session.execute(
        select(Member.id).where(Member.dealer_id == dealer_id, Member.id == member_id).with_for_update()
    ).one()
