"""Counts as pages show them, and what differs: what was counted beside what lay there at that moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, and_, case, func, or_, select
from sqlalchemy.orm import Session

from mall.base.found import wanted
from mall.catalog.models import (
    CountState,
    Item,
    NoSuchCount,
    Sku,
    StockAt,
    StockCount,
    StockCountLine,
    StockMovement,
    Warehouse,
)
from mall.catalog.queries.found import found, shape, values

_line, _sku, _item = cast(Table, StockCountLine.__table__), cast(Table, Sku.__table__), cast(Table, Item.__table__)
_at, _movement = cast(Table, StockAt.__table__), cast(Table, StockMovement.__table__)
PAGE = 50


@dataclass(frozen=True)
class Difference:
    """A counted line: what was counted, what lay there at that moment, what the difference is worth in fen."""

    sku_id: int
    code: str
    counted: int
    book: int
    each_fen: int

    @property
    def difference(self) -> int:
        return self.counted - self.book

    @property
    def value_fen(self) -> int:
        """What the difference is worth, more or fewer alike."""
        return abs(self.difference) * self.each_fen


@dataclass(frozen=True)
class SheetLine:
    """A line of a sheet. `difference` is there once something was counted."""

    sku_id: int
    code: str
    names: Mapping[str, str]
    attributes: Sequence[Mapping[str, Any]]
    counted: int | None
    counted_at: datetime | None
    book: int
    difference: int | None
    each_fen: int

    @property
    def value_fen(self) -> int:
        """What the difference is worth, signed."""
        return (self.difference or 0) * self.each_fen


@dataclass(frozen=True)
class Sheet:
    """A page of a count's lines, and how many there are of each sort."""

    lines: list[SheetLine]
    total: int
    all: int
    counted: int
    different: int
    value_fen: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class CountShown:
    """A count in a list."""

    count: StockCount
    warehouse: str
    lines: int
    entered: int


def _book(count: StockCount) -> Any:
    """What lay there at the line's moment: what lies there now, less what moved there since. For a posted count its own
    movement is one of those since, so that the book stays what it was.
    """
    since = (
        select(func.sum(_movement.c.pieces))
        .where(
            _movement.c.sku_id == _line.c.sku_id,
            _movement.c.seq > _line.c.seq,
            _movement.c.warehouse_id == count.warehouse_id,
        )
        .correlate(_line)
        .scalar_subquery()
    )
    return func.coalesce(_at.c.pieces, 0) - func.coalesce(since, 0)


def _each() -> Any:
    """What a piece is worth: its cost, else its list price."""
    return case((_sku.c.cost_fen > 0, _sku.c.cost_fen), else_=_item.c.list_price_fen)


def _lines(count: StockCount, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(_line)
        .join(_sku, _sku.c.id == _line.c.sku_id)
        .join(_item, _item.c.id == _sku.c.item_id)
        .outerjoin(_at, and_(_at.c.sku_id == _line.c.sku_id, _at.c.warehouse_id == count.warehouse_id))
        .where(_line.c.count_id == count.id)
    )


def differences(session: Session, count: StockCount) -> list[Difference]:
    """Every counted line of a count, by SKU, in one statement."""
    columns = (_line.c.sku_id, _sku.c.code, _line.c.counted, _book(count).label("book"), _each().label("each_fen"))
    rows = session.execute(_lines(count, *columns).where(_line.c.counted.is_not(None)).order_by(_line.c.sku_id))
    return [Difference(row.sku_id, row.code, row.counted, int(row.book), row.each_fen) for row in rows]


def sheet(session: Session, count: StockCount, *, q: str = "", show: str = "", page: int = 1) -> Sheet:
    """A page of a count's lines by words or code; `show` is all, `left` what nobody has looked at, `different`."""
    book = _book(count)
    differs = and_(_line.c.counted.is_not(None), _line.c.counted != book)
    worth = func.abs(_line.c.counted - book) * _each()
    sums = session.execute(
        _lines(
            count,
            func.count().label("all"),
            func.count(_line.c.counted).label("counted"),
            func.coalesce(func.sum(case((differs, 1), else_=0)), 0).label("different"),
            func.coalesce(func.sum(case((differs, worth), else_=0)), 0).label("fen"),
        )
    ).one()
    statement = _lines(
        count,
        _line.c.sku_id,
        _sku.c.code,
        _item.c.names,
        _sku.c.attributes,
        _line.c.counted,
        _line.c.counted_at,
        _line.c.difference,
        book.label("book"),
        _each().label("each_fen"),
    )
    given: dict[str, Any] = {}
    if terms := wanted(q):
        hits = found(shape(terms))
        statement, given = statement.join(hits, hits.c.item_id == _item.c.id), dict(values(terms))
    if show == "left":
        statement = statement.where(_line.c.counted.is_(None))
    elif show == "different":
        statement = statement.where(differs)
    total = session.scalar(select(func.count()).select_from(statement.subquery()), given) or 0
    rows = session.execute(statement.order_by(_sku.c.code).limit(PAGE).offset((page - 1) * PAGE), given)
    lines = [
        SheetLine(
            row.sku_id,
            row.code,
            row.names,
            row.attributes,
            row.counted,
            row.counted_at,
            int(row.book),
            None if row.counted is None else row.counted - int(row.book),
            row.each_fen,
        )
        for row in rows
    ]
    return Sheet(lines, total, sums.all, sums.counted, int(sums.different), int(sums.fen))


def count_of(session: Session, no: str) -> tuple[StockCount, Warehouse]:
    """One count with its warehouse. Refused: no such count."""
    row = session.execute(
        select(StockCount, Warehouse)
        .join(Warehouse, Warehouse.id == StockCount.warehouse_id)
        .where(StockCount.no == no)
    ).one_or_none()
    if row is None:
        raise NoSuchCount
    return row[0], row[1]


@dataclass(frozen=True, kw_only=True)
class CountsAsked:
    """Which counts are wanted; what is empty does not count. `words` stand in the number or the remark."""

    words: str = ""
    place: str = ""
    state: CountState | None = None
    sort: str = ""
    page: int = 1
    size: int = PAGE


@dataclass(frozen=True)
class CountsFound:
    """A page of counts, and how many there are in all."""

    rows: list[CountShown]
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def counts(session: Session, asked: CountsAsked) -> CountsFound:
    """Counts, those that want something first, then the last ones; or in the order asked for."""
    wanted = [Warehouse.code == asked.place] if asked.place else []
    if asked.state:
        wanted.append(StockCount.state == asked.state)
    if asked.words:
        said = (column.icontains(asked.words, autoescape=True) for column in (StockCount.no, StockCount.remark))
        wanted.append(or_(*said))
    ended = case((StockCount.state.in_((CountState.OPEN, CountState.COUNTED)), 0), else_=1)
    column: Any = {"opened": StockCount.id, "value": StockCount.value_fen}.get(asked.sort.lstrip("-"))
    order = (ended,) if column is None else (column.desc() if asked.sort.startswith("-") else column,)
    total = session.scalar(select(func.count()).select_from(StockCount).join(Warehouse).where(*wanted)) or 0
    of_count = _line.c.count_id == StockCount.id
    rows = session.execute(
        select(
            StockCount,
            Warehouse.name,
            select(func.count()).where(of_count).correlate(StockCount).scalar_subquery().label("lines"),
            select(func.count(_line.c.counted))
            .where(of_count)
            .correlate(StockCount)
            .scalar_subquery()
            .label("entered"),
        )
        .join(Warehouse, Warehouse.id == StockCount.warehouse_id)
        .where(*wanted)
        .order_by(*order, StockCount.id.desc())
        .limit(asked.size)
        .offset((asked.page - 1) * asked.size)
    )
    return CountsFound([CountShown(row[0], row.name, row.lines, row.entered) for row in rows], total, asked.size)
