"""The worker and batches: a file read to its end, one that cannot be, a run cut short, the way to wake it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mall.base.refused import N_, Refused
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.models import BatchKind, BatchState
from mall.catalog.rules.bulk import Asked
from mall.config import Settings
from mall.jobs import queue
from mall.jobs.tasks import batches
from mall.web.db import transact
from tests.catalog.batching import again, begun, written
from tests.catalog.conftest import stock_up
from tests.catalog.test_batches import brand_of, fresh


class Torn(Refused):
    """A file that ends in the middle."""

    code = "torn"
    text = N_("第 %(no)s 行读不出来")


@pytest.fixture
def stocked(app: Flask) -> Flask:
    transact(stock_up)
    return app


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A reader of files that gives as many rows as it is told, and may break."""
    told: dict[str, Any] = {"rows": 4, "breaks": False}

    def read(_session: Session, _now: datetime, _data: bytes) -> Iterator[Asked]:
        yield from (fresh(no, f"JS-{no}") for no in range(2, 2 + told["rows"]))
        if told["breaks"]:
            raise Torn(no=9)

    monkeypatch.setitem(READERS, "tests", read)
    return told


def test_a_file_goes_all_the_way_by_the_worker(stocked: Flask, reader: dict[str, Any]) -> None:
    batch = begun(BatchKind.IMPORT, {"sheet": "tests"}, file=("rows.csv", b"-"))
    assert queue.run(stocked, "batches") == 8
    found = again(batch.id)
    assert (found.state, found.total, found.created) == (BatchState.CHECKED, 4, 4)
    assert queue.run(stocked, "batches") == 0
    assert written(batch.id).created == 4
    assert brand_of("JS-2") == ""


def test_a_file_that_breaks_off_is_given_up_with_why(stocked: Flask, reader: dict[str, Any]) -> None:
    reader["breaks"] = True
    batch = begun(BatchKind.IMPORT, {"sheet": "tests"}, file=("rows.csv", b"-"))
    queue.run(stocked, "batches")
    found = again(batch.id)
    assert (found.state, found.fault) == (BatchState.DROPPED, {"text": "第 %(no)s 行读不出来", "params": {"no": 9}})


def test_a_file_without_a_row_says_so(stocked: Flask, reader: dict[str, Any]) -> None:
    reader["rows"] = 0
    batch = begun(BatchKind.IMPORT, {"sheet": "tests"}, file=("rows.csv", b"-"))
    queue.run(stocked, "batches")
    assert again(batch.id).dropped


def test_a_run_that_is_out_of_time_calls_for_the_next(
    stocked: Flask, reader: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setitem(stocked.extensions, "wake", called.append)
    monkeypatch.setattr(batches, "AT_MOST", batches.AT_MOST * 0)
    begun(BatchKind.IMPORT, {"sheet": "tests"}, file=("rows.csv", b"-"))
    queue.run(stocked, "batches")
    assert called == ["batches"]


def test_waking_puts_the_task_into_the_queue_at_once(app: Flask) -> None:
    huey = queue.build(app)
    before = huey.storage.queue_size()
    app.config["TESTING"] = False
    try:
        queue.waker(app)("batches")
    finally:
        app.config["TESTING"] = True
    assert huey.storage.queue_size() == before + 1
    assert huey.dequeue().name == "batches"
    huey.storage.close()


def test_a_queue_out_of_reach_keeps_nobody_from_asking() -> None:
    app = Flask("mall")
    app.extensions["settings"] = Settings(database_url="sqlite:////nowhere/at/all/mall.db", secret_key="none")
    queue.waker(app)("batches")
