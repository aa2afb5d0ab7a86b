"""Prices: a row is never changed, a new price is a new row and the old one is withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from mall.audit.actions import note
from mall.base.bulk import among, change
from mall.base.ids import new_id
from mall.base.refused import Malformed
from mall.catalog.actions.bounds import SYSTEM, confine, follow_library, read
from mall.catalog.actions.bounds import held as bounds_held
from mall.catalog.models import (
    CUT,
    NOT_FOR_EVERYBODY,
    BelowCost,
    BrandsPrice,
    Item,
    LastPrice,
    NoSuchPlan,
    NoSuchSku,
    PricePlan,
    Sku,
)
from mall.catalog.queries.plans import LATELY, plans_of
from mall.catalog.rules.costs import held
from mall.catalog.rules.plans import LOOKED_BACK, Plan, cheapest
from mall.catalog.rules.pricing import Costs
from mall.dealers.models import WHOLE, Scope, Tier

_item, _sku = cast(Table, Item.__table__), cast(Table, Sku.__table__)
MOST_STEPS = 9
MOST_POINTS = 10**9
MOST_FEN = 10**9


@dataclass(frozen=True, kw_only=True)
class PlanToPut:
    """A price as the back office writes it, per piece; the cash in fen. No start is from now on."""

    points: int
    step: int = 0
    cash_fen: int = 0
    tier: Tier | None = None
    region: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def same_as(self, row: PricePlan) -> bool:
        """Whether this very price is there already."""
        mine = (self.step, self.points, self.cash_fen, self.tier, self.region, self.ends_at)
        theirs = (row.step, row.points, row.cash_fen, row.tier, row.region, row.ends_at)
        return mine == theirs and self.starts_at in (None, row.starts_at)


def put_plans(session: Session, now: datetime, *, sku_id: int, plans: Sequence[PlanToPut], since: datetime) -> None:
    """Make these all the prices of a SKU: the same stay untouched, others are withdrawn, new ones hold from `since`."""
    there = list(
        session.scalars(
            select(PricePlan).where(PricePlan.sku_id == sku_id, PricePlan.withdrawn_at.is_(None)).order_by(PricePlan.id)
        )
    )
    for put in plans:
        known = next((row for row in there if put.same_as(row)), None)
        if known is not None:
            there.remove(known)
        else:
            session.add(row_of(put, now, sku_id=sku_id, since=since))
    for gone in there:
        gone.withdrawn_at = now
    follow_library(session, now, sku_ids=[sku_id], actor=SYSTEM)
    session.flush()


def row_of(put: PlanToPut, now: datetime, *, sku_id: int, since: datetime) -> PricePlan:
    """The row of a price."""
    return PricePlan(
        id=new_id(now),
        sku_id=sku_id,
        step=put.step,
        points=put.points,
        cash_fen=put.cash_fen,
        tier=put.tier,
        region=put.region,
        starts_at=put.starts_at or since,
        ends_at=put.ends_at,
        created_at=now,
    )


def add_plan(
    session: Session,
    now: datetime,
    *,
    sku_code: str,
    put: PlanToPut,
    costs: Costs | None,
    actor: str,
    checker: str = "",
    scope: Scope = WHOLE,
    confined: bool = False,
    address: str = "",
) -> int:
    """Add a price to a SKU and give back its id; the very same price, asked for again, is the one that is there.

    A standing price (no end) that begins at once takes the place of the one it follows: same step, tier and region.
    `costs` are what the price is held against, the piece's own cost (`rules/costs.py`) read anew; none, or a cost
    that is not known, judges nothing. What a region's people write, or is `confined`, is kept within the brand's bounds
    for regions, and takes the place of the region's own prices alone. Refused: a price for a region outside the scope,
    or for everybody where it is a region's; one outside the bounds; no such SKU, a shape no price has, a price below
    cost without a second person who agreed to it (`checker`).
    """
    scope.must_cover(put.region)
    bounds = read(bounds_held(session, now)) if put.region and (confined or scope.regional) else None
    sku, item_id = locked_sku(session, sku_code)
    if not _shaped(put, now):
        raise Malformed
    cost = held(sku.cost_fen, sku.held_fen, sku.held_until, now)
    costs = replace(costs, cost_fen=cost) if costs is not None and cost else None
    below = costs is not None and costs.undercut_by(put.points, put.cash_fen)
    if costs is not None and below and checker in ("", actor):
        raise BelowCost(floor=costs.floor(put.cash_fen))
    there = session.scalars(
        select(PricePlan).where(PricePlan.sku_id == sku.id, PricePlan.withdrawn_at.is_(None)).order_by(PricePlan.id)
    ).all()
    row = row_of(put, now, sku_id=sku.id, since=now)
    if bounds is not None:
        confine(session, now, row, bounds)
        put = replace(put, ends_at=row.ends_at)
    known = next((row for row in there if put.same_as(row)), None)
    if known is not None:
        return known.id
    replaced = [old for old in there if _standing(row) and row.starts_at <= now and _followed(old, row)]
    for old in replaced:
        old.withdrawn_at = now
    session.add(row)
    if bounds is None:
        follow_library(session, now, sku_ids=[sku.id], actor=actor, address=address)
    session.flush()
    tell_item(session, now, item_id)
    detail = _facts(row) | {"replaces": [old.id for old in replaced], "below_cost": below}
    detail |= {"costs": asdict(costs) if costs else None, **({"checker": checker} if checker else {})}
    note(session, now, actor=actor, act="plan.add", subject=f"sku:{sku.id}", address=address, detail=detail)
    return row.id


def withdraw_plan(
    session: Session, now: datetime, *, plan_id: int, actor: str, scope: Scope = WHOLE, address: str = ""
) -> None:
    """Take a price back; one that is withdrawn already stays so.

    Refused: no such price, one for a region outside the scope, one that the brand gave a region where it is the
    region's people who ask, the last one for everybody.
    """
    found = session.execute(
        select(PricePlan, Sku.code).join(Sku, Sku.id == PricePlan.sku_id).where(PricePlan.id == plan_id)
    ).one_or_none()
    if found is None:
        raise NoSuchPlan
    scope.must_cover(found.PricePlan.region)
    sku, item_id = locked_sku(session, found.code)
    row = session.get_one(PricePlan, plan_id, populate_existing=True)
    if row.withdrawn_at is not None:
        return
    if scope.regional and not row.bounded:
        raise BrandsPrice
    others = [plan for plan in plans_of(session, [sku.id])[sku.id] if plan.id != plan_id]
    if sku.retired_at is None and cheapest(others, at=now) is None:
        raise LastPrice
    row.withdrawn_at = now
    if not row.bounded:
        follow_library(session, now, sku_ids=[sku.id], actor=actor, address=address)
    session.flush()
    tell_item(session, now, item_id)
    note(session, now, actor=actor, act="plan.withdraw", subject=f"sku:{sku.id}", address=address, detail=_facts(row))


def follow_dates(session: Session, now: datetime) -> int:
    """Let items say what they cost after prices have begun or ended by their dates; gives how many were looked at."""
    changed = select(Sku.item_id).where(Sku.id.in_(union_all(*LATELY))).distinct()
    items = session.scalars(changed, {"lately": now - LOOKED_BACK, "now": now}).all()
    for item_id in sorted(items):
        session.execute(select(Item.id).where(Item.id == item_id).with_for_update())
        tell_item(session, now, item_id)
    return len(items)


def locked_sku(session: Session, sku_code: str) -> tuple[Sku, int]:
    """A SKU under its item's lock: two people who change prices of one item come one after the other."""
    item_id = session.scalar(select(Sku.item_id).where(Sku.code == sku_code))
    if item_id is None:
        raise NoSuchSku
    session.execute(select(Item.id).where(Item.id == item_id).with_for_update())
    sku = session.scalars(select(Sku).where(Sku.code == sku_code).execution_options(populate_existing=True)).one()
    return sku, item_id


def _shaped(put: PlanToPut, now: datetime) -> bool:
    begins = put.starts_at or now
    return (
        0 <= put.step <= MOST_STEPS
        and 0 < put.points <= MOST_POINTS
        and 0 <= put.cash_fen <= MOST_FEN
        and (put.step == 0) == (put.cash_fen == 0)
        and (put.ends_at is None or put.ends_at > max(begins, now))
    )


def _followed(old: PricePlan, new: PricePlan) -> bool:
    """Whether a standing price would never be asked for again once the new one holds; a region's follows its own."""
    same = (old.step, old.tier, old.region) == (new.step, new.tier, new.region)
    mine = bool(old.bounded) or not new.bounded
    return same and mine and _standing(old) and old.starts_at <= new.starts_at


def _standing(row: PricePlan) -> bool:
    """Whether a price was written without an end."""
    return row.ends_at is None or row.bounded == CUT


def _facts(row: PricePlan) -> dict[str, Any]:
    return {
        "plan": row.id,
        "step": row.step,
        "points": row.points,
        "cash_fen": row.cash_fen,
        "tier": row.tier,
        "region": row.region,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
    }


def tell_item(session: Session, now: datetime, item_id: int) -> None:
    """Write into an item what its SKUs cost everybody now; where nothing is for everybody, that it is so."""
    tell_items(session, now, [item_id])


def tell_items(session: Session, now: datetime, item_ids: Collection[int]) -> None:
    """Do so for many; three statements, however many they are."""
    skus = {
        row.id: row.item_id
        for row in session.execute(
            select(Sku.id, Sku.item_id).where(among(_sku.c.item_id, "items"), Sku.retired_at.is_(None)),
            {"items": list(item_ids)},
        )
    }
    prices: dict[int, list[Plan]] = {item_id: [] for item_id in item_ids}
    for sku_id, plans in plans_of(session, list(skus)).items():
        if price := cheapest(plans, at=now):
            prices[skus[sku_id]].append(price)
    change(session, _item, ("id",), [_told(item_id, found) for item_id, found in prices.items()])
    for item_id in item_ids:
        item = session.identity_map.get(identity_key(Item, item_id))
        if item is not None:
            session.expire(item, ["lowest_points", "lowest_cash_fen", "highest_points"])


def _told(item_id: int, prices: list[Plan]) -> dict[str, int]:
    lowest = min(prices, key=_by_points, default=None)
    return {
        "id": item_id,
        "lowest_points": lowest.points if lowest else NOT_FOR_EVERYBODY,
        "lowest_cash_fen": lowest.cash_fen if lowest else 0,
        "highest_points": max((price.points for price in prices), default=NOT_FOR_EVERYBODY),
    }


def _by_points(plan: Plan) -> tuple[int, int]:
    return plan.points, plan.cash_fen
