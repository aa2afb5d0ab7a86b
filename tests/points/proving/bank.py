"""The bank: dealers pass a fixed sum among themselves while somebody counts it, again and again.

After Jepsen's bank test. Writers are processes that transfer, hold and give back; the reader is a process that looks
at every account, one statement each, in one snapshot. Whatever it catches them at, the sum is the same, nobody is
below nought, an account is as its last entry says, and no account's history steps back.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from time import monotonic_ns
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from mall.points.actions import open_books, void, write
from mall.web.db import db, transact
from mall.web.db import snapshot as one_view
from tests.points.proving.receipts import SOURCE, Figures, Receipts, Told, audit, proof, read
from tests.points.proving.scene import ACTOR, hand_over, hold_some, set_up, tried
from tests.processes import a_mall, at_once

DEALERS = 8
EACH = 50
"""Points each dealer begins with: few, so that lots are split and joined, and accounts run dry."""


def bank(
    url: str,
    folder: Path,
    *,
    writers: int,
    acts: int,
    batch: int,
    each: int = EACH,
    seed: int = 0,
    snapshot: bool = True,
) -> Figures:
    """Let each writer do so many acts, `batch` of them in a transaction, and give what was counted.

    Without a `snapshot` the reader looks at one account after the other as they come: it must see wrong sums, or it
    could not have seen them with one.
    """
    with a_mall(url):
        opening = set_up(DEALERS, each)
    dealers = sorted(opening)
    parts: list[tuple[Any, ...]] = [
        ("write", str(folder), f"w{number}", dealers, acts, batch, seed + number) for number in range(writers)
    ]
    parts.append(("read", str(folder), writers, dealers, sum(opening.values()), snapshot))
    figures = Figures()
    for told in at_once(url, None, _play, parts, limit=3_600):
        figures += told
    with a_mall(url):
        figures += audit(read(folder.glob("w*.receipts")), opening)
        figures.faults = proof()
    return figures


def _play(role: str, *args: Any) -> Figures:
    return _write(*args) if role == "write" else _read(*args)


def _write(folder: str, name: str, dealers: Sequence[int], acts: int, batch: int, seed: int) -> Figures:
    chance = random.Random(seed)
    receipts = Receipts(Path(folder, f"{name}.receipts"))
    held: list[tuple[int, int, str]] = []
    for start in range(0, acts, batch):
        plan = [_draw(chance, dealers, f"{name}/{number}") for number in range(start, min(start + batch, acts))]
        free, held = (held, []) if chance.random() < 0.5 else (held[:1], held[1:])
        began = monotonic_ns()
        told = transact(_acts, plan=plan, free=free)
        receipts.note(told, began)
        held += [
            (each.posting.dealer_id, each.posting.journal_id, each.label) for each in told if each.label[-1] == "h"
        ]
    began = monotonic_ns()
    receipts.note(transact(_acts, plan=[], free=held), began)
    Path(folder, f"{name}.done").touch()
    return Figures()


Act = tuple[str, int, int, int]
"""(label, dealer, the receiver or nought for a hold, points)"""


def _draw(chance: random.Random, dealers: Sequence[int], label: str) -> Act:
    one, other = chance.sample(list(dealers), 2)
    if chance.random() < 0.25:
        return (f"{label}h", one, 0, chance.randint(1, 5))
    return (label, one, other, chance.randint(1, 5))


def _acts(session: Session, at: Any, *, plan: list[Act], free: list[tuple[int, int, str]]) -> list[Told]:
    touched = {dealer for _, one, other, _ in plan for dealer in (one, other) if dealer} | {one for one, *_ in free}
    keys = [(SOURCE, label) for label, *_ in plan] + [(SOURCE, f"{label}/freed") for *_, label in free]
    books = open_books(session, at, touched, keys=keys, together=True)
    told = []
    for label, one, other, points in plan:
        if other:
            told += tried(lambda a=(books[one], books[other], label, points): hand_over(*a))
        else:
            told += tried(lambda a=(books[one], label, points): [Told(a[1], hold_some(*a), 0)])
    for dealer, journal, label in free:
        key = f"{label}/freed"
        freed = void(books[dealer], hold_journal=journal, source=SOURCE, key=key, actor=ACTOR, why={})
        told.append(Told(key, freed, 0))
    write(session, books.values())
    return told


ACCOUNT = text("SELECT pending, available, held, debt, last_seq FROM points_account WHERE dealer_id = :dealer")
ENTRY = text("SELECT pending, available, held, debt, seq FROM points_entry WHERE dealer_id = :dealer AND seq = :seq")
LOTS = text("SELECT SUM(available + held) FROM points_lot")


def _read(folder: str, writers: int, dealers: Sequence[int], total: int, snapshot: bool) -> Figures:
    figures = Figures()
    last = dict.fromkeys(dealers, 0)
    while True:
        over = len(list(Path(folder).glob("*.done"))) == writers
        wrong = not _one_look(dealers, total, last, snapshot)
        if snapshot:
            figures.reads += 1
            figures.wrong_totals += wrong
        else:
            figures.reads_without += 1
            figures.wrong_without += wrong
        if over:
            return figures
        time.sleep(0.003)


def _one_look(dealers: Sequence[int], total: int, last: dict[int, int], snapshot: bool) -> bool:
    """Whether everything is as it must be, looked at account by account."""
    if snapshot:
        one_view()
    seen, good = 0, True
    for dealer in dealers:
        row = db.session.execute(ACCOUNT, {"dealer": dealer}).one()
        if not snapshot:
            db.session.rollback()
        else:
            entry = db.session.execute(ENTRY, {"dealer": dealer, "seq": row.last_seq}).one()
            good = good and tuple(row) == tuple(entry)
        good = good and min(row[:4]) >= 0 and row.last_seq >= last[dealer]
        last[dealer] = row.last_seq
        seen += row.available + row.held
    if snapshot:
        good = good and int(db.session.execute(LOTS).scalar_one()) == total
    db.session.rollback()
    return good and seen == total
