"""Stock as the desk lists it: SKUs with what is left, their levels, what is on its way, and what to order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Table, and_, case, func, or_, select
from sqlalchemy.orm import Session

from mall.base.found import wanted
from mall.catalog.models import (
    Alarm,
    Item,
    Kind,
    NoSuchSku,
    Sku,
    Stock,
    StockAt,
    StockIncoming,
    StockLevel,
    Supplier,
    Warehouse,
)
from mall.catalog.queries.found import found, shape, values
from mall.catalog.queries.listing import WITHIN
from mall.catalog.rules.replenishment import MONTH, QUARTER, Standing, alarm_of, suggested
from mall.dealers.models import WHOLE, Scope

_sku, _item = cast(Table, Sku.__table__), cast(Table, Item.__table__)
_stock, _level = cast(Table, Stock.__table__), cast(Table, StockLevel.__table__)
_at, _warehouse = cast(Table, StockAt.__table__), cast(Table, Warehouse.__table__)
_coming = cast(Table, StockIncoming.__table__)
_supplier = cast(Table, Supplier.__table__)

PAGE = 50
STATES = ("alarm", "out", "safety", "warning", "order", "unset")
"""What a list can be narrowed to: any alarm, each of them, what is to be ordered, what has no levels."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list of stock is asked for, as its address says; `scope` is what whoever asks may see."""

    scope: Scope = WHOLE
    q: str = ""
    category: str = ""
    only: str = ""
    warehouse: str = ""
    kind: Kind | None = None
    sort: str = ""
    page: int = 1
    size: int = PAGE


@dataclass(frozen=True, kw_only=True)
class InStock:
    """A SKU with its stock. `lying` counts the pieces in warehouses, those that orders wait for among them."""

    id: int
    code: str
    item_code: str
    names: Mapping[str, str]
    attributes: Sequence[Mapping[str, Any]]
    picture: str
    kind: Kind
    cost_fen: int
    retired: bool
    standing: Standing
    seq: int
    revision: int
    lying: int = 0

    @property
    def alarm(self) -> Alarm | None:
        return alarm_of(self.standing)

    @property
    def to_order(self) -> int:
        """How many pieces to order now."""
        return suggested(self.standing)

    @property
    def waiting(self) -> int:
        """Pieces that lie there and that orders wait for."""
        return max(self.lying - self.standing.on_hand, 0)


@dataclass(frozen=True)
class StockFound:
    """A page of SKUs, how many there are in all, and how many of them in each state."""

    rows: list[InStock]
    total: int
    states: Mapping[str, int]
    size: int = PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def _nought(name: str, default: int = 0) -> Any:
    return func.coalesce(_level.c[name], default)


_ways = (
    select(_coming.c.sku_id, func.sum(_coming.c.pieces).label("pieces"))
    .where(_coming.c.settled_at.is_(None))
    .group_by(_coming.c.sku_id)
    .subquery("ways")
)
_WAY = func.coalesce(_ways.c.pieces, 0)
_BUSIEST = case(
    (_nought("demand_30") * (QUARTER // MONTH) > _nought("demand_90"), _nought("demand_30") * (QUARTER // MONTH)),
    else_=_nought("demand_90"),
)
_NEEDED = (_BUSIEST * _nought("lead_days", 7) + QUARTER - 1) // QUARTER + _nought("safety") - _stock.c.on_hand - _WAY
_MINDED = _nought("warning") > 0
_STATE: dict[str, Any] = {
    "alarm": and_(_MINDED, _stock.c.on_hand <= _level.c.warning),
    "out": and_(_MINDED, _stock.c.on_hand == 0),
    "safety": and_(_MINDED, _stock.c.on_hand > 0, _stock.c.on_hand <= _level.c.safety),
    "warning": and_(
        _MINDED, _stock.c.on_hand > _level.c.safety, _stock.c.on_hand > 0, _stock.c.on_hand <= _level.c.warning
    ),
    "order": and_(_MINDED, _NEEDED > 0),
    "unset": or_(_level.c.warning.is_(None), _level.c.warning == 0),
}
_BY_CODE = (_item.c.code, _sku.c.position, _sku.c.id)
_ORDERS: dict[str, tuple[Any, ...]] = {
    "": _BY_CODE,
    "code": _BY_CODE,
    "left": (_stock.c.on_hand, *_BY_CODE),
    "demand": (_BUSIEST, *_BY_CODE),
}
"""What a list is ordered by, by its first part; a minus before the name turns that part round."""
_ALL = (
    select(
        _sku.c.id,
        _sku.c.code,
        _sku.c.attributes,
        _sku.c.picture,
        _sku.c.cost_fen,
        _sku.c.retired_at,
        _item.c.code.label("item_code"),
        _item.c.kind,
        _item.c.names,
        _item.c.pictures,
        _stock.c.on_hand,
        _stock.c.seq,
        *(_nought(name).label(name) for name in ("safety", "warning", "demand_30", "demand_90", "revision")),
        _nought("lead_days", 7).label("lead_days"),
        _nought("pack_size", 1).label("pack_size"),
        _WAY.label("on_the_way"),
        select(func.coalesce(func.sum(_at.c.pieces), 0))
        .where(_at.c.sku_id == _stock.c.sku_id)
        .correlate(_stock)
        .scalar_subquery()
        .label("lying"),
    )
    .join(_item, _item.c.id == _sku.c.item_id)
    .join(_stock, _stock.c.sku_id == _sku.c.id)
    .outerjoin(_level, _level.c.sku_id == _sku.c.id)
    .outerjoin(_ways, _ways.c.sku_id == _sku.c.id)
)


def stock_list(session: Session, want: Wanted) -> StockFound:
    """A page of SKUs on the shelves or off, but not retired, as asked for: three statements."""
    if want.q.strip() and not wanted(want.q):
        return StockFound([], 0, {})
    conditions, given = _conditions(want)
    of_all = _sku.join(_stock, _stock.c.sku_id == _sku.c.id)
    with_items = of_all.join(_item, _item.c.id == _sku.c.item_id)
    # Counting all of them asks nothing of their rewards: at fifty thousand SKUs a join less is a third of the time.
    counted = with_items if conditions else of_all
    states = _states(session, _with_levels(counted), conditions, given)
    if want.only:
        conditions = [*conditions, _STATE[want.only]]
    first, *then = _ORDERS[want.sort.lstrip("-")]
    order = (first.desc() if want.sort.startswith("-") else first, *then)
    # Ids first: what a page shows is looked up for its own rows, not for all that are sorted or skipped.
    ids = select(_sku.c.id).select_from(_with_levels(with_items)).where(_sku.c.retired_at.is_(None), *conditions)
    page = session.scalars(ids.order_by(*order).limit(want.size).offset((want.page - 1) * want.size), given).all()
    rows = {row.id: _shown(row) for row in session.execute(_ALL.where(_sku.c.id.in_(page)))}
    return StockFound([rows[sku] for sku in page], states[want.only or "all"], states, want.size)


def all_in_stock(session: Session, want: Wanted) -> list[int]:
    """The ids of all SKUs that such a list shows, by code."""
    conditions, given = _conditions(want)
    if want.q.strip() and not wanted(want.q):
        return []
    if want.only:
        conditions = [*conditions, _STATE[want.only]]
    skus = _with_levels(_sku.join(_stock, _stock.c.sku_id == _sku.c.id).join(_item, _item.c.id == _sku.c.item_id))
    ids = select(_sku.c.id).select_from(skus).where(_sku.c.retired_at.is_(None), *conditions)
    return list(session.scalars(ids.order_by(*_BY_CODE), given))


def _conditions(want: Wanted) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """The conditions of a list but its state, and the values they name."""
    conditions: list[ColumnElement[bool]] = _asked(want)
    given: dict[str, Any] = {}
    if terms := wanted(want.q):
        conditions, given = [*conditions, _item.c.id.in_(select(found(shape(terms)).c.item_id))], values(terms)
    return conditions, given | ({"category": want.category} if want.category else {})


def _asked(want: Wanted) -> list[ColumnElement[bool]]:
    """The conditions of a list but its words, which have values of their own."""
    asked = _within(want.scope)
    if want.category:
        asked.append(_item.c.category_id.in_(WITHIN))
    if want.kind is not None:
        asked.append(_item.c.kind == want.kind)
    if want.warehouse:
        place = select(_warehouse.c.id).where(_warehouse.c.code == want.warehouse).scalar_subquery()
        asked.append(_sku.c.id.in_(select(_at.c.sku_id).where(_at.c.warehouse_id == place, _at.c.pieces > 0)))
    return asked


def _with_levels(skus: FromClause) -> FromClause:
    levels = skus.outerjoin(_level, _level.c.sku_id == _sku.c.id)
    return levels.outerjoin(_ways, _ways.c.sku_id == _sku.c.id)


def one_in_stock(session: Session, code: str, scope: Scope = WHOLE) -> InStock:
    """One SKU by its code, a retired one too. Refused: no such SKU, or another supplier's."""
    row = session.execute(_ALL.where(_sku.c.code == code, *_within(scope))).one_or_none()
    if row is None:
        raise NoSuchSku
    return _shown(row)


def alarms(session: Session, scope: Scope = WHOLE) -> int:
    """How many SKUs ring, as the worker keeps it: an index tells it on every page of the desk."""
    ringing = select(func.count()).select_from(_level).where(_level.c.alarm.is_not(None))
    if scope.supplier_id is not None:
        theirs = _level.join(_sku, _sku.c.id == _level.c.sku_id).join(_item, _item.c.id == _sku.c.item_id)
        ringing = ringing.select_from(theirs).where(*_within(scope))
    return session.scalar(ringing) or 0


def ringing(session: Session, scope: Scope = WHOLE) -> dict[Alarm, int]:
    """How many SKUs that are still offered ring how badly, as the worker keeps it; in one statement."""
    skus = _level.join(_sku, _sku.c.id == _level.c.sku_id)
    if scope.supplier_id is not None:
        skus = skus.join(_item, _item.c.id == _sku.c.item_id)
    asked = (
        select(_level.c.alarm, func.count())
        .select_from(skus)
        .where(_level.c.alarm.is_not(None), _sku.c.retired_at.is_(None), *_within(scope))
        .group_by(_level.c.alarm)
    )
    return {row[0]: row[1] for row in session.execute(asked)}


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    """A supplier's person sees that supplier's rewards alone; a region's sees the whole library."""
    return [] if scope.supplier_id is None else [_item.c.supplier_id == scope.supplier_id]


def _states(
    session: Session, skus: FromClause, conditions: Sequence[ColumnElement[bool]], given: Mapping[str, Any]
) -> dict[str, int]:
    """How many SKUs are in each state, in one pass over them."""
    sums = [func.coalesce(func.sum(case((_STATE[name], 1), else_=0)), 0).label(name) for name in STATES]
    counts = select(func.count().label("all"), *sums).select_from(skus)
    row = session.execute(counts.where(_sku.c.retired_at.is_(None), *conditions), dict(given)).one()
    return {name: int(value) for name, value in row._mapping.items()}


def _shown(row: Any) -> InStock:
    return InStock(
        id=row.id,
        code=row.code,
        item_code=row.item_code,
        names=row.names,
        attributes=row.attributes,
        picture=row.picture or next(iter(row.pictures), ""),
        kind=row.kind,
        cost_fen=row.cost_fen,
        retired=row.retired_at is not None,
        seq=row.seq,
        revision=row.revision,
        lying=int(row.lying),
        standing=Standing(
            on_hand=row.on_hand,
            safety=row.safety,
            warning=row.warning,
            lead_days=row.lead_days,
            pack_size=row.pack_size,
            demand_30=row.demand_30,
            demand_90=row.demand_90,
            on_the_way=int(row.on_the_way),
        ),
    )
