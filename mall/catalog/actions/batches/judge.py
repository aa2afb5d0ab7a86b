"""What becomes of each row of a batch, judged as the editor judges what it publishes. Reads what it needs of many
rewards at once, and writes nothing: the dry run asks it, and so does the writer, under the rewards' locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from mall.base.refused import N_, Forbidden
from mall.catalog.actions.batches.judged import Judged, Wrong
from mall.catalog.actions.batches.prices import price, standing
from mall.catalog.actions.bounds import held
from mall.catalog.models import Batch, BatchKind, Document, Outcome, on_shelf
from mall.catalog.queries.at_once import Around, Known, around, being_begun, facts_of, last_writers, many, owners
from mall.catalog.queries.bounds import bounds_of
from mall.catalog.rules.bounds import Bounds
from mall.catalog.rules.bulk import Parts, Slot, applied, begun, changes, is_price, moved, of_prices, told
from mall.catalog.rules.checks import CODE, Check, Facts, checks, failing
from mall.catalog.rules.document import NOW, flat
from mall.catalog.rules.pricing import USUAL_VALUE
from mall.catalog.rules.repricing import Repricing
from mall.dealers.models import Scope

SHELF = {"shelved_at", "off_at"}
AROUND = {"category", "skus", "supplier", "shelf"}
"""Checks of what lies around a reward: a category gone, a SKU's code another's, a supplier suspended, a time over."""
WRONG_CODE = N_("货号“%(code)s”要用字母、数字和连字符，最多 40 个")
NO_SUCH = N_("没有货号为 %(code)s 的礼品")
TAKEN = N_("货号 %(code)s 已经有人在写草稿，还没有发布")
NEWER = N_("试运行之后有人改过这件礼品（现在是第 %(no)s 版），没有写入")
MOVED = N_("试运行之后有人改过：%(what)s，没有写入")
SAME = N_("和现在一样，没有要改的")
TOUCHED = N_("之后 %(who)s 又改过，现在是第 %(no)s 版，保留不撤销")
TOUCHED_IN = N_("之后又改过：%(what)s，保留不撤销")
NO_PRICE = N_("没有可以调整的价格")


def judge(
    session: Session, now: datetime, batch: Batch, rows: Sequence[Row[Any]], *, unit_value: int, writing: bool
) -> tuple[list[Judged], Around]:
    """What becomes of rows, in their order. `writing` locks their rewards, and refuses what changed since they were
    looked at; else they are looked at for the first time. `unit_value` is what a point is worth, in millionths; 0 is
    as usual.
    """
    about = around(session)
    repricing = Repricing.of(batch.asked["prices"]) if batch.kind is BatchKind.PRICES else None
    asked = {row.no: row.after if writing or row.after else batch.asked.get("parts", {}) for row in rows}
    codes = [row.code for row in rows]
    priced = repricing is not None or any(of_prices(parts) for parts in asked.values())
    if batch.region and writing:
        held(session, now)  # who narrows the bounds waits, and finds what is written here
    found = many(session, now, codes, about, lock=writing, prices=priced, confined=bool(batch.region))
    bench = _Bench(
        now=now,
        batch=batch,
        about=about,
        owned=owners(session, list(_sku_codes(asked.values(), found))),
        begun=being_begun(session, [code for code in codes if code not in found]),
        scope=Scope(batch.region, batch.supplier_id),
        bounds=bounds_of(session) if batch.region else None,
        unit_value=unit_value or USUAL_VALUE,
        repricing=repricing,
        writing=writing,
        writers=last_writers(session, [known.id for known in found.values()]) if batch.undoes and not writing else {},
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
    bounds: Bounds | None
    """The brand's bounds, where a region's people ask."""
    unit_value: int
    repricing: Repricing | None
    writing: bool
    writers: Mapping[int, str]
    """Who published the version that a reward has, where that is asked."""

    def row(self, row: Row[Any], parts: Parts, known: Known | None) -> Judged:
        judged = Judged(no=row.no, code=row.code, outcome=Outcome.CHANGE, known=known)
        try:
            self._may(parts)
            self._look(judged, row, parts)
            if judged.writes:
                self._claim(judged)
        except Wrong as wrong:
            judged.fail(wrong.words)
        return judged

    def _may(self, parts: Parts) -> None:
        """What the batch's maker may not do is told row by row: a list may hold what is another's."""
        regions = {Slot.of(path).region for path in of_prices(parts)}
        try:
            self.scope.must_cover(*regions, *([self.repricing.region] if self.repricing else []))
            if any(not is_price(path) for path in parts):
                self.scope.must_be_whole()
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
        elif self._undoes and (since := self._touched(known, row)):
            judged.skip(since)
            return
        if self.repricing is not None and not self.writing:
            parts = self._repriced(known)
            if not parts:
                judged.skip(told(NO_PRICE))
                return
        parts = self._begun(parts)
        judged.document = applied(known.document, self._in_time(parts, known))
        judged.before, judged.after = changes(known.document, judged.document)
        price(judged, parts, self.unit_value, self.now, self.bounds)
        if not judged.after:
            judged.skip(told(SAME))
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
        judged.document = applied(empty, self._in_time(parts, None))
        judged.after = {"kind": judged.document["kind"], **changes(empty, judged.document)[1]}
        price(judged, parts, self.unit_value, self.now, self.bounds)
        self._check(judged, None)

    def _unmoved(self, known: Known, row: Row[Any]) -> None:
        """Refused: what was changed since the row was looked at, by a newer version or beside it."""
        if known.version != row.seen:
            raise Wrong(told(NEWER, no=known.version))
        if paths := moved(self._all(known, row.before), row.before):
            raise Wrong(told(MOVED, what=paths[:5]))

    def _touched(self, known: Known, row: Row[Any]) -> Parts | None:
        """Whether somebody changed a reward after the batch that is taken back had, in words that say who."""
        if row.seen and known.version != row.seen:
            return told(TOUCHED, who=self.writers.get(known.id, ""), no=known.version)
        paths = moved(self._all(known, row.before), row.before)
        return told(TOUCHED_IN, what=paths[:5]) if paths else None

    @property
    def _undoes(self) -> bool:
        return self.batch.kind is BatchKind.UNDO

    def _in_time(self, parts: Parts, known: Known | None) -> Parts:
        """A moment on the shelf that was to come when the row was looked at, and has come since, is now; what is on
        the shelf and is to be from now on stays there as it is.
        """
        on = parts.get("shelved_at")
        if on == NOW and known and on_shelf(known.shelved_at, None, self.now):
            return {**parts, "shelved_at": known.document["shelved_at"]}
        late = self.writing and not self._undoes and on not in (None, NOW) and datetime.fromisoformat(on) < self.now
        return {**parts, "shelved_at": NOW} if late else parts

    def _repriced(self, known: Known) -> dict[str, Any]:
        """The new prices of a reward's SKUs: where none hangs in that place yet, of what everybody pays."""
        asked, found = self.repricing, {}
        assert asked is not None
        for sku in known.document["skus"]:
            slot = asked.slot(sku["code"])
            prices = known.of_sku.get(slot.sku)
            plan = (prices.at(slot, self.now) or prices.beneath(slot, self.now)) if prices else None
            if plan is not None:
                found[slot.path] = [asked.points(plan.points), plan.cash_fen]
        return found

    def _begun(self, parts: Parts) -> Parts:
        """A price that was to come when the row was looked at, and whose moment has come since, is from now on."""
        slots = {path: Slot.of(path) for path in of_prices(parts)}
        come = {path: one.place.path for path, one in slots.items() if one.begins and one.begins <= self.now}
        return {come.get(path, path): value for path, value in parts.items()} if come else parts

    def _all(self, known: Known, paths: Iterable[str]) -> dict[str, Any]:
        """What a reward says, by path, and what it costs where these paths say."""
        slots = [Slot.of(path) for path in paths if is_price(path)]
        found = {one.path: known.of_sku[one.sku].at(one, self.now) for one in slots if one.sku in known.of_sku}
        return flat(known.document) | {path: standing(plan) for path, plan in found.items()}

    def _check(self, judged: Judged, known: Known | None) -> None:
        """Hold it against the checks of publishing: what only leaves the shelf always may, as by the editor's button;
        what stays off it may still be without a picture; and what was wrong with it before is not the batch's to mend,
        unless it goes on the shelf by it. What is taken back says again what it said before, shelf and all: held
        against it is only what others did around it meanwhile.
        """
        differs = judged.says
        leaves = set(differs) <= SHELF and judged.document["shelved_at"] is None
        if not differs or (leaves and judged.document["off_at"] is None):
            return
        live = known.document["shelved_at"] if known else None
        facts = self._facts(judged.document, known, judged.document["shelved_at"] if self._undoes else live)
        wrong = [check for check in failing(checks(judged.document, facts)) if not self._passes(check, judged)]
        if wrong and known is not None and not SHELF & set(differs):
            before = {check.code for check in failing(checks(known.document, self._facts(known.document, known, live)))}
            wrong = [check for check in wrong if check.code not in before]
        if wrong:
            raise Wrong(told(wrong[0].text, **wrong[0].params))

    def _facts(self, says: Document, known: Known | None, kept_at: str | None) -> Facts:
        return facts_of(self.now, says, known, self.about, self.owned, kept_at)

    def _passes(self, check: Check, judged: Judged) -> bool:
        if self._undoes and check.code not in AROUND:
            return True
        if check.code == "pictures":
            return judged.document["shelved_at"] is None and not judged.document["pictures"]
        return check.code == "shelf" and not SHELF & set(judged.after)

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
