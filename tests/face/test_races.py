"""Two merchandisers at once, from several processes, on each engine."""

from __future__ import annotations

from flask import Flask

from mall.face.actions import By, add_block, publish, remove_block
from mall.face.queries.versions import versions
from mall.web.db import now, reading, transact
from tests.face.conftest import ANYWHERE, document, revision
from tests.processes import at_once

RACERS = 6


def publishes(revision: int, who: int) -> int:
    by = By(actor=f"staff:{who}")
    return transact(publish, revision=revision, words=str(who), known=ANYWHERE, by=by)


def adds(revision: int, who: int) -> str:
    transact(add_block, revision=revision, what="shelf", by=By(actor=f"staff:{who}"))
    return "added"


def test_of_several_who_publish_at_once_one_does(app: Flask, database_url: str) -> None:
    transact(remove_block, revision=0, block_id="search", by=By(actor="staff:1"))
    seen = revision()
    answers = at_once(database_url, now(), publishes, [(seen, who) for who in range(RACERS)])
    assert sorted(map(str, answers)) == ["1", *["draft_moved"] * (RACERS - 1)]
    reading().rollback()
    assert [one.no for one in versions(reading())] == [1]


def test_one_person_who_taps_publish_many_times_publishes_once(app: Flask, database_url: str) -> None:
    transact(remove_block, revision=0, block_id="search", by=By(actor="staff:1"))
    seen = revision()
    assert at_once(database_url, now(), publishes, [(seen, 1)] * RACERS) == [1] * RACERS
    reading().rollback()
    assert [one.no for one in versions(reading())] == [1]


def test_of_several_first_changes_one_is_kept(app: Flask, database_url: str) -> None:
    answers = at_once(database_url, now(), adds, [(0, who) for who in range(RACERS)])
    assert sorted(answers) == ["added", *["draft_moved"] * (RACERS - 1)]
    assert len(document()["blocks"]) == 7
    assert revision() == 1
