"""The power cut: SQLite's log ends somewhere, with rubbish after it. What was answered before is there."""

from __future__ import annotations

import random
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from mall.web.db import db
from tests.points.proving.receipts import Figures, Receipt, Receipts, audit, proof, read
from tests.points.proving.scene import ask, set_up
from tests.processes import a_mall

DEALERS = 3
EACH = 500


def cut_the_power(url: str, folder: Path, *, requests: int, cuts: int, seed: int = 0) -> Figures:
    """Post, note how long the log was at every answer, then cut copies of it at random places and look at each."""
    chance = random.Random(seed)
    database = Path(url.removeprefix("sqlite:///"))
    log = database.with_name(f"{database.name}-wal")
    with a_mall(url):
        # The log is kept whole while we write, so that every place in it can be tried.
        event.listen(db.engine, "connect", _keep_the_log)
        opening = set_up(DEALERS, EACH)
        began = log.stat().st_size
        receipts = Receipts(folder / "answers.receipts")
        lengths: list[int] = []
        for number in range(requests):
            ask([number], sorted(opening), "cut", receipts)
            lengths.append(log.stat().st_size)
        figures = audit(read([receipts.path]), opening)
        copies = []
        for number in range(cuts):
            place = chance.randint(began, lengths[-1])
            copy = folder / f"cut-{number}.db"
            shutil.copy(database, copy)
            rubbish = secrets.token_bytes(chance.choice([0, 1, 4_096, 9_000]))
            copy.with_name(f"{copy.name}-wal").write_bytes(log.read_bytes()[:place] + rubbish)
            copies.append((copy, sum(1 for length in lengths if length <= place)))
        answers = list(read([receipts.path]))
    assert lengths[-1] > began
    for copy, done in copies:
        figures += _look(copy, answers, done, requests, opening)
    return figures


def _keep_the_log(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _look(copy: Path, answers: Sequence[Receipt], done: int, requests: int, opening: dict[int, int]) -> Figures:
    """The copy holds exactly the requests answered by then; asked for again, all are there once."""
    before = [answer for answer in answers if int(answer.label.split("/")[1]) < done]
    with a_mall(f"sqlite:///{copy}"):
        whole = db.session.execute(text("PRAGMA integrity_check")).scalars().all()
        loose = db.session.execute(text("PRAGMA foreign_key_check")).all()
        db.session.rollback()
        cut = audit(before, opening)
        cut.faults = proof() + [str(line) for line in whole if line != "ok"] + [str(row) for row in loose]
        receipts = Receipts(copy.with_suffix(".receipts"))
        for number in range(requests):
            ask([number], sorted(opening), "cut", receipts)
        again = list(read([receipts.path]))
        healed = audit([*before, *again], opening)
        healed.faults = proof()
    known = {(answer.dealer, answer.label) for answer in before}
    healed.doubled += sum(1 for x in again if (x.dealer, x.label) in known and not x.replay)
    figures = Figures(kills=1)
    for seen in (cut, healed):
        seen.postings = seen.answers = seen.refusals = 0  # the same ones over and over
        figures += seen
    return figures
