"""Eight processes with the same requests at the same moment: each is posted once, and each of them is told the same."""

from __future__ import annotations

from pathlib import Path

from tests.points.proving.storm import PROCESSES, storm


def test_a_storm_of_the_same_requests_gets_one_answer_a_key(database_url: str, tmp_path: Path) -> None:
    figures = storm(database_url, tmp_path, requests=24, batch=1)
    assert figures.wrong == {}
    assert figures.answers >= PROCESSES * figures.postings
    assert figures.postings >= 30


def test_what_was_refused_stays_refused_for_all(sqlite_url: str, tmp_path: Path) -> None:
    figures = storm(sqlite_url, tmp_path, requests=48, batch=6, dealers=6, each=5)
    assert figures.wrong == {}
    assert figures.refusals >= 1
