"""Killed in the middle: nothing that was answered is lost, nothing is there twice, and the ledger proves itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from mall.web.db import db
from tests.points.proving.crash import WORKERS, kill_the_server, kill_workers
from tests.points.proving.power_cut import cut_the_power
from tests.points.proving.servers import a_server
from tests.processes import a_mall


def test_workers_killed_in_the_middle_lose_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    figures = kill_workers(database_url, tmp_path, rounds=2, lasts=(0.1, 0.6))
    assert figures.wrong == {}
    assert figures.kills == 2 * WORKERS
    assert figures.postings >= 2 * WORKERS


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with a_server(tmp_path / "server") as server:
        with a_mall(server.url):
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                assert db.session.execute(text(f"SHOW {setting}")).scalar() == "on", setting
        figures = kill_the_server(server, tmp_path, rounds=1, lasts=(0.1, 0.5))
    assert figures.wrong == {}
    assert figures.kills == 1
    assert figures.postings >= 2 * WORKERS


def test_a_log_cut_anywhere_keeps_what_was_answered_before(sqlite_url: str, tmp_path: Path) -> None:
    figures = cut_the_power(sqlite_url, tmp_path, requests=18, cuts=4)
    assert figures.wrong == {}
    assert figures.kills == 4


@pytest.mark.parametrize(("pragma", "value"), [("synchronous", 2), ("journal_mode", "wal"), ("foreign_keys", 1)])
def test_sqlite_answers_when_it_is_on_the_disk(mall: Flask, pragma: str, value: object) -> None:
    assert db.session.execute(text(f"PRAGMA {pragma}")).scalar() == value
