"""The brand's bounds for its regions: judged where a region writes a price, and again where the brand's price changes.

So no dealer is ever charged a region's price that lies further from the brand's than the brand lets it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Phrase
from mall.catalog.models import (
    CUT,
    CashOutsideBounds,
    EditionBounds,
    NoLibraryPrice,
    OutsideBounds,
    PartNotTheirs,
    PricePlan,
    Said,
)
from mall.catalog.queries.bounds import bounds_of, brands_plans, read, regions_plans
from mall.catalog.rules.bounds import Bounds, brands_prices, outside_from
from mall.catalog.rules.plans import Plan

SYSTEM = "system"


def held(session: Session, now: datetime, *, change: bool = False) -> EditionBounds:
    """The bounds' row under its lock: shared by all who write within them, alone by whoever changes them."""
    row = session.scalar(
        select(EditionBounds).where(EditionBounds.id == 1).with_for_update(read=not change),
        execution_options={"populate_existing": True},
    )
    if row is None:
        usual = Bounds()
        parts = [part.value for part in Said]
        row = EditionBounds(
            id=1, down_bps=usual.down_bps, up_bps=usual.up_bps, parts=parts, revision=0, changed_at=now,
            changed_by=SYSTEM,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return row


def confine(session: Session, now: datetime, row: PricePlan, bounds: Bounds) -> None:
    """Keep a region's new price within the bounds: it ends before the brand's own price moves too far from it.

    Refused: prices that are no region's to set, one that lies outside from its beginning, one of a step that the brand
    does not offer.
    """
    brand = brands_plans(session, [row.sku_id])[row.sku_id]
    row.bounded, row.ends_at = within(as_plan(row), brand, bounds, now)


def within(plan: Plan, brand: list[Plan], bounds: Bounds, now: datetime) -> tuple[int, datetime | None]:
    """How a region's new price is kept within the bounds beside the brand's own: its `bounded`, and when it ends.

    Refused: as `confine`.
    """
    if Said.PRICE not in bounds.parts:
        raise PartNotTheirs(what=Phrase(Said.PRICE.name_shown))
    begins, outside = max(plan.starts_at, now), outside_from(plan, brand, bounds, now)
    if outside is not None and outside <= begins:
        raise _refusal(plan, brand, bounds, begins)
    bounded = CUT if outside is not None and plan.ends_at is None else 1
    return bounded, plan.ends_at if outside is None else outside


def follow_library(
    session: Session, now: datetime, *, sku_ids: Collection[int] | None = None, actor: str, address: str = ""
) -> int:
    """Let regions' prices of these SKUs (of all) go where the brand's prices or bounds have moved away from them.

    For whoever has changed a price for everybody, and has its item's lock. One that would lie outside later ends
    then. Gives how many were taken back or end sooner; each is written down.
    """
    session.flush()
    theirs = regions_plans(session, now, sku_ids)
    if not theirs:
        return 0
    bounds, gone = bounds_of(session), 0
    brand = brands_plans(session, {row.sku_id for row in theirs})
    for row in theirs:
        outside = outside_from(as_plan(row), brand[row.sku_id], bounds, now)
        if outside is None:
            continue
        row.withdrawn_at = now
        detail: dict[str, Any] = {
            "plan": row.id, "step": row.step, "points": row.points, "cash_fen": row.cash_fen,
            "tier": row.tier, "region": row.region, "ends_at": None,
        }  # fmt: skip
        if outside > max(row.starts_at, now):
            shorter = _copy(row, now, ends_at=outside)
            session.add(shorter)
            detail |= {"ends_at": outside.isoformat(), "instead": shorter.id}
        subject = f"sku:{row.sku_id}"
        note(session, now, actor=actor, act="plan.outside", subject=subject, address=address, detail=detail)
        gone += 1
    session.flush()
    return gone


def as_plan(row: PricePlan) -> Plan:
    """A row as the rules read it."""
    return Plan(**{name: getattr(row, name) for name in Plan.__dataclass_fields__})


def _copy(row: PricePlan, now: datetime, *, ends_at: datetime) -> PricePlan:
    columns = [column.key for column in inspect(PricePlan).column_attrs]
    same: dict[str, Any] = {name: getattr(row, name) for name in columns}
    cut = {"id": new_id(now), "created_at": now, "withdrawn_at": None, "ends_at": ends_at}
    return PricePlan(**same | cut | {"bounded": CUT if row.ends_at is None else row.bounded})


def _refusal(plan: Plan, brand: list[Plan], bounds: Bounds, at: datetime) -> Exception:
    for one in brands_prices(plan, brand, at):
        if one is None:
            break
        if not bounds.allow(plan.points, one.points):
            limits = {"least": bounds.least(one.points), "most": bounds.most(one.points)}
            return OutsideBounds(library=one.points, **limits)
        if not bounds.allow(plan.cash_fen, one.cash_fen):
            told = (one.cash_fen, bounds.least(one.cash_fen), bounds.most(one.cash_fen))
            library, least, most = (f"{fen / 100:,.2f}" for fen in told)
            return CashOutsideBounds(library=library, least=least, most=most)
    return NoLibraryPrice()


__all__ = ["as_plan", "confine", "follow_library", "held", "read", "within"]
