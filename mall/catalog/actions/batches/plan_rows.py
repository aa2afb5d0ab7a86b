"""The rows of a file of prices: a price each. Judged as the price page judges what is added there, written all at once.

Like the rows of rewards, a row that was looked at is judged anew when it is written, under its reward's lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.base.ids import new_id
from mall.base.refused import N_, Refused
from mall.catalog.actions.batches.judged import Judged, Wrong
from mall.catalog.actions.batches.noted import note_rows
from mall.catalog.actions.batches.plan_facts import come_again, facts, written
from mall.catalog.actions.batches.prices import words
from mall.catalog.actions.bounds import follow_library, within
from mall.catalog.actions.bounds import held as bounds_held
from mall.catalog.actions.plans import tell_items
from mall.catalog.models import Batch, BatchRow, Item, LastPrice, Outcome, PricePlan, RowState, Sku
from mall.catalog.queries.bounds import bounds_of
from mall.catalog.queries.plans import plans_of
from mall.catalog.rules.bounds import Bounds
from mall.catalog.rules.bulk import told
from mall.catalog.rules.costs import held
from mall.catalog.rules.plans import Plan, cheapest, followed, outdone, overlaps
from mall.catalog.rules.pricing import USUAL_VALUE, Costs, usual_tax
from mall.catalog.rules.repricing import weight
from mall.catalog.rules.standing import OfSku
from mall.catalog.rules.wanted_plans import Becomes, Nothing, NotSo, Want, becomes, same
from mall.dealers.models import Scope

NO_SUCH = N_("没有规格 %(code)s：要先发布有它的礼品")
RETIRED = N_("规格 %(code)s 已经停用")
OUTSIDE = N_("“%(region)s”不在你负责的区域里，你只能给 %(mine)s 和它的下级定价")
EVERYWHERE = N_("没有写区域就是全国的价格，你只能给 %(mine)s 和它的下级定价：请填区域")
SAME = N_("和现在一样，没有要改的")
BELOW = N_("低于成本：至少要 %(floor)s 积分")
FROM_NOW = N_("起始时间已经过了，从写入时起生效")
MOVED = N_("试运行之后有人改过这个价格，没有写入")
TOUCHED = N_("之后又改过或撤下了，保留不撤销")
ENDED = N_("已经结束，不用撤销")

_item, _sku, _plan, _row = (cast(Table, each.__table__) for each in (Item, Sku, PricePlan, BatchRow))
_SKUS = (
    select(
        *(_sku.c[name] for name in ("id", "code", "item_id", "cost_fen", "held_fen", "held_until", "retired_at")),
        _item.c.kind,
    )
    .join(_item, _item.c.id == _sku.c.item_id)
    .where(bulk.among(_sku.c.code, "codes"))
)
_EARLIER = (
    select(_row)
    .where(_row.c.batch_id == bindparam("batch"), bulk.among(_row.c.code, "codes"), _row.c.no < bindparam("no"))
    .where(_row.c.state == RowState.CHECKED, _row.c.outcome.in_((Outcome.CREATE, Outcome.CHANGE)))
    .order_by(_row.c.no)
)
_LOCKED = select(_item.c.id).where(bulk.among(_item.c.id, "items")).order_by(_item.c.id).with_for_update()


@dataclass(kw_only=True)
class PlanRow(Judged):
    """What was found of a row: the price that there will be, those that come again beneath it, and those that go."""

    sku: int = 0
    fresh: Plan | None = None
    beneath: Sequence[Plan] = ()
    gone: Sequence[Plan] = ()

    @property
    def come(self) -> list[Plan]:
        """All that come."""
        return [*self.beneath, *([self.fresh] if self.fresh else [])]


def judge_plans(
    session: Session, now: datetime, batch: Batch, rows: Sequence[Row[Any]], *, unit_value: int, writing: bool
) -> list[Judged]:
    """What becomes of rows, in their order; `writing` locks their rewards, and refuses what changed since the dry run.

    Within a batch of a region nothing is judged but the region's own prices, within the brand's bounds.
    """
    if batch.region and writing:
        bounds_held(session, now)
    given = {"codes": sorted({row.code for row in rows})}
    skus: dict[str, Any] = {row.code: row for row in session.execute(_SKUS, given)}
    if writing:
        session.execute(_LOCKED, {"items": sorted({sku.item_id for sku in skus.values()})}).all()
        skus = {row.code: row for row in session.execute(_SKUS, given)}
    plans = plans_of(session, [sku.id for sku in skus.values()])
    earlier: Sequence[Row[Any]] = ()
    if rows and not writing:
        earlier = session.execute(_EARLIER, given | {"batch": batch.id, "no": rows[0].no}).all()
    taken = {row.before["plan"]["id"] for row in (*earlier, *rows)} if batch.undoes else set()
    bench = _Bench(
        now=now,
        batch=batch,
        scope=Scope(batch.region, batch.supplier_id),
        bounds=bounds_of(session) if batch.region else None,
        unit_value=unit_value or USUAL_VALUE,
        writing=writing,
        prices={sku: OfSku(plans=found, confined=bool(batch.region)) for sku, found in plans.items()},
        others={sku: [plan for plan in found if plan.id not in taken] for sku, found in plans.items()},
    )
    for row in earlier:
        bench.row(row, skus.get(row.code))  # nothing of it is written yet: its SKU's prices are as it leaves them
    return [bench.row(row, skus.get(row.code)) for row in rows]


def put_plans(session: Session, now: datetime, batch: Batch, rows: Sequence[Judged]) -> None:
    """Write rows that are to be written: what goes is withdrawn, what comes is a new row, and all else follows."""
    mine = [row for row in rows if isinstance(row, PlanRow)]
    gone = {plan.id for row in mine for plan in row.gone}
    bulk.change(session, _plan, ("id",), [{"id": plan, "withdrawn_at": now} for plan in sorted(gone)])
    bulk.add(session, _plan, [written(plan, now) for row in mine for plan in row.come])
    skus = {row.sku for row in mine}
    if skus and not batch.region:
        follow_library(session, now, sku_ids=skus, actor=batch.made_by, address=batch.address)
    tell_items(session, now, sorted({row.item for row in mine if row.item is not None}))
    note_rows(session, now, batch, [("plan.batch", f"sku:{row.sku}", _noted(row)) for row in mine])


@dataclass(kw_only=True)
class _Bench:
    """What is the same for all rows that are judged together. `prices` go along with what rows before become; `others`
    are those that were there and are not what the batch takes back.
    """

    now: datetime
    batch: Batch
    scope: Scope
    bounds: Bounds | None
    unit_value: int
    writing: bool
    prices: dict[int, OfSku] = field(default_factory=dict)
    others: Mapping[int, Sequence[Plan]] = field(default_factory=dict)

    def row(self, row: Row[Any], sku: Row[Any] | None) -> PlanRow:
        judged = PlanRow(no=row.no, code=row.code, outcome=Outcome.CHANGE, before=dict(row.before))
        judged.after = dict(row.after)
        if sku is None:
            judged.fail(told(NO_SUCH, code=row.code))
            return judged
        judged.sku, judged.item = sku.id, sku.item_id
        try:
            if self.batch.undoes:
                self._back(judged, row, sku)
            else:
                self._look(judged, row, sku)
        except Nothing as nothing:
            judged.skip(told(nothing.text or SAME, **nothing.params))
        except NotSo as wrong:
            judged.fail(told(wrong.text, **wrong.params))
        except Wrong as wrong:
            judged.fail(wrong.words)
        if judged.writes:
            self._follow(judged, sku)
        return judged

    def _look(self, judged: PlanRow, row: Row[Any], sku: Row[Any]) -> None:
        if sku.retired_at is not None:
            raise Wrong(told(RETIRED, code=row.code))
        want = Want.of(row.code, row.after["asked"])
        self._may(want.region)
        prices = self.prices[sku.id]
        found = becomes(want, prices, self.now)
        if self.writing and self._moved(want, found.known, row):
            raise Wrong(told(MOVED))
        judged.outcome = Outcome.CHANGE if found.known else Outcome.CREATE
        fresh = self._fresh(want, found, sku)
        ends = None if fresh.stands else fresh.ends_at
        if found.known is not None and same(found.known, fresh.points, fresh.cash_fen, ends):
            raise Nothing("")  # the bounds end it sooner than is asked, as they did the last time
        judged.fresh, judged.gone = fresh, found.gone
        judged.before = {"plan": facts(found.known) if found.known else None}
        others = [plan for plan in found.gone if plan is not found.known]
        if beneath := [facts(plan) for plan in others if not followed(plan, prices.plans, self.now)]:
            judged.before["beneath"] = beneath
        judged.after = {"plan": facts(fresh), "asked": row.after["asked"]}
        if want.since is not None and want.since <= self.now and found.known is None:
            judged.told.append(told(FROM_NOW))
        judged.weight = self._weight(want, found, fresh, prices)
        self._hold(judged, sku)

    def _weight(self, want: Want, found: Becomes, fresh: Plan, prices: OfSku) -> int:
        """How much a price changes; one that lasts longer than the one it follows, also against what would have held
        after that one's end.
        """
        known = found.known
        bases = [known or prices.beneath(replace(want.slot, since=found.starts_at.isoformat()), self.now)]
        ends = None if known is None or known.stands else known.ends_at
        if ends is not None and (fresh.stands or fresh.ends_at is None or fresh.ends_at > ends):
            bases.append(prices.beneath(replace(want.slot, since=ends.isoformat()), self.now))
        will = fresh.points, fresh.cash_fen
        return max((weight((one.points, one.cash_fen), will, self.unit_value) for one in bases if one), default=0)

    def _moved(self, want: Want, known: Plan | None, row: Row[Any]) -> bool:
        """Whether another price is meant than when the row was looked at; one whose moment has come since follows what
        held all the while.
        """
        came = want.since is not None and self.batch.made_at < want.since <= self.now
        if came and known is not None and known.starts_at <= self.batch.made_at:
            return False
        return (known.id if known else None) != (row.before.get("plan") or {}).get("id")

    def _back(self, judged: PlanRow, row: Row[Any], sku: Row[Any]) -> None:
        """Take a price back that the other batch wrote, if it is there as it was written; what it had replaced comes
        again, for as long as it would have held.
        """
        wrote, was = row.before["plan"], row.after.get("plan")
        there = next((plan for plan in self.prices[sku.id].plans if plan.id == wrote["id"]), None)
        if there is None or (there.starts_at <= self.now and outdone(there, self.others[sku.id], self.now)):
            raise Wrong(told(TOUCHED)) if self.writing else Nothing(TOUCHED)
        if there.ends_at is not None and there.ends_at <= self.now and not there.stands:
            raise Nothing(ENDED)
        judged.gone, judged.after = [there], {"plan": None}
        left = [one for one in (*row.after.get("beneath", ()), was) if one and not self._over(one)]
        if left:
            *judged.beneath, judged.fresh = [self._again(one, sku) for one in left]
            judged.after = {"plan": facts(judged.fresh), "beneath": left[:-1]}
        if any(overlaps(plan, self.others[sku.id]) for plan in judged.come):
            raise Wrong(told(TOUCHED)) if self.writing else Nothing(TOUCHED)
        plans = self.prices[sku.id].plans
        then = [*(plan for plan in plans if plan is not there), *judged.come]
        if sku.retired_at is None and cheapest(plans, at=self.now) and not cheapest(then, at=self.now):
            raise Wrong(words(LastPrice()))
        self._hold(judged, sku)

    def _over(self, said: Mapping[str, Any]) -> bool:
        return bool(said["ends_at"]) and datetime.fromisoformat(said["ends_at"]) <= self.now

    def _again(self, said: Mapping[str, Any], sku: Row[Any]) -> Plan:
        plan = come_again(said, sku.id, self.now)
        return self._bound(plan, self.prices[sku.id], self.bounds) if self.bounds is not None else plan

    def _may(self, region: str) -> None:
        if not self.scope.covers(region):
            text = OUTSIDE if region else EVERYWHERE
            raise Wrong(told(text, region=region, mine=self.scope.region))

    def _fresh(self, want: Want, found: Becomes, sku: Row[Any]) -> Plan:
        plan = Plan(
            id=new_id(self.now),
            sku_id=sku.id,
            step=want.step,
            points=found.points,
            cash_fen=found.cash_fen,
            tier=want.tier_meant,
            region=want.region,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
        )
        return self._bound(plan, self.prices[sku.id], self.bounds) if self.bounds is not None else plan

    def _bound(self, plan: Plan, prices: OfSku, bounds: Bounds) -> Plan:
        try:
            bounded, ends = within(plan, prices.brands(), bounds, self.now)
        except Refused as refusal:
            raise Wrong(words(refusal)) from refusal
        return replace(plan, bounded=bounded, ends_at=ends)

    def _hold(self, judged: PlanRow, sku: Row[Any]) -> None:
        """Hold it against what the piece costs, or lately did."""
        cost = held(sku.cost_fen, sku.held_fen, sku.held_until, self.now)
        if not cost:
            return
        tax = usual_tax(shipped=sku.kind.shipped)
        costs = Costs(cost_fen=cost, tax_bps=tax, unit_value=self.unit_value)
        below = [plan for plan in judged.come if costs.undercut_by(plan.points, plan.cash_fen)]
        if below:
            judged.below_cost = 1
            judged.told.append(told(BELOW, floor=costs.floor(below[-1].cash_fen)))

    def _follow(self, judged: PlanRow, sku: Row[Any]) -> None:
        """Rows that come after find the SKU's prices as this one leaves them."""
        there, gone = self.prices[sku.id], {plan.id for plan in judged.gone}
        left = tuple(plan for plan in there.plans if plan.id not in gone)
        self.prices[sku.id] = replace(there, plans=(*left, *judged.come))


def _noted(row: PlanRow) -> dict[str, Any]:
    """What the audit log keeps, as of every price of a batch: where it hangs, and points and fen before and after."""
    was, will = row.before.get("plan"), row.after.get("plan")
    if row.gone and row.fresh is None:
        was, will = facts(row.gone[0]), None
    of: dict[str, Any] = will or was or {}
    said: dict[str, Any] = {"step": of["step"], "tier": of["tier"] or None, "region": of["region"]}
    said |= {name: of[name] for name in ("starts_at", "ends_at") if will}
    pair = {name: [one["points"], one["cash_fen"]] if one else None for name, one in (("before", was), ("after", will))}
    return said | pair | {"replaces": [plan.id for plan in row.gone]}
