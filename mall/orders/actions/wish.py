"""The wish list (心愿单) of a dealer's people, and who is to be told when stock is there again (到货提醒)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.catalog.models import Item, Sku, Stock
from mall.catalog.queries.editions import hidden, holds_in, worn
from mall.dealers.actions.notices import tell
from mall.dealers.models import Dealer, Member
from mall.orders.models import MOST_WISHES, RestockAlert, TooManyWishes, Wish

_wish, _alert = cast(Table, Wish.__table__), cast(Table, RestockAlert.__table__)


def wish(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, item_code: str, sku_code: str = ""
) -> None:
    """Put an item's choice on the dealer's list, by itself its first; what is there stays as it was first wished.

    Refused: an item or choice nobody knows; more than 200 wishes of a dealer.
    """
    sku_id = _sku_of(session, item_code, sku_code)
    _one_at_a_time(session, dealer_id, member_id)
    if session.get(Wish, (dealer_id, sku_id)) is not None:
        return
    counted = select(func.count()).select_from(_wish).where(_wish.c.dealer_id == dealer_id)
    if (session.scalar(counted) or 0) >= MOST_WISHES:
        raise TooManyWishes(most=MOST_WISHES)
    session.add(Wish(dealer_id=dealer_id, sku_id=sku_id, member_id=member_id, wished_at=now))


def unwish(session: Session, now: datetime, *, dealer_id: int, item_code: str) -> None:
    """Take every choice of an item off the dealer's list; what is not on it is gone already."""
    skus = select(Sku.id).join(Item, Item.id == Sku.item_id).where(Item.code == item_code)
    session.execute(delete(_wish).where(_wish.c.dealer_id == dealer_id, _wish.c.sku_id.in_(skus)))


def await_stock(session: Session, now: datetime, *, dealer_id: int, member_id: int, sku_id: int) -> None:
    """Tell this member once when there is stock of a choice. Asked again after being told, it waits anew."""
    _one_at_a_time(session, dealer_id, member_id)
    alert = session.get(RestockAlert, (dealer_id, member_id, sku_id))
    if alert is None:
        session.add(RestockAlert(dealer_id=dealer_id, member_id=member_id, sku_id=sku_id, asked_at=now))
    elif alert.told_at is not None:
        alert.asked_at, alert.told_at = now, None


def tell_restocked(session: Session, now: datetime, *, limit: int) -> int:
    """Tell some of those who wait for what is there again; gives back how many. Two workers never tell one twice."""
    theirs = holds_in(Dealer.__table__.c.region)
    waiting = (
        select(_alert.c.dealer_id, _alert.c.member_id, _alert.c.sku_id, Item.code, worn("names", theirs), Stock.on_hand)
        .join(Sku, Sku.id == _alert.c.sku_id)
        .join(Item, Item.id == Sku.item_id)
        .join(Stock, Stock.sku_id == Sku.id)
        .join(Dealer, Dealer.id == _alert.c.dealer_id)
        .where(_alert.c.told_at.is_(None), Stock.on_hand > 0, Sku.retired_at.is_(None))
        .where(Item.shelved_at <= now, or_(Item.off_at.is_(None), Item.off_at > now), ~hidden(theirs))
        .order_by(_alert.c.asked_at, _alert.c.dealer_id, _alert.c.member_id, _alert.c.sku_id)
        .limit(limit)
        .with_for_update(of=_alert, skip_locked=True)
    )
    found = session.execute(waiting, {"now": now}).all()
    for row in found:
        own = (_alert.c.dealer_id == row.dealer_id, _alert.c.member_id == row.member_id, _alert.c.sku_id == row.sku_id)
        session.execute(update(_alert).where(*own).values(told_at=now))
        tell(
            session,
            now,
            dealer_id=row.dealer_id,
            member_id=row.member_id,
            what="restocked",
            facts={"item": row.names, "left": row.on_hand},
            href=f"/catalog/{row.code}",
        )
    return len(found)


def _sku_of(session: Session, item_code: str, sku_code: str) -> int:
    wanted = (
        select(Sku.id)
        .join(Item, Item.id == Sku.item_id)
        .where(Item.code == item_code, Sku.retired_at.is_(None))
        .order_by(Sku.id)
        .limit(1)
    )
    found = session.scalar(wanted.where(Sku.code == sku_code) if sku_code else wanted)
    if found is None:
        raise NotFound
    return found


def _one_at_a_time(session: Session, dealer_id: int, member_id: int) -> None:
    """Two taps of one member wait for each other; nobody else waits."""
    session.execute(
        select(Member.id).where(Member.dealer_id == dealer_id, Member.id == member_id).with_for_update()
    ).one()
