"""What becomes of each row of a batch, judged as the editor judges what it publishes. Reads what it needs of many
rewards at once, and writes nothing: the dry run asks it, and so does the writer, under the rewards' locks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from mall.base.refused import N_, Forbidden
from mall.catalog.models import Batch, BatchKind, Document, Outcome
from mall.catalog.queries.at_once import Around, Known, around, being_begun, facts_of, many, owners
from mall.catalog.rules.bulk import Parts, Slot, applied, begun, changes, moved, of_prices, of_stock, told
from mall.catalog.rules.checks import CODE, Check, checks, failing
from mall.catalog.rules.document import NOW, flat
from mall.catalog.rules.plans import Plan
from mall.catalog.rules.pricing import Costs, usual_tax
from mall.catalog.rules.repricing import MOST_POINTS, Repricing, weight
from mall.dealers.models import OutsideScope, Scope

WRONG_CODE = N_("货号“%(code)s”要用字母、数字和连字符，最多 40 个")
NO_SUCH = N_("没有货号为 %(code)s 的礼品")
TAKEN = N_("货号 %(code)s 已经有人在写草稿，还没有发布")
NEWER = N_("试运行之后有人改过这件礼品（现在是第 %(no)s 版），没有写入")
MOVED = N_("试运行之后有人改过：%(what)s，没有写入")
SAME = N_("和现在一样，没有要改的")
NO_PRICE = N_("没有可以调整的价格")
WRONG_PRICE = N_("规格 %(code)s 的价格不对：积分要大于 0，第一档起才有现金")
NO_SKU = N_("没有规格 %(code)s")
NOT_NEW = N_("规格 %(code)s 已经有库存，请到库存页调整")
BELOW = N_("%(n)s 个价格低于成本")
MOST_PIECES = 10_000_000


@dataclass(kw_only=True)
class Judged:
    """What becomes of a row. `document` is what the reward will say, `prices` its new standing prices by slot."""

    no: int
    code: str
    outcome: Outcome
    known: Known | None = None
    document: Document = field(default_factory=dict)
    before: Parts = field(default_factory=dict)
    after: Parts = field(default_factory=dict)
    told: list[Mapping[str, Any]] = field(default_factory=list)
    below_cost: int = 0
    weight: int = 0

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.outcome in (Outcome.CREATE, Outcome.CHANGE)

    @property
    def seen(self) -> int:
        """The version that it was judged on."""
        return self.known.version if self.known else 0


@dataclass(frozen=True)
class Wrong(Exception):  # noqa: N818 - read as a judgement
    """What keeps a row from being written."""

    words: Mapping[str, Any]


def judge(
    session: Session, now: datetime, batch: Batch, rows: Sequence[Row[Any]], *, unit_value: int, writing: bool
) -> tuple[list[Judged], Around]:
    """What becomes of rows, in their order. `writing` locks their rewards, and refuses what changed since they were
    looked at; else they are looked at for the first time. `unit_value` is what a point is worth, in millionths.
    """
    about = around(session)
    repricing = Repricing.of(batch.asked["prices"]) if batch.kind is BatchKind.PRICES else None
    asked = {row.no: row.after if writing or row.after else batch.asked.get("parts", {}) for row in rows}
    codes = [row.code for row in rows]
    priced = repricing is not None or any(of_prices(parts) for parts in asked.values())
    found = many(session, now, codes, about, lock=writing, prices=priced)
    bench = _Bench(
        now=now,
        batch=batch,
        about=about,
        owned=owners(session, list(_sku_codes(asked.values(), found))),
        begun=being_begun(session, [code for code in codes if code not in found]),
        scope=Scope(batch.region, batch.supplier_id),
        unit_value=unit_value,
        repricing=repricing,
        writing=writing,
    )
    return [bench.row(row, asked[row.no], found.get(row.code)) for row in rows], about


@dataclass(kw_only=True)
class _Bench:
    """What is the same for all rows that are judged together."""

    now: datetime
    batch: Batch
    about: Around
    owned: dict[str, int]
    begun: set[str]
    scope: Scope
    unit_value: int
    repricing: Repricing | None
    writing: bool

    def row(self, row: Row[Any], parts: Parts, known: Known | None) -> Judged:
        judged = Judged(no=row.no, code=row.code, outcome=Outcome.CHANGE, known=known)
        try:
            self._may(known, parts)
            self._look(judged, row, parts)
            if judged.writes:
                self._claim(judged)
        except Wrong as wrong:
            judged.outcome, judged.told = Outcome.ERROR, [wrong.words]
            judged.below_cost = judged.weight = 0
        return judged

    def _may(self, known: Known | None, parts: Parts) -> None:
        """What the batch's maker may not do is told row by row: a list may hold what is another's."""
        try:
            if known is not None and not self.scope.supplies(known.supplier_id):
                raise OutsideScope
            prices = {Slot.of(path).region for path in of_prices(parts)}
            self.scope.must_cover(*prices, *([self.repricing.region] if self.repricing else []))
            if self.repricing is None and len(prices) != len(parts):
                self.scope.must_supply(known.supplier_id if known else self.scope.supplier_id)
        except Forbidden as refusal:
            raise Wrong(told(refusal.text)) from refusal

    def _look(self, judged: Judged, row: Row[Any], parts: Parts) -> None:
        known = judged.known
        if known is None:
            self._new(judged, parts)
            return
        if self.writing and row.outcome is Outcome.CREATE:
            raise Wrong(told(NEWER, no=known.version))
        if self.writing:
            self._unmoved(known, row)
        if self.repricing is not None and not self.writing:
            parts = self._repriced(known)
            if not parts:
                judged.outcome, judged.told = Outcome.SKIP, [told(NO_PRICE)]
                return
        judged.document = applied(known.document, self._in_time(parts))
        judged.before, judged.after = changes(known.document, judged.document)
        self._price(judged, parts, {code for code, sku in known.skus.items()})
        if not judged.after:
            judged.outcome, judged.told = Outcome.SKIP, [told(SAME)]
            return
        self._check(judged, known)

    def _new(self, judged: Judged, parts: Parts) -> None:
        if self.batch.kind is not BatchKind.IMPORT:
            raise Wrong(told(NO_SUCH, code=judged.code))
        if not CODE.fullmatch(judged.code):
            raise Wrong(told(WRONG_CODE, code=judged.code))
        if judged.code in self.begun:
            raise Wrong(told(TAKEN, code=judged.code))
        judged.outcome = Outcome.CREATE
        empty = begun(parts)
        judged.document = applied(empty, self._in_time(parts))
        judged.after = {path: value for path, value in flat(judged.document).items() if value != flat(empty).get(path)}
        judged.after = {"kind": judged.document["kind"], **judged.after}
        self._price(judged, parts, set())
        self._check(judged, None)

    def _unmoved(self, known: Known, row: Row[Any]) -> None:
        """Refused: what was changed since the row was looked at, by a newer version or beside it."""
        if known.version != row.seen:
            raise Wrong(told(NEWER, no=known.version))
        there = flat(known.document) | {slot.path: _told(plan) for slot, plan in known.prices.items()}
        if paths := moved(there, row.before):
            raise Wrong(told(MOVED, what=paths[:5]))

    def _in_time(self, parts: Parts) -> Parts:
        """A moment on the shelf that was to come when the row was looked at, and has come since, is now."""
        on = parts.get("shelved_at")
        undoes = self.batch.kind is BatchKind.UNDO
        late = self.writing and not undoes and on not in (None, NOW) and datetime.fromisoformat(on) < self.now
        return {**parts, "shelved_at": NOW} if late else parts

    def _repriced(self, known: Known) -> dict[str, Any]:
        """The new prices of a reward's SKUs: where none hangs in that place yet, of what everybody pays."""
        asked, found = self.repricing, {}
        assert asked is not None
        for sku in known.document["skus"]:
            slot = asked.slot(sku["code"])
            plan = known.prices.get(slot) or known.prices.get(Slot(slot.sku, slot.step))
            if plan is not None:
                found[slot.path] = [asked.points(plan.points), plan.cash_fen]
        return found

    def _price(self, judged: Judged, parts: Parts, there: set[str]) -> None:
        """Put the prices and first pieces among what differs, and hold the prices against the cost."""
        costs = {sku["code"]: sku["cost_fen"] for sku in judged.document["skus"]}
        tax = usual_tax(shipped=judged.document["kind"] == "physical")
        known, after, before = judged.known, dict(judged.after), dict(judged.before)
        for path, value in of_prices(parts).items():
            slot = Slot.of(path)
            if slot.sku not in costs:
                raise Wrong(told(NO_SKU, code=slot.sku))
            if value is not None and not _sound(slot, value):
                raise Wrong(told(WRONG_PRICE, code=slot.sku))
            plan = known.prices.get(slot) if known else None
            if _told(plan) == value:
                continue
            before[path], after[path] = _told(plan), value
            base = plan or (known.prices.get(Slot(slot.sku, slot.step)) if known else None)
            if value is not None:
                judged.weight += weight((base.points, base.cash_fen), tuple(value), self.unit_value) if base else 0
                if cost := costs[slot.sku]:
                    held = Costs(cost_fen=cost, tax_bps=tax, unit_value=self.unit_value)
                    judged.below_cost += held.undercut_by(*value)
        for code, pieces in of_stock(parts).items():
            if code in there:
                raise Wrong(told(NOT_NEW, code=code))
            if code not in costs or not 0 <= pieces <= MOST_PIECES:
                raise Wrong(told(NO_SKU, code=code))
            if pieces:
                after[f"stock/{code}"] = pieces
        judged.before, judged.after = before, after
        if judged.below_cost:
            judged.told.append(told(BELOW, n=judged.below_cost))

    def _check(self, judged: Judged, known: Known | None) -> None:
        """Hold it against the checks of publishing: what only leaves the shelf always may, as by the editor's button;
        what stays off it may still be without a picture.
        """
        differs = [path for path in judged.after if not path.startswith(("prices/", "stock/"))]
        leaves = set(differs) <= {"shelved_at", "off_at"} and judged.document["shelved_at"] is None
        if not differs or (leaves and judged.document["off_at"] is None):
            return
        undoes = self.batch.kind is BatchKind.UNDO
        kept_at = judged.document["shelved_at"] if undoes else known and known.document["shelved_at"]
        facts = facts_of(self.now, judged.document, known, self.about, self.owned, kept_at)
        found = checks(judged.document, facts)
        wrong = [check for check in failing(found) if not self._passes(check, judged)]
        if wrong:
            raise Wrong(told(wrong[0].text, **wrong[0].params))

    def _passes(self, check: Check, judged: Judged) -> bool:
        if check.code == "pictures":
            return judged.document["shelved_at"] is None and not judged.document["pictures"]
        return check.code == "shelf" and not {"shelved_at", "off_at"} & set(judged.after)

    def _claim(self, judged: Judged) -> None:
        """Its SKU codes are its own from here on: a later row that wants one of them is wrong."""
        mine = judged.known.id if judged.known else -judged.no
        for sku in judged.document["skus"]:
            if self.owned.setdefault(sku["code"], mine) != mine:
                raise Wrong(told(N_("规格货号 %(code)s 已经是别的礼品的"), code=sku["code"]))


def _sku_codes(asked: Any, found: Mapping[str, Known]) -> Iterator[str]:
    """All SKU codes that rows may come to have."""
    for parts in asked:
        yield from parts.get("skus", ())
        yield from parts.get("skus+", ())
    for known in found.values():
        yield from known.skus


def _told(plan: Plan | None) -> list[int] | None:
    return [plan.points, plan.cash_fen] if plan else None


def _sound(slot: Slot, value: Sequence[int]) -> bool:
    points, fen = value
    return 0 < points <= MOST_POINTS and 0 <= fen <= 10**9 and (slot.step == 0) == (fen == 0) and 0 <= slot.step <= 9
