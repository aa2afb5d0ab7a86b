"""What one document does: an order, a return of an order, a return without one; each to its target in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall.base.refused import Refused
from mall.base.time import civil_day
from mall.earning.actions.inbox import Inbox, Slip
from mall.earning.actions.standing import Standing, Standings
from mall.earning.models import MOST, DocumentState
from mall.earning.rules.judgement import Group, Judgement, Rule, choose, judge, judge_return
from mall.points.actions import Posting


class Unfit(Exception):
    """A document that cannot be posted as it is, and why."""

    def __init__(self, reason: str, **detail: Any) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass
class Effects:
    """The judgements of a batch, under the locks of its dealers' accounts."""

    inbox: Inbox
    standings: Standings
    actor: str

    def take(self, row: Standing, earlier: Standing | None, slip: Slip) -> None:
        """Judge one document and post what it changes, noting both on its slip."""
        try:
            if row.kind == "order":
                self._purchase(row, earlier, slip)
            elif row.returns:
                self._return(row, earlier, slip)
            else:
                self._loose_return(row, earlier, slip)
        except Unfit:
            self.standings.restore(row, earlier)
            raise
        self._supersede_waiting(row, earlier)

    def _judged(
        self, row: Standing, earlier: Standing | None, judge: Callable[[Rule, Iterable[Group]], Judgement]
    ) -> tuple[Standing, dict[str, Any]]:
        """What a document is worth under the rule of its day, and why. Cancelled, it is worth nothing by any rule."""
        on = civil_day(row.ordered_at, self.standings.zone)
        rule = choose(self.standings.rules.values(), self.standings.source, on)
        if rule is None and not row.groups:
            return row._replace(rule=earlier.rule if earlier else None), {}
        if rule is None:
            raise Unfit("no_rule", on=on.isoformat())
        judged = judge(rule, row.groups)
        if judged.points > MOST:
            raise Unfit("beyond_bounds", points=judged.points)
        return row._replace(rule=rule.name, points=judged.points, weight=judged.weight), judged.why

    def _purchase(self, row: Standing, earlier: Standing | None, slip: Slip) -> None:
        """An order. Its known returns are reckoned in; those that waited for it take effect now, each by itself.

        A revision under which the points live by other terms takes back what was posted and earns it anew, so that
        they expire as the newest revision says, whichever came first.
        """
        row, reckoned = self._judged(row, earlier, judge)
        returns = self.standings.returns_of(row)
        waiting = [] if earlier else returns
        target, steps = self.standings.target(row, returns if earlier else [])
        why = {"what": "order", "document": row.external_id, "revision": row.revision, **reckoned}
        if steps.get("reclaimed"):
            why["returns"] = steps
        if earlier and earlier.posted and target and self.standings.terms(earlier) != self.standings.terms(row):
            self._bring(
                row,
                0,
                slip,
                key=f"{row.key}/undone",
                reference=row.external_id,
                effective_at=row.ordered_at,
                why={"what": "order", "document": row.external_id, "revision": row.revision, "undone": True},
            )
            row = row._replace(posted=0)
        self._bring(row, target, slip, key=row.key, reference=row.external_id, effective_at=row.ordered_at, why=why)
        for number, back in enumerate(waiting, 1):
            self._takes_effect(row, waiting[:number], back)

    def _takes_effect(self, purchase: Standing, so_far: Sequence[Standing], back: Standing) -> None:
        purchase = self.standings.rows[purchase.dealer_id, purchase.external_id]
        slip = Slip(b"", DocumentState.POSTED)
        target, steps = self.standings.target(purchase, so_far)
        at = max(back.ordered_at, purchase.ordered_at)
        self._bring(
            purchase,
            target,
            slip,
            key=back.key,
            reference=purchase.external_id,
            effective_at=at,
            why=_why_returned(back, purchase, steps),
        )
        self.inbox.settle(
            (back.external_id, back.revision), DocumentState.POSTED, points=slip.points, result=slip.result
        )

    def _return(self, row: Standing, earlier: Standing | None, slip: Slip) -> None:
        """A return that names its purchase: takes back its share of what that purchase earned, never more."""
        self._leave_former_purchase(row, earlier, slip)
        if earlier and not earlier.returns and earlier.posted:
            self._bring(
                earlier._replace(points=0, weight=0),
                0,
                slip,
                key=f"{row.key}/undone",
                reference=None,
                effective_at=earlier.ordered_at,
                why={"what": "return", "document": row.external_id, "revision": row.revision, "undone": True},
            )
        self.standings.set(row._replace(posted=0))
        purchase = self.standings.rows.get((row.dealer_id, row.returns or ""))
        if purchase is None or purchase.kind != "order":
            slip.state, slip.reason, slip.detail = DocumentState.WAITING, "purchase_awaited", {"purchase": row.returns}
            slip.result |= {"waits_for": row.returns}
            return
        target, steps = self.standings.target(purchase, self.standings.returns_of(purchase))
        self._bring(
            purchase,
            target,
            slip,
            key=row.key,
            reference=purchase.external_id,
            effective_at=row.ordered_at,
            why=_why_returned(row, purchase, steps),
        )

    def _loose_return(self, row: Standing, earlier: Standing | None, slip: Slip) -> None:
        """A return without its purchase: takes back by its amount under the rule of its day, into debt if need be."""
        row, reckoned = self._judged(row, earlier, judge_return)
        self._leave_former_purchase(row, earlier, slip)
        why = {"what": "return", "document": row.external_id, "revision": row.revision, **reckoned}
        self._bring(row, -row.points, slip, key=row.key, reference=None, effective_at=row.ordered_at, why=why)

    def _leave_former_purchase(self, row: Standing, earlier: Standing | None, slip: Slip) -> None:
        """A newer revision names another purchase (or none): the one named before gets its points back."""
        if earlier is None or earlier.returns is None or earlier.returns == row.returns:
            return
        former = self.standings.rows.get((row.dealer_id, earlier.returns))
        if former is None or former.kind != "order":
            return
        others = [x for x in self.standings.returns_of(former) if x.external_id != row.external_id]
        target, steps = self.standings.target(former, others)
        self._bring(
            former,
            target,
            slip,
            key=f"{row.key}/undone",
            reference=former.external_id,
            effective_at=row.ordered_at,
            why=_why_returned(row, former, steps) | {"undone": True},
        )

    def _supersede_waiting(self, row: Standing, earlier: Standing | None) -> None:
        old = self.inbox.slips.get((earlier.external_id, earlier.revision)) if earlier else None
        if earlier and old and old.state is DocumentState.WAITING:
            self.inbox.settle(
                (earlier.external_id, earlier.revision), DocumentState.SUPERSEDED, result={"newest": row.revision}
            )

    def _bring(
        self,
        row: Standing,
        target: int,
        slip: Slip,
        *,
        key: str,
        reference: str | None,
        effective_at: datetime,
        why: dict[str, Any],
    ) -> None:
        """Post the difference and note it on the slip. While nothing is posted, a refusal makes the document unfit."""
        before = row.posted
        try:
            posting = self.standings.bring(
                row, target, key=key, reference=reference, effective_at=effective_at, actor=self.actor, why=why
            )
        except Refused as refusal:
            if slip.points or slip.result:
                raise
            raise Unfit(refusal.code, **refusal.params) from refusal
        self.standings.posted(row, target)
        slip.points += target - before
        if posting:
            slip.result.setdefault("entries", []).append(_witness(posting))


def _why_returned(row: Standing, purchase: Standing, steps: dict[str, Any]) -> dict[str, Any]:
    return {
        "what": "return",
        "document": row.external_id,
        "revision": row.revision,
        "purchase": purchase.external_id,
        "rule": purchase.rule,
        **steps,
    }


def _witness(posting: Posting) -> dict[str, Any]:
    return {"seq": posting.result.get("seq"), "hash": posting.result.get("hash"), "kind": posting.kind.value}
