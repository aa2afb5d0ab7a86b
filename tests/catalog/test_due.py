"""Drafts that are published at a moment: as they were checked, once, called back; and those that fail by then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.base.refused import Phrase
from mall.catalog.actions.drafts import discard, start
from mall.catalog.actions.due import cancel_due, publish_due, set_due
from mall.catalog.actions.publish import schedule, take_off
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission, DraftDue, DraftMoved, Kind, NotReady, WrongDue
from mall.dealers.models import OutsideScope, Scope, StaffRole
from mall.web.db import now, reading, transact
from tests.cast import changed, colleagues
from tests.catalog.test_drafts import LU, THERMOS, XU, bring_out, look, write
from tests.conftest import Clock


@pytest.fixture
def stocked(stocked: Flask) -> Flask:
    """The people who set drafts are there when their moment comes."""
    transact(colleagues)
    return stocked


def wait(at: datetime | None = None, code: str = THERMOS, **asked: Any) -> None:
    draft = look(code).draft
    given: dict[str, Any] = {"draft_id": draft.id, "revision": draft.revision, "actor": XU} | asked
    transact(set_due, code=code, due_at=at or now() + timedelta(hours=1), **given)


def come() -> int:
    done = 0
    while transact(publish_due):
        done += 1
    return done


def test_a_draft_is_published_when_its_time_has_come_for_who_set_it(stocked: Flask, clock: Clock) -> None:
    write(brand="新品牌")
    wait(note_="岁末")
    wait(note_="岁末")
    assert come() == 0
    clock.tick(hours=1)
    assert come() == 1
    assert come() == 0
    found = look()
    assert (found.item.brand, found.draft, found.item.version) == ("新品牌", None, 1)
    acts = list(reading().scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts[-3:] == ["item.due.set", "item.due.over", "item.publish"]
    assert reading().scalars(select(AuditEntry.actor).order_by(AuditEntry.id.desc())).first() == XU


def test_until_then_nobody_writes_on_it_and_calling_back_opens_it(stocked: Flask, clock: Clock) -> None:
    write(brand="新品牌")
    wait()
    draft = look().draft
    with pytest.raises(DraftDue):
        write(brand="别的", actor=LU)
    with pytest.raises(DraftDue):
        bring_out()
    with pytest.raises(DraftDue):
        transact(discard, code=THERMOS, draft_id=draft.id, revision=draft.revision, actor=LU)
    with pytest.raises(DraftDue):
        wait(now() + timedelta(hours=2))
    with pytest.raises(DraftMoved):
        transact(cancel_due, code=THERMOS, draft_id=draft.id, revision=draft.revision + 1, actor=LU)
    for _ in range(2):
        transact(cancel_due, code=THERMOS, draft_id=draft.id, revision=draft.revision, actor=LU)
    write(brand="别的", actor=LU)
    clock.tick(hours=2)
    assert come() == 0


def test_it_is_checked_for_its_moment_and_refused_where_it_fails(stocked: Flask, clock: Clock) -> None:
    transact(start, code="KT-1", category="home", kind=Kind.PHYSICAL, name="电水壶", actor=XU)
    with pytest.raises(NotReady):
        wait(code="KT-1")
    write(brand="新品牌")
    for at in (now(), now() - timedelta(hours=1), now() + timedelta(days=400)):
        with pytest.raises(WrongDue):
            wait(at)
    with pytest.raises(OutsideScope):
        wait(scope=Scope(region="华东"))
    # On the shelf before it is published would be a moment that is over by then.
    write(shelved_at=(now() + timedelta(minutes=30)).isoformat())
    with pytest.raises(NotReady):
        wait(now() + timedelta(hours=1))


def test_what_was_published_meanwhile_is_taken_in_unless_both_wrote_the_same(stocked: Flask, clock: Clock) -> None:
    write(brand="新品牌")
    wait()
    transact(take_off, code=THERMOS, version_seen=look().item.version, actor=LU)
    clock.tick(hours=1)
    assert come() == 1
    found = look()
    assert (found.item.brand, found.item.shelved_at, found.item.version) == ("新品牌", None, 2)

    write(brand="又一个", shelved_at="now")
    wait()
    version = look().item.version
    later = now() + timedelta(days=3)
    transact(schedule, code=THERMOS, shelved_at=later, off_at=None, version_seen=version, actor=LU)
    clock.tick(hours=1)
    assert come() == 1
    draft = look().draft
    assert draft.due_at is None
    assert draft.fault["text"].startswith("线上已经是第")
    assert look().item.brand == "新品牌"
    write(brand="再一个")  # the next change forgets it
    assert look().draft.fault is None


def test_one_that_fails_a_check_by_then_is_told_and_keeps_no_other_from_being_published(
    stocked: Flask, clock: Clock
) -> None:
    put: dict[str, Any] = {"code": "SUP-9", "name": "临安恒泰", "admitted_on": date(2026, 1, 5)}
    transact(put_supplier, put=SupplierToPut(**put, admission=Admission.ADMITTED), revision=0, actor=XU)
    write(supplier="SUP-9")
    wait()
    write(code="OF-001", brand="新品牌", pictures=["thermos"])
    wait(now() + timedelta(hours=1), code="OF-001")
    transact(put_supplier, put=SupplierToPut(**put, admission=Admission.SUSPENDED), revision=1, actor=XU)
    clock.tick(hours=1)
    assert come() == 2
    failed = look().draft
    assert failed.due_at is None
    assert str(Phrase.of(failed.fault)) == "还有 1 项没有通过，没有发布：供应商还没有准入，或者已被暂停"
    assert look("OF-001").item.brand == "新品牌"


@pytest.mark.parametrize("shelved_at", ["now", "then"])
def test_what_comes_on_the_shelf_at_the_same_moment_does_though_the_worker_is_late(
    stocked: Flask, clock: Clock, shelved_at: str
) -> None:
    at = now() + timedelta(hours=1)
    transact(take_off, code=THERMOS, version_seen=look().item.version, actor=LU)
    said = at.isoformat() if shelved_at == "then" else shelved_at
    write(shelved_at=said, off_at=(at + timedelta(minutes=1)).isoformat())
    wait(at)
    clock.tick(hours=1, minutes=5)
    assert come() == 1
    found = look()
    assert (found.draft, found.item.shelved_at, found.item.off_at) == (None, at, at + timedelta(minutes=1))


@pytest.mark.parametrize(
    "change", [{"disabled_at": datetime(2026, 11, 12, tzinfo=UTC)}, {"role": StaffRole.FINANCE}, {"region": "华东"}]
)
def test_whoever_may_publish_no_more_by_then_does_not_and_the_draft_says_so(
    stocked: Flask, clock: Clock, change: dict[str, Any]
) -> None:
    write(brand="新品牌")
    wait()
    write(code="OF-001", actor=LU, brand="新品牌", pictures=["thermos"])
    wait(code="OF-001", actor=LU)
    transact(changed, staff_id=1, change=change)
    clock.tick(hours=1)
    assert come() == 2
    found = look()
    assert (found.draft.due_at, found.item.version) == (None, 0)
    assert str(Phrase.of(found.draft.fault)).startswith("定它的人已停用")
    assert look("OF-001").item.brand == "新品牌"
