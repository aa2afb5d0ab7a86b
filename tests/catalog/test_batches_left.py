"""Batches that were left, and files of long ago: the worker ends the first and empties the second; the pages say so."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mall.catalog.actions.batches import confirm, drop, drop_left, empty_files
from mall.catalog.models import FILE_KEPT, LEFT_FOR, BatchFile, BatchState
from mall.catalog.rules.bulk import Asked
from mall.dealers.models import WHOLE, StaffRole
from mall.jobs import queue
from mall.web.db import reading, transact
from tests.cast import Cast, sign_in
from tests.catalog.batching import XU, again, brought, edit, looked_at
from tests.catalog.conftest import words
from tests.catalog.sheets import FLASK, workbook
from tests.catalog.sheets import brought as brought_in
from tests.conftest import Clock

MINUTE = 60


def size(batch_id: int) -> int:
    reading().rollback()
    return reading().scalar(select(func.length(BatchFile.data)).where(BatchFile.batch_id == batch_id)) or 0


def test_what_was_looked_at_and_left_ends_after_a_week_and_what_waits_for_another_waits(
    stocked_sqlite: Flask, clock: Clock
) -> None:
    left, asked = (looked_at(edit(["OF-001"], {"brand": brand}).id) for brand in "甲乙")
    transact(lambda session, _at: _needs_two(session.get_one(type(asked), asked.id)))
    assert transact(confirm, no=asked.no, actor=XU, scope=WHOLE).waiting
    clock.tick(seconds=LEFT_FOR.total_seconds() - MINUTE)
    reading_ = edit(["OF-002"], {"brand": "丙"})
    assert transact(drop_left) == 0
    clock.tick(minutes=2)
    queue.run(stocked_sqlite, "tidy")
    assert [again(one.id).state for one in (left, asked, reading_)] == [
        BatchState.DROPPED, BatchState.WAITING, BatchState.READING
    ]  # fmt: skip
    assert "7" in str(again(left.id).fault)


def _needs_two(batch: object) -> None:
    batch.weight = 900  # type: ignore[attr-defined]


def test_a_file_goes_after_its_time_and_its_name_and_rows_stay(stocked_sqlite: Flask, clock: Clock) -> None:
    over, open_ = (brought([Asked(no=2, code="OF-001", parts={"brand": "甲"})]) for _ in range(2))
    transact(drop, no=over.no, actor=XU, scope=WHOLE)
    clock.tick(seconds=FILE_KEPT.total_seconds() - MINUTE)
    assert transact(empty_files) == 0
    clock.tick(minutes=2)
    assert [transact(empty_files), transact(empty_files)] == [1, 0]
    assert (size(over.id), size(open_.id)) == (0, 1), "what is not over may still be read"


def test_the_page_says_how_long_and_that_it_has_gone(
    mall: Flask, people: Cast, desk: FlaskClient, clock: Clock
) -> None:
    batch = brought_in(workbook(FLASK | {"kind": "没有的"}))
    page = words(desk.get(f"/desk/batches/{batch.no}"))
    assert "文件保留到" in page
    assert "下载有误的行" in page
    transact(drop, no=batch.no, actor=batch.made_by, scope=WHOLE)
    clock.tick(days=FILE_KEPT.days, minutes=1)
    queue.run(mall, "tidy")
    sign_in(desk, people.staff[StaffRole.MERCHANDISER])
    page = words(desk.get(f"/desk/batches/{batch.no}"))
    assert "文件已清除" in page
    assert "下载有误的行" not in page
    assert desk.get(f"/desk/batches/{batch.no}/failed.xlsx").status_code == 404
