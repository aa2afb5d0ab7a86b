"""Home pages that go live at a moment: whole, once, called back, judged again when their time has come."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.dealers.models import StaffRole
from mall.face.actions import By, cancel_due, change_block, move_block, publish, publish_due, set_due, take_up
from mall.face.models import (
    DraftMoved,
    DueOver,
    MomentTaken,
    NothingNew,
    NotReady,
    OutsideRegion,
    WrongMoment,
)
from mall.face.queries.checks import Known
from mall.face.queries.due import due, failed, waiting
from mall.face.queries.versions import last
from mall.jobs import queue
from mall.web.db import now, reading, transact
from tests.cast import Cast, changed, colleagues
from tests.conftest import Clock
from tests.face.conftest import ANYWHERE, BY, EAST, OTHER, block, document, go_live, revision, said

NOWHERE = Known(leads=lambda _path: False, drawn=lambda _key: True)


@pytest.fixture
def app(app: Flask) -> Flask:
    """The people who set and publish are there when a moment comes."""
    transact(colleagues)
    return app


def move(by: By = BY, block_id: str = "picks", places: int = -1) -> None:
    transact(move_block, revision=revision(), block_id=block_id, places=places, by=by)


def wait(at: datetime | None = None, *, seen: int | None = None, by: By = BY, known: Known = ANYWHERE) -> int:
    """Set the draft to go live, in an hour where nothing is said."""
    shown = revision() if seen is None else seen
    at = at or now() + timedelta(hours=1)
    return transact(set_due, revision=shown, due_at=at, words="双十一", known=known, by=by)


def come(known: Known = ANYWHERE) -> int:
    """Let the worker do what is due."""
    done = 0
    while transact(publish_due, known=known):
        done += 1
    return done


def live_ids() -> list[str]:
    reading().rollback()
    found = last(reading())
    return [one["id"] for one in found.document["blocks"]] if found else []


def test_it_goes_live_when_its_time_has_come_whole_and_once(app: Flask, clock: Clock) -> None:
    move()
    wanted = [one["id"] for one in document()["blocks"]]
    first = wait()
    assert wait() == first  # the second tap
    move(places=-2)  # the draft goes on: what waits does not follow it
    assert come() == 0
    assert live_ids() == []
    clock.tick(hours=1)
    assert come() == 1
    assert live_ids() == wanted
    assert come() == 0
    reading().rollback()
    made = last(reading())
    assert made is not None
    assert (made.no, made.published_by, made.note) == (1, BY.actor, "双十一")
    assert due(reading(), first).no == 1
    acts = reading().scalars(select(AuditEntry.act).where(AuditEntry.act.like("face.due%")).order_by(AuditEntry.id))
    assert list(acts) == ["face.due.set", "face.due.publish"]


def test_a_draft_that_stayed_as_it_was_is_no_change_any_more(app: Flask, clock: Clock) -> None:
    move()
    wait()
    clock.tick(hours=2)
    come()
    with pytest.raises(NothingNew):
        go_live()


def test_several_wait_and_each_is_judged_by_what_is_live_by_then(app: Flask, clock: Clock) -> None:
    standing = [one["id"] for one in document()["blocks"]]
    move()
    wait(now() + timedelta(hours=1))
    move(places=1)  # back as it was: nothing new now, and something new after the first
    wait(now() + timedelta(hours=2))
    with pytest.raises(MomentTaken):
        wait(now() + timedelta(hours=1), by=OTHER)
    with pytest.raises(NothingNew):
        wait(now() + timedelta(minutes=30))
    clock.tick(hours=3)
    assert come() == 2
    assert live_ids() == standing


def test_what_is_called_back_does_not_go_live_and_what_is_live_is_not_called_back(app: Flask, clock: Clock) -> None:
    move()
    first = wait()
    transact(cancel_due, due_id=first, by=OTHER)
    transact(cancel_due, due_id=first, by=OTHER)
    clock.tick(hours=2)
    assert come() == 0
    second = wait()
    clock.tick(hours=2)
    come()
    with pytest.raises(DueOver):
        transact(cancel_due, due_id=second, by=BY)


@pytest.mark.parametrize("delta", [timedelta(0), timedelta(hours=-1), timedelta(days=400)])
def test_a_moment_that_is_over_or_years_away_is_refused(app: Flask, delta: timedelta) -> None:
    move()
    with pytest.raises(WrongMoment):
        wait(now() + delta)


def test_a_stale_page_and_a_dead_link_are_refused_when_it_is_set(app: Flask) -> None:
    with pytest.raises(NothingNew):
        wait()
    move()
    seen = revision()
    move(by=OTHER)
    with pytest.raises(DraftMoved):
        wait(seen=seen)
    door = {"icon": "gift", "title": {"zh_Hans": "去"}, "link": "/nowhere"}
    values = block("quick_grid") | {"source": "own", "doors": [door]}
    transact(change_block, revision=revision(), block_id="doors", values=values, by=BY)
    with pytest.raises(NotReady):
        wait(known=NOWHERE)


def test_what_does_not_pass_when_its_time_has_come_stays_off_and_says_why(app: Flask, clock: Clock) -> None:
    door = {"icon": "gift", "title": {"zh_Hans": "去"}, "link": "/nowhere"}
    values = block("quick_grid") | {"source": "own", "doors": [door]}
    transact(change_block, revision=revision(), block_id="doors", values=values, by=BY)
    wait()
    clock.tick(hours=1)
    assert come(NOWHERE) == 1
    assert live_ids() == []
    assert come(NOWHERE) == 0
    told = failed(reading(), now())
    assert told[0].fault is not None
    assert told[0].fault["found"][0]["what"] == "quick_grid"


def test_a_regions_page_does_not_undo_what_the_brand_published_meanwhile(app: Flask, clock: Clock) -> None:
    transact(move_block, revision=0, block_id="picks", places=-1, by=BY)
    go_live()
    values = block("shelf") | {"regions": ["华东"], "title": {"zh_Hans": "华东专享"}}
    transact(change_block, revision=revision(), block_id="picks", values=values, by=BY)
    go_live()
    values = block("shelf") | {"title": {"zh_Hans": "华东年终"}}
    transact(change_block, revision=revision(), block_id="picks", values=values, by=EAST)
    first = wait(by=EAST)
    with pytest.raises(OutsideRegion):
        transact(cancel_due, due_id=first, by=By(actor="staff:9", scope=type(EAST.scope)("华南")))
    move(block_id="search", places=1)
    go_live()
    clock.tick(hours=1)
    assert come() == 1
    told = failed(reading(), now())
    assert [one.id for one in told] == [first]


def test_it_does_not_go_live_over_what_somebody_published_since(app: Flask, clock: Clock) -> None:
    move()
    first = wait()
    move(by=OTHER)
    go_live(OTHER)
    shown = live_ids()
    clock.tick(hours=1)
    assert come() == 1
    assert live_ids() == shown
    told = failed(reading(), now())
    assert [one.id for one in told] == [first]
    assert told[0].fault is not None
    assert told[0].fault["params"] == {"who": "李静", "no": 1}
    wanted = told[0].document
    transact(take_up, revision=revision(), due_id=first, by=BY)  # its work is not lost
    assert document() == wanted


def test_why_it_did_not_go_live_is_told_beside_what_a_check_found(
    desk: FlaskClient, people: Cast, clock: Clock
) -> None:
    me = replace(BY, actor=f"staff:{people.staff[StaffRole.MERCHANDISER].id}")
    door = {"icon": "gift", "title": {"zh_Hans": "去"}, "link": "/nowhere"}
    values = block("quick_grid") | {"source": "own", "doors": [door]}
    transact(change_block, revision=revision(), block_id="doors", values=values, by=me)
    wait(now() + timedelta(minutes=5), by=me)
    clock.tick(minutes=5)
    come(NOWHERE)
    shown = desk.get("/desk/face").text
    assert "还有 1 处没有改好" in shown
    assert "快捷入口：" in shown
    wait(now() + timedelta(minutes=5), by=me)
    move(by=me)
    go_live(me)
    clock.tick(minutes=5)
    come(NOWHERE)  # what was published since is why, not the link that leads nowhere by now
    told = failed(reading(), now())[0].fault
    assert told is not None
    assert told["found"] == []
    assert "自动发布会盖掉它" in desk.get("/desk/face").text


def test_a_page_opened_before_another_went_live_by_itself_does_not_undo_it(app: Flask, clock: Clock) -> None:
    move()
    wait()
    move(by=OTHER)
    clock.tick(hours=1)
    come()
    asked = {"revision": revision(), "words": "", "known": ANYWHERE, "by": OTHER}
    with pytest.raises(DraftMoved):
        transact(publish, **asked, seen=0)
    with pytest.raises(DraftMoved):
        transact(set_due, **asked, due_at=now() + timedelta(hours=1), seen=0)
    assert transact(publish, **asked, seen=1) == 2


@pytest.mark.parametrize(
    "change", [{"disabled_at": datetime(2026, 11, 12, tzinfo=UTC)}, {"role": StaffRole.FINANCE}, {"region": "华南"}]
)
def test_whoever_may_publish_no_more_by_then_does_not(app: Flask, clock: Clock, change: dict[str, Any]) -> None:
    move()
    wait()
    transact(changed, staff_id=1, change=change)
    clock.tick(hours=1)
    assert (come(), live_ids()) == (1, [])
    told = failed(reading(), now())
    assert told[0].fault is not None
    assert told[0].fault["text"].startswith("定它的人已停用")


def test_the_desk_sets_shows_and_calls_back(desk: FlaskClient, clock: Clock, mall: Flask) -> None:
    desk.post("/desk/face/blocks/picks/move/up", data={"revision": 0})
    seen = re.search(r'name="revision" value="(\d+)"', desk.get("/desk/face").text)
    assert seen
    asked = {"revision": seen[1], "due_at": "2026-12-01T00:00", "words": "岁末"}
    wrong = said(desk.post("/desk/face/due", data=asked | {"due_at": "never"}), 422)
    assert "定时发布的时间要晚于现在" in wrong
    assert desk.post("/desk/face/due", data=asked).status_code == 303
    shown = desk.get("/desk/face").text
    assert "12月1日 00:00" in shown
    assert "现在发布以后，定好时间的 1 份首页到时不会自动发布" in shown
    reading().rollback()
    one = waiting(reading())[0]
    assert desk.get(f"/desk/face/preview?due={one.id}").status_code == 200
    assert desk.get("/desk/face/preview?due=17").status_code == 404
    assert desk.post(f"/desk/face/due/{one.id}/cancellation").status_code == 303
    assert "定好时间的首页" not in desk.get("/desk/face").text
    desk.post("/desk/face/due", data=asked)
    clock.at = one.due_at
    assert queue.run(mall, "publish-due") == 1
    reading().rollback()
    assert (waiting(reading()), getattr(last(reading()), "no", 0)) == ([], 1)
