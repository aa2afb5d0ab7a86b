"""How far regions may leave the library, and what they wrote within it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, or_, select
from sqlalchemy.orm import Session

from mall.catalog.models import EditionBounds, PricePlan, Said
from mall.catalog.queries.plans import Plan
from mall.catalog.rules.bounds import Bounds

_plan = cast(Table, PricePlan.__table__)
_COLUMNS = [_plan.c[name] for name in Plan.__dataclass_fields__]


def bounds_of(session: Session) -> Bounds:
    """The brand's bounds; where it has set none, the usual ones."""
    row = session.get(EditionBounds, 1, populate_existing=True)
    return read(row) if row else Bounds()


def read(row: EditionBounds) -> Bounds:
    """The bounds that a row says."""
    parts = frozenset(Said(part) for part in row.parts if part in set(Said))
    return Bounds(down_bps=row.down_bps, up_bps=row.up_bps, parts=parts, revision=row.revision)


def brands_plans(session: Session, sku_ids: Collection[int]) -> dict[int, list[Plan]]:
    """The prices of SKUs that no region wrote, those of other times too; every id asked for is in it."""
    found: dict[int, list[Plan]] = {sku: [] for sku in sku_ids}
    mine = (_plan.c.sku_id.in_(found), _plan.c.withdrawn_at.is_(None), _plan.c.bounded == 0)
    for row in session.execute(select(*_COLUMNS).where(*mine).order_by(_plan.c.sku_id, _plan.c.id)):
        found[row.sku_id].append(Plan(**row._mapping))
    return found


def regions_plans(session: Session, now: datetime, sku_ids: Collection[int] | None = None) -> list[PricePlan]:
    """The prices that regions wrote and that hold or will hold, of these SKUs or of all."""
    open_ = (
        PricePlan.bounded > 0,
        PricePlan.region != "",
        PricePlan.withdrawn_at.is_(None),
        or_(PricePlan.ends_at.is_(None), PricePlan.ends_at > now),
    )
    statement = select(PricePlan).where(*open_).order_by(PricePlan.sku_id, PricePlan.id)
    if sku_ids is not None:
        statement = statement.where(PricePlan.sku_id.in_(sku_ids))
    return list(session.scalars(statement, execution_options={"populate_existing": True}))


def priced_regions(session: Session, now: datetime, item_sku_ids: Collection[int]) -> dict[str, int]:
    """How many prices each region has of its own for these SKUs."""
    mine = (_plan.c.sku_id.in_(item_sku_ids), _plan.c.bounded > 0, _plan.c.withdrawn_at.is_(None))
    held = or_(_plan.c.ends_at.is_(None), _plan.c.ends_at > now)
    counted = select(_plan.c.region, func.count()).where(*mine, held).group_by(_plan.c.region)
    return {row[0]: row[1] for row in session.execute(counted)}
