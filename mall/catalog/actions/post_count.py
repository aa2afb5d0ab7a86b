"""A count that is finished becomes stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from mall.catalog.actions.alarms import look_at
from mall.catalog.actions.counts import locked_count, moved, noted
from mall.catalog.actions.lying import lay, lift, move, tell
from mall.catalog.actions.supplies import MAY_ADJUST, By
from mall.catalog.models import (
    SECOND_PERSON_OVER,
    Because,
    CountState,
    Move,
    Promised,
    Reason,
    SecondPersonCounts,
    Stock,
    StockCount,
    StockCountLine,
    StockFormStale,
)
from mall.catalog.queries.counts import Difference, differences

_line, _stock = cast(Table, StockCountLine.__table__), cast(Table, Stock.__table__)
_BY = bindparam("by", type_=_stock.c.on_hand.type)
_CHANGE = (
    update(_stock)
    .where(_stock.c.sku_id == bindparam("sku"))
    .values(on_hand=_stock.c.on_hand + _BY, supplied=_stock.c.supplied + _BY, seq=_stock.c.seq + 1)
)
_POSTED = (
    update(_line)
    .where(_line.c.count_id == bindparam("count"), _line.c.sku_id == bindparam("sku"))
    .values(difference=_BY)
)


def post(session: Session, now: datetime, *, no: str, revision: int, by: By) -> StockCount:
    """Let the stock be what was counted, moved on by all that has moved since. Said again it changes nothing.

    Refused: who keeps no warehouse; a count that is not finished, or was changed since it was looked at; who counted,
    where the differences are worth more than SECOND_PERSON_OVER; fewer pieces than orders keep (Promised).
    """
    by.must_be(MAY_ADJUST)
    count = locked_count(session, no)
    if count.posted:
        return count
    if not count.counted:
        raise moved(count)
    if count.revision != revision:
        raise StockFormStale
    standing = _lock(session, count)
    found = differences(session, count)
    count.value_fen = sum(one.value_fen for one in found)
    if count.value_fen > SECOND_PERSON_OVER and by.actor in _counters(session, count):
        raise SecondPersonCounts(yuan=count.value_fen // 100, most=SECOND_PERSON_OVER // 100)
    differ = [one for one in found if one.difference]
    _change(session, now, count, differ, standing, by)
    posted = [{"count": count.id, "sku": one.sku_id, "by": one.difference} for one in found]
    session.connection().execute(_POSTED, posted)
    count.state, count.posted_at, count.posted_by = CountState.POSTED, now, by.actor
    count.revision += 1
    session.flush()
    more, less = sum(max(one.difference, 0) for one in found), sum(max(-one.difference, 0) for one in found)
    detail = {"more": more, "less": less, "value_fen": count.value_fen, "counted_by": count.counted_by}
    noted(session, now, by, "stock.count_post", count, detail)
    for one in differ:
        look_at(session, now, one.sku_id)
    return count


def _lock(session: Session, count: StockCount) -> dict[int, Any]:
    """The stock of all that was counted, locked in order of SKU: nothing of it moves until this is posted."""
    counted = select(_line.c.sku_id).where(_line.c.count_id == count.id, _line.c.counted.is_not(None))
    lock = select(_stock.c.sku_id, _stock.c.seq, _stock.c.on_hand).where(_stock.c.sku_id.in_(counted))
    return {row.sku_id: row for row in session.execute(lock.order_by(_stock.c.sku_id).with_for_update())}


def _counters(session: Session, count: StockCount) -> set[str | None]:
    who = select(_line.c.counted_by).where(_line.c.count_id == count.id, _line.c.counted_by.is_not(None))
    return {*session.scalars(who), count.counted_by}


def _change(
    session: Session,
    now: datetime,
    count: StockCount,
    differ: Sequence[Difference],
    standing: dict[int, Any],
    by: By,
) -> None:
    rows = []
    for one in differ:
        row, place = standing[one.sku_id], count.warehouse_id
        if row.on_hand + one.difference < 0:
            raise Promised(sku=one.code, left=row.on_hand)
        rows.append(move(one.sku_id, Move.COUNT, one.difference, (row.seq + 1, row.on_hand + one.difference), place))
        (lay if one.difference > 0 else lift)(session, one.sku_id, place, abs(one.difference))
    if rows:
        session.connection().execute(_CHANGE, [{"sku": row["sku_id"], "by": row["pieces"]} for row in rows])
        tell(session, now, rows, Because(Reason.COUNT, count.no, by.actor))
