"""Stock taking: a sheet is opened, numbers are entered, a second person posts what differs.

A number is what lay there at a moment. What moves later is no difference: the sheet keeps the SKU's last movement at
that moment, and the difference is a change by so many pieces, however many have come or gone since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.time import civil_day
from mall.catalog.actions.supplies import MAY_ADJUST, By
from mall.catalog.models import (
    COUNT_STATES,
    CountMoved,
    CountState,
    Item,
    Kind,
    NoSuchCount,
    NoSuchSku,
    NoSuchWarehouse,
    NothingCounted,
    Sku,
    Stock,
    StockAt,
    StockCount,
    StockCountLine,
    StockMovement,
    Warehouse,
)

_line, _stock = cast(Table, StockCountLine.__table__), cast(Table, Stock.__table__)
_at, _movement = cast(Table, StockAt.__table__), cast(Table, StockMovement.__table__)
_ENTER = (
    update(_line)
    .where(_line.c.count_id == bindparam("count"), _line.c.sku_id == bindparam("sku"))
    .values(
        counted=bindparam("pieces", type_=_line.c.counted.type),
        counted_at=bindparam("moment", type_=_line.c.counted_at.type),
        counted_by=bindparam("who", type_=_line.c.counted_by.type),
        seq=bindparam("last", type_=_line.c.seq.type),
    )
)


def open_count(
    session: Session,
    now: datetime,
    *,
    warehouse: str,
    sku_codes: Collection[str],
    remark: str,
    key: str,
    zone: str,
    by: By,
) -> StockCount:
    """Open a count of a warehouse: of the SKUs named, else of all that lie there. The same `key` is one count.

    Refused: who keeps no warehouse; a closed one; a code that is no SKU's; where there is nothing to count.
    """
    by.must_be(MAY_ADJUST)
    place = session.scalars(
        select(Warehouse).where(Warehouse.code == warehouse, Warehouse.closed_at.is_(None)).with_for_update()
    ).one_or_none()
    if place is None:
        raise NoSuchWarehouse
    known = session.scalars(select(StockCount).where(StockCount.key == key)).one_or_none()
    if known is not None:
        return known
    skus = _named(session, sku_codes) if sku_codes else _all_in(session, place.id)
    if not skus:
        raise NothingCounted
    count_id = new_id(now)
    today = civil_day(now, zone)
    nth = session.scalar(select(func.count()).where(StockCount.no.like(f"PD{today:%Y%m%d}%"))) or 0
    count = StockCount(
        id=count_id,
        no=f"PD{today:%Y%m%d}-{nth + 1:02d}",
        key=key,
        warehouse_id=place.id,
        state=CountState.OPEN,
        remark=remark,
        opened_at=now,
        opened_by=by.actor,
    )
    session.add(count)
    session.flush()
    session.execute(insert(_line), [{"count_id": count_id, "sku_id": sku} for sku in sorted(skus)])
    noted(session, now, by, "stock.count_open", count, {"warehouse": warehouse, "skus": len(skus)})
    return count


def enter(
    session: Session,
    now: datetime,
    *,
    no: str,
    numbers: Mapping[str, int | None],
    moment: datetime,
    by: By,
) -> int:
    """Write down how many pieces of SKUs, by code, lay there at a moment; none takes a number back. Gives how many
    lines have changed; a number that stands there already keeps its own moment.

    Refused: who keeps no warehouse; a count that is not open; a moment before it was opened (ValueError).
    """
    by.must_be(MAY_ADJUST)
    count = locked_count(session, no)
    if not count.open:
        raise moved(count)
    if not count.opened_at <= moment <= now:
        raise ValueError("counted before the count was opened, or in the future")
    rows = session.execute(
        select(_line.c.sku_id, _line.c.counted, Sku.code, _stock.c.seq, _later(moment).label("later"))
        .join(Sku, Sku.id == _line.c.sku_id)
        .join(_stock, _stock.c.sku_id == _line.c.sku_id)
        .where(_line.c.count_id == count.id, Sku.code.in_(list(numbers)))
    ).all()
    changed = []
    for row in rows:
        pieces = numbers[row.code]
        if pieces == row.counted:
            continue
        said = pieces is not None
        changed.append(
            {
                "count": count.id,
                "sku": row.sku_id,
                "pieces": pieces,
                "moment": moment if said else None,
                "who": by.actor if said else None,
                "last": row.seq - row.later if said else None,
            }
        )
    if changed:
        session.connection().execute(_ENTER, changed)
        count.revision += 1
        session.flush()
    return len(changed)


def add_skus(session: Session, now: datetime, *, no: str, sku_codes: Collection[str], by: By) -> int:
    """Put more SKUs on an open count: something lies there that nobody expected. Gives how many are new."""
    by.must_be(MAY_ADJUST)
    count = locked_count(session, no)
    if not count.open:
        raise moved(count)
    there = set(session.scalars(select(_line.c.sku_id).where(_line.c.count_id == count.id)))
    fresh = sorted(set(_named(session, sku_codes)) - there)
    if fresh:
        session.execute(insert(_line), [{"count_id": count.id, "sku_id": sku} for sku in fresh])
        count.revision += 1
        session.flush()
    return len(fresh)


def finish(session: Session, now: datetime, *, no: str, by: By) -> StockCount:
    """All is entered: the differences wait for being posted. Said again it changes nothing."""
    by.must_be(MAY_ADJUST)
    count = locked_count(session, no)
    if count.counted:
        return count
    if not count.open:
        raise moved(count)
    entered = select(func.count()).where(_line.c.count_id == count.id, _line.c.counted.is_not(None))
    if not session.scalar(entered):
        raise NothingCounted
    count.state, count.counted_at, count.counted_by = CountState.COUNTED, now, by.actor
    count.revision += 1
    session.flush()
    noted(session, now, by, "stock.count_finish", count, {})
    return count


def reopen(session: Session, now: datetime, *, no: str, by: By) -> StockCount:
    """Some of it is to be counted again. Said again it changes nothing."""
    by.must_be(MAY_ADJUST)
    count = locked_count(session, no)
    if count.open:
        return count
    if not count.counted:
        raise moved(count)
    count.state, count.counted_at, count.counted_by = CountState.OPEN, None, None
    count.revision += 1
    session.flush()
    noted(session, now, by, "stock.count_reopen", count, {})
    return count


def call_off(session: Session, now: datetime, *, no: str, by: By) -> StockCount:
    """Forget a count that was not posted. Said again it changes nothing."""
    by.must_be(MAY_ADJUST)
    count = locked_count(session, no)
    if count.state is CountState.CALLED_OFF:
        return count
    if count.posted:
        raise moved(count)
    count.state = CountState.CALLED_OFF
    count.revision += 1
    session.flush()
    noted(session, now, by, "stock.count_call_off", count, {})
    return count


def _later(moment: datetime) -> Any:
    """How many movements of a line's SKU are later than a moment."""
    return (
        select(func.count())
        .where(_movement.c.sku_id == _line.c.sku_id, _movement.c.at > moment)
        .correlate(_line)
        .scalar_subquery()
    )


def locked_count(session: Session, no: str) -> StockCount:
    """A count as it is now, locked. Refused: no such count."""
    count = session.scalars(
        select(StockCount).where(StockCount.no == no).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if count is None:
        raise NoSuchCount
    return count


def moved(count: StockCount) -> CountMoved:
    """The refusal that tells where a count stands."""
    return CountMoved(state=COUNT_STATES[count.state])


def _named(session: Session, codes: Collection[str]) -> list[int]:
    """The SKUs with these codes, things that lie somewhere. Refused: a code that is of none."""
    wanted = set(codes)
    rows = session.execute(
        select(Sku.id, Sku.code)
        .join(Item, Item.id == Sku.item_id)
        .where(Sku.code.in_(wanted), Item.kind == Kind.PHYSICAL)
    ).all()
    if len(rows) < len(wanted):
        raise NoSuchSku
    return [row.id for row in rows]


def _all_in(session: Session, warehouse_id: int) -> list[int]:
    return list(session.scalars(select(_at.c.sku_id).where(_at.c.warehouse_id == warehouse_id)))


def noted(session: Session, now: datetime, by: By, act: str, count: StockCount, detail: Mapping[str, object]) -> None:
    """Write an act on a count into the audit log."""
    subject = f"stock_count:{count.id}"
    note(session, now, actor=by.actor, act=act, subject=subject, address=by.address, detail={"no": count.no, **detail})
