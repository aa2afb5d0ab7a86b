"""What documents stand at, and the postings that bring the ledger there.

A purchase stands at what its newest revision is worth, less what its returns take back; a return without a
purchase stands at what it takes back. The ledger is told the difference between that and what was posted so far,
so that it ends the same whatever came first, late or twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from mall.base.bulk import add, among
from mall.base.time import civil_day, end_of_month
from mall.earning.models import Earned
from mall.earning.rules.judgement import Group, Rule, reclaimed, weigh
from mall.points.actions import Book, Part, Posting, claw_back, earn

earned = cast(Table, Earned.__table__)

BY_IDS = select(earned).where(
    among(earned.c.dealer_id, "dealers"),
    earned.c.source == bindparam("source"),
    among(earned.c.external_id, "ids"),
)
RETURNS_OF = select(earned).where(
    among(earned.c.dealer_id, "dealers"),
    earned.c.source == bindparam("source"),
    among(earned.c.returns, "ids"),
)
CHANGE = (
    update(earned)
    .where(
        earned.c.dealer_id == bindparam("at_dealer"),
        earned.c.source == bindparam("at_source"),
        earned.c.external_id == bindparam("at_id"),
    )
    .values(
        {
            name: bindparam(name)
            for name in ("revision", "ordered_at", "returns", "rule", "groups", "points", "weight", "posted")
        }
    )
)


class Standing(NamedTuple):
    """One document of one dealer: its newest revision and what was posted for it."""

    dealer_id: int
    external_id: str
    kind: str
    revision: int
    ordered_at: datetime
    returns: str | None
    rule: str | None
    groups: tuple[Group, ...]
    points: int = 0
    weight: int = 0
    posted: int = 0

    @property
    def key(self) -> str:
        """Under which its newest revision is posted in the ledger."""
        return f"{self.external_id}/{self.revision}"

    @property
    def purchase(self) -> tuple[int, str]:
        """Where the purchase stands that a return names."""
        return (self.dealer_id, self.returns or "")


@dataclass
class Standings:
    """What the documents of a batch stand at, by dealer and external id."""

    session: Session
    source: str
    zone: str
    rules: dict[str, Rule] = field(default_factory=dict)
    books: dict[int, Book] = field(default_factory=dict)
    rows: dict[tuple[int, str], Standing] = field(default_factory=dict)
    kept: set[tuple[int, str]] = field(default_factory=set)
    changed: set[tuple[int, str]] = field(default_factory=set)
    of_purchase: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    """External ids of the returns of a purchase."""

    def look(self, dealers: Collection[int], ids: Collection[str], purchases: Collection[str]) -> None:
        """Read documents, and the returns that name purchases."""
        for statement, names in ((BY_IDS, ids), (RETURNS_OF, purchases)):
            if names:
                wanted = {"dealers": dealers, "source": self.source, "ids": names}
                for row in self.session.execute(statement, wanted):
                    self._keep(row)

    def _keep(self, row: Any) -> None:
        key = (row.dealer_id, row.external_id)
        if key in self.rows:
            return
        groups = tuple((category, tuple(flags), fen) for category, flags, fen in row.groups)
        self.kept.add(key)
        self._put(
            Standing(
                row.dealer_id,
                row.external_id,
                row.kind,
                row.revision,
                row.ordered_at,
                row.returns,
                row.rule,
                groups,
                row.points,
                row.weight,
                row.posted,
            )
        )

    def _put(self, row: Standing) -> None:
        key = (row.dealer_id, row.external_id)
        earlier = self.rows.get(key)
        if earlier and earlier.returns and earlier.returns != row.returns:
            self.of_purchase[row.dealer_id, earlier.returns].discard(row.external_id)
        if row.returns:
            self.of_purchase.setdefault((row.dealer_id, row.returns), set()).add(row.external_id)
        self.rows[key] = row

    def set(self, row: Standing) -> None:
        """A document stands anew."""
        self._put(row)
        self.changed.add((row.dealer_id, row.external_id))

    def restore(self, row: Standing, earlier: Standing | None) -> None:
        """A document proved unfit after it was set: it stands as it did before."""
        if earlier:
            self._put(earlier)
            return
        if self.rows.pop((row.dealer_id, row.external_id), None) and row.returns:
            self.of_purchase[row.dealer_id, row.returns].discard(row.external_id)
        self.changed.discard((row.dealer_id, row.external_id))

    def returns_of(self, purchase: Standing) -> list[Standing]:
        """The returns that name a purchase, in a settled order."""
        names = self.of_purchase.get((purchase.dealer_id, purchase.external_id), set())
        return [self.rows[purchase.dealer_id, name] for name in sorted(names)]

    def target(self, purchase: Standing, returns: Iterable[Standing]) -> tuple[int, dict[str, Any]]:
        """What a purchase is to have in the ledger after these returns, and how many they take back of what."""
        if purchase.rule is None or not purchase.points:
            return purchase.points, {}
        rule = self.rules[purchase.rule]
        back = sum(weigh(rule, row.groups) for row in returns)
        taken = reclaimed(purchase.points, purchase.weight, back)
        steps = {"earned": purchase.points, "weight": purchase.weight, "returned": back, "reclaimed": taken}
        return purchase.points - taken, steps

    def terms(self, row: Standing) -> tuple[datetime, Rule]:
        """Until when the points of a document live, and by which rule they are worth what they are."""
        rule = self.rules[row.rule or ""]
        return end_of_month(civil_day(row.ordered_at, self.zone), rule.validity_months, self.zone), rule

    def bring(
        self,
        row: Standing,
        target: int,
        *,
        key: str,
        reference: str | None,
        effective_at: datetime,
        actor: str,
        why: dict[str, Any],
    ) -> Posting | None:
        """Post the difference between what a document is to have and what was posted for it."""
        change = target - row.posted
        if not change:
            return None
        book = self.books[row.dealer_id]
        why = why | {"before": row.posted, "change": change}
        if change < 0:
            return claw_back(
                book,
                points=-change,
                reference=reference,
                source=self.source,
                key=key,
                effective_at=effective_at,
                actor=actor,
                why=why,
            )
        expires_at, rule = self.terms(row)
        return earn(
            book,
            parts=[Part(change)],
            source=self.source,
            key=key,
            reference=row.external_id,
            earned_at=row.ordered_at,
            active_at=min(row.ordered_at, book.now),
            expires_at=expires_at,
            rule_version=rule.name,
            fund_code=rule.fund_code,
            unit_value=rule.unit_value,
            actor=actor,
            why=why,
        )

    def posted(self, row: Standing, target: int) -> None:
        """A document's postings have been brought to its target."""
        self.set(row._replace(posted=target))

    def save(self) -> None:
        """Write what has changed: at most two statements."""
        fresh, touched = [], []
        for key in sorted(self.changed):
            row = self.rows[key]
            facts = {
                "revision": row.revision,
                "ordered_at": row.ordered_at,
                "returns": row.returns,
                "rule": row.rule,
                "groups": [[category, list(flags), fen] for category, flags, fen in row.groups],
                "points": row.points,
                "weight": row.weight,
                "posted": row.posted,
            }
            if key in self.kept:
                touched.append({"at_dealer": key[0], "at_source": self.source, "at_id": key[1], **facts})
            else:
                fresh.append(
                    {"dealer_id": key[0], "source": self.source, "external_id": key[1], "kind": row.kind, **facts}
                )
        add(self.session, earned, fresh)
        if touched:
            self.session.execute(CHANGE, touched)
