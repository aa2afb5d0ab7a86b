"""What the callers of the ledger were told, kept apart from it, and the audit that holds the ledger against it.

A receipt is written after the answer. What it says the posting did to the dealer's points comes from the request
alone, so the totals are an independent sum.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic_ns
from typing import Any, NamedTuple

from sqlalchemy import text

from mall.points.actions import Posting
from mall.points.models import Outcome
from mall.web.db import db
from tests.points.ledger import Ledger

SOURCE = "proof"
"""Under this name the proofs post; what the ledger does by itself it does under its own."""


class Receipt(NamedTuple):
    """One answer: what was asked (`label`), the posting it got, and between which moments."""

    label: str
    dealer: int
    journal: int
    seq: int | None
    replay: bool
    effect: int
    """By how much the dealer has more afterwards, held points counted as had."""
    began: int
    ended: int


class Told(NamedTuple):
    """An answer that is not yet committed."""

    label: str
    posting: Posting
    effect: int


class Receipts:
    """A file of answers that only grows. `durable`: what is noted survives whatever happens to the process."""

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        self.path, self.durable = path, durable
        self._file = path.open("ab", buffering=0)

    def note(self, told: Iterable[Told], began: int) -> None:
        """Write down what a committed transaction answered."""
        ended = monotonic_ns()
        lines = [
            json.dumps(
                Receipt(
                    label,
                    posting.dealer_id,
                    posting.journal_id,
                    posting.result.get("seq") if posting.outcome is Outcome.POSTED else None,
                    posting.replay,
                    effect if posting.outcome is Outcome.POSTED else 0,
                    began,
                    ended,
                )
            )
            for label, posting, effect in told
        ]
        if lines:
            self._file.write(("\n".join(lines) + "\n").encode())
            if self.durable:
                os.fsync(self._file.fileno())


def read(paths: Iterable[Path]) -> Iterator[Receipt]:
    """All receipts of some files; a line that a kill cut short is no receipt."""
    for path in paths:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield Receipt(*json.loads(line))


@dataclass
class Figures:
    """What a proof counted. All but the first ones must be nought."""

    postings: int = 0
    answers: int = 0
    refusals: int = 0
    reads: int = 0
    reads_without: int = 0
    wrong_without: int = 0
    """The control: reads without a snapshot may be wrong, and show that a wrong one would be seen."""
    kills: int = 0
    unanswered: int = 0
    """Postings made whose answer never reached the caller; a repeat of the key found each."""
    lost: int = 0
    """Answers without their posting."""
    doubled: int = 0
    """Requests with two postings, or postings with two effects."""
    unasked: int = 0
    """Postings nobody asked for."""
    wrong_totals: int = 0
    """Accounts, or reads, whose points are not the sum of what was asked."""
    out_of_order: int = 0
    """Postings that stand before one that had been answered when they were asked for."""
    faults: list[str] = field(default_factory=list)
    """What the ledger's own proof found."""

    MUST_BE_NOUGHT = ("lost", "doubled", "unasked", "wrong_totals", "out_of_order")

    @property
    def wrong(self) -> dict[str, Any]:
        """What is not as it must be; empty is good."""
        seen = {name: value for name in self.MUST_BE_NOUGHT if (value := getattr(self, name))}
        return seen | ({"faults": self.faults[:5]} if self.faults else {})

    def __iadd__(self, other: Figures) -> Figures:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


def audit(receipts: Iterable[Receipt], opening: dict[int, int]) -> Figures:
    """Hold the ledger against what its callers were told; `opening` is what each dealer had before."""
    figures = Figures()
    journals = _journals()
    entries = _entries()
    effects = Counter(opening)
    by_label: dict[tuple[int, str], Receipt] = {}
    times: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for receipt in receipts:
        figures.answers += 1
        first = by_label.setdefault((receipt.dealer, receipt.label), receipt)
        if first is not receipt:
            figures.doubled += (first.journal, first.seq) != (receipt.journal, receipt.seq)
            if first.replay and not receipt.replay:
                by_label[receipt.dealer, receipt.label] = receipt
            continue
        stored = journals.get((receipt.dealer, receipt.journal))
        if stored is None or entries.get((receipt.dealer, receipt.journal), [None]) != [receipt.seq]:
            figures.lost += 1
        effects[receipt.dealer] += receipt.effect
    answered = set()
    for receipt in by_label.values():
        answered.add((receipt.dealer, receipt.journal))
        if receipt.seq is not None and not receipt.replay:
            times[receipt.dealer].append((receipt.seq, receipt.began, receipt.ended))
    figures.postings = sum(1 for outcome in journals.values() if outcome == Outcome.POSTED)
    figures.refusals = len(journals) - figures.postings
    figures.doubled += sum(1 for seqs in entries.values() if len(seqs) > 1)
    figures.doubled += len(by_label) - len(answered)
    figures.unasked = len(journals.keys() - answered)
    figures.wrong_totals = sum(1 for dealer, has in _has().items() if has != effects.get(dealer, 0))
    figures.out_of_order = sum(_out_of_order(history) for history in times.values())
    return figures


def proof() -> list[str]:
    """What the ledger's own proof finds."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE"))  # as autovacuum has done wherever a ledger has been for a minute
        db.session.commit()
    return Ledger().faults()


def _out_of_order(history: list[tuple[int, int, int]]) -> int:
    """Pairs that stand the wrong way round: answered before the other was asked, yet after it in the account."""
    wrong, latest = 0, 0
    for _, began, ended in sorted(history):
        wrong += ended < latest
        latest = max(latest, began)
    return wrong


def _journals() -> dict[tuple[int, int], int]:
    rows = db.session.execute(
        text(
            "SELECT dealer_id, journal_id, outcome FROM points_journal WHERE source <> 'ledger' AND source <> 'opening'"
        )
    )
    found = {(row[0], row[1]): row[2] for row in rows}
    db.session.rollback()
    return found


def _entries() -> dict[tuple[int, int], list[int | None]]:
    rows = db.session.execute(text("SELECT dealer_id, journal_id, seq FROM points_entry"))
    found: defaultdict[tuple[int, int], list[int | None]] = defaultdict(list)
    for dealer, journal, seq in rows:
        found[dealer, journal].append(seq)
    db.session.rollback()
    return found


def _has() -> dict[int, int]:
    rows = db.session.execute(text("SELECT dealer_id, pending + available + held - debt FROM points_account"))
    found = {row[0]: int(row[1]) for row in rows}
    db.session.rollback()
    return found
