"""Whoever looks, whenever: the dealers' points add up to the same sum."""

from __future__ import annotations

from pathlib import Path

from tests.points.proving.bank import bank


def test_every_look_sees_the_whole_sum(database_url: str, tmp_path: Path) -> None:
    figures = bank(database_url, tmp_path, writers=3, acts=40, batch=1)
    assert figures.wrong == {}
    assert figures.postings >= 100
    assert figures.reads >= 10


def test_postings_made_by_the_batch_are_seen_whole_too(sqlite_url: str, tmp_path: Path) -> None:
    figures = bank(sqlite_url, tmp_path, writers=2, acts=200, batch=25)
    assert figures.wrong == {}
    assert figures.postings >= 300
