"""The prices of a batch: held against the cost when they are judged, written all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.base.ids import new_id
from mall.base.refused import N_, Phrase, Refused
from mall.catalog.actions.batches.judged import Judged, Wrong
from mall.catalog.actions.bounds import follow_library, within
from mall.catalog.actions.plans import MOST_FEN, MOST_POINTS, MOST_STEPS
from mall.catalog.models import Batch, Kind, PricePlan
from mall.catalog.rules.bounds import Bounds
from mall.catalog.rules.bulk import Parts, Slot, of_prices, of_stock, told
from mall.catalog.rules.costs import held
from mall.catalog.rules.plans import Plan
from mall.catalog.rules.pricing import Costs, usual_tax
from mall.catalog.rules.repricing import weight
from mall.catalog.rules.standing import OfSku

WRONG_PRICE = N_("规格 %(code)s 的价格不对：积分要大于 0，第一档起才有现金")
NO_SKU = N_("没有规格 %(code)s")
NOT_NEW = N_("规格 %(code)s 已经有库存，请到库存页调整")
WRONG_PIECES = N_("规格 %(code)s 的库存要是 0 到 %(most)s 的整数")
BELOW = N_("%(n)s 个价格低于成本")
MOST_PIECES = 10_000_000
OF_A_REGION = 1
"""The third word of a price that a region wrote: it comes back as the region's, within the brand's bounds."""

_plan = cast(Table, PricePlan.__table__)
NONE = OfSku(plans=())


def price(judged: Judged, parts: Parts, unit_value: int, now: datetime, bounds: Bounds | None = None) -> None:
    """Put the prices and the first pieces that are asked for among what differs.

    `bounds` are those of a region whose people ask. Wrong: what cannot be a price, or lies outside the bounds.
    """
    costs = {sku["code"]: sku["cost_fen"] for sku in judged.document["skus"]}
    held_at = {code: max(cost, _held(judged, code, now)) for code, cost in costs.items()}
    tax = usual_tax(shipped=Kind(judged.document["kind"]).shipped)
    of_sku = judged.known.of_sku if judged.known else {}
    for path, asked in of_prices(parts).items():
        slot = Slot.of(path)
        _sound(slot, asked, costs)
        value = asked if bounds is None or asked is None else [*asked[:2], OF_A_REGION]
        prices = of_sku.get(slot.sku, NONE)
        there = prices.at(slot, now)
        if same(standing(there), value):
            continue
        judged.before[path], judged.after[path] = standing(there), value
        if value is None:
            continue
        base = there or prices.beneath(slot, now)
        judged.weight += weight((base.points, base.cash_fen), (value[0], value[1]), unit_value) if base else 0
        if cost := held_at[slot.sku]:
            against = Costs(cost_fen=cost, tax_bps=tax, unit_value=unit_value)
            judged.below_cost += against.undercut_by(value[0], value[1])
        if bounds is not None:
            judged.bound[path] = _bound(slot, value, prices, bounds, now)
    _pieces(judged, parts, costs)
    if judged.below_cost:
        judged.told.append(told(BELOW, n=judged.below_cost))


def _held(judged: Judged, code: str, now: datetime) -> int:
    """The cost that a known SKU has, or lately had: a batch that lowers it is judged by what it was."""
    sku = judged.known.skus.get(code) if judged.known else None
    return held(sku.cost_fen, sku.held_fen, sku.held_until, now) if sku else 0


def standing(plan: Plan | None) -> list[int] | None:
    """A price as parts have it; one that a region wrote says so."""
    if plan is None:
        return None
    return [plan.points, plan.cash_fen, *([OF_A_REGION] if plan.bounded else [])]


def same(there: list[int] | None, asked: Sequence[int] | None) -> bool:
    """Whether a price is asked for that holds already, whoever wrote it."""
    return there == asked if there is None or asked is None else list(there[:2]) == list(asked[:2])


def put_prices(
    session: Session, now: datetime, batch: Batch, rows: Sequence[Judged], skus: dict[str, int]
) -> list[tuple[int, dict[str, Any]]]:
    """Write the new standing prices of rows; what hung in their place is withdrawn, and the prices that
    regions wrote (those that come back by being taken back among them) follow the brand's within its bounds, which
    may end them sooner. `skus` are ids by code.

    Gives, by SKU, what the audit log keeps of each.
    """
    fresh: list[bulk.Row] = []
    gone: list[bulk.Row] = []
    noted = []
    for judged in rows:
        for path, value in of_prices(judged.after).items():
            slot = Slot.of(path)
            prices = judged.known.of_sku.get(slot.sku, NONE) if judged.known else NONE
            replaced = [plan.id for plan in prices.hanging(slot, now)]
            gone += [{"id": plan_id, "withdrawn_at": now} for plan_id in replaced]
            if value is not None and not _there(slot, value, prices, replaced, now):
                fresh.append(
                    _row(
                        now,
                        skus[slot.sku],
                        slot,
                        value,
                        judged.bound.get(path, (value[2] if len(value) > 2 else 0, None)),
                    )
                )
            where = {"step": slot.step, "tier": slot.tier or None, "region": slot.region}
            where |= {"starts_at": slot.since} if slot.since else {}
            said = {"before": judged.before.get(path), "after": value, "replaces": list(replaced)}
            noted.append((skus[slot.sku], where | said))
    bulk.change(session, _plan, ("id",), gone)
    bulk.add(session, _plan, fresh)
    if noted and not batch.region:
        touched = {sku for sku, _said in noted}
        follow_library(session, now, sku_ids=touched, actor=batch.made_by, address=batch.address)
    return noted


def _there(slot: Slot, value: Sequence[int], prices: OfSku, gone: Sequence[int], now: datetime) -> bool:
    """Whether this very price holds from that moment on when those that go are gone: one to come is taken back."""
    if slot.begins is None:
        return False
    left = replace(prices, plans=tuple(plan for plan in prices.plans if plan.id not in gone))
    return same(standing(left.at(slot, now)), value)


def _bound(
    slot: Slot, value: Sequence[int], prices: OfSku, bounds: Bounds, now: datetime
) -> tuple[int, datetime | None]:
    plan = Plan(
        id=new_id(now),
        sku_id=0,
        step=slot.step,
        points=value[0],
        cash_fen=value[1],
        tier=slot.tier_meant,
        region=slot.region,
        starts_at=max(slot.begins or now, now),
        ends_at=None,
    )
    try:
        return within(plan, prices.brands(), bounds, now)
    except Refused as refusal:
        raise Wrong(words(refusal)) from refusal


def words(refusal: Refused) -> dict[str, Any]:
    """A refusal as rows keep words."""
    return told(
        refusal.text,
        **{name: [value.text] if isinstance(value, Phrase) else value for name, value in refusal.params.items()},
    )


def _row(now: datetime, sku_id: int, slot: Slot, value: Sequence[int], bound: tuple[int, datetime | None]) -> bulk.Row:
    return {
        "id": new_id(now),
        "sku_id": sku_id,
        "step": slot.step,
        "points": value[0],
        "cash_fen": value[1],
        "tier": slot.tier_meant,
        "region": slot.region,
        "starts_at": max(slot.begins or now, now),
        "ends_at": bound[1],
        "created_at": now,
        "withdrawn_at": None,
        "bounded": bound[0],
    }


def _sound(slot: Slot, value: Sequence[int] | None, costs: dict[str, int]) -> None:
    if value is None:  # taken away: the SKU may go with it, as it came
        return
    if slot.sku not in costs:
        raise Wrong(told(NO_SKU, code=slot.sku))
    points, fen = value[:2]
    within = 0 < points <= MOST_POINTS and 0 <= fen <= MOST_FEN and 0 <= slot.step <= MOST_STEPS
    if not within or (slot.step == 0) != (fen == 0):
        raise Wrong(told(WRONG_PRICE, code=slot.sku))


def _pieces(judged: Judged, parts: Parts, costs: dict[str, int]) -> None:
    for code, pieces in of_stock(parts).items():
        if judged.known and code in judged.known.skus:
            raise Wrong(told(NOT_NEW, code=code))
        if code not in costs:
            raise Wrong(told(NO_SKU, code=code))
        if not 0 <= pieces <= MOST_PIECES:
            raise Wrong(told(WRONG_PIECES, code=code, most=MOST_PIECES))
        if pieces:
            judged.after[f"stock/{code}"] = pieces
