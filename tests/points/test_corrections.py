"""Corrections: one person asks, a second one looks; the database holds that they are two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.ids import new_id
from mall.base.refused import Forbidden, Refused
from mall.dealers.models import Staff, StaffRole
from mall.points.actions.correct import approve, decline, request, withdraw
from mall.points.actions.drawing_up import Ask
from mall.points.actions.rehearse import rehearse, rehearse_again
from mall.points.actions.terms import change_terms, close_month
from mall.points.models import (
    ClosedPeriod,
    Correction,
    CorrectionKind,
    CorrectionReason,
    CorrectionState,
    Entry,
    Journal,
    Kind,
    PeriodNotOver,
    Programme,
    SamePerson,
    TooFewPoints,
)
from mall.points.models.correction import AlreadySettled, ExpiryPassed, NotTheMaker, PersonalData, ReinstatedBefore
from mall.points.queries.corrections import waiting_for
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.points.ledger import EAST, NORTH, Ledger, found_programme
from tests.processes import at_once

QIN, LU, SU, YUN = 11, 12, 13, 14
"""Two of finance, the administrator, an account manager."""
ROLES = {
    QIN: StaffRole.FINANCE,
    LU: StaffRole.FINANCE,
    SU: StaffRole.ADMINISTRATOR,
    YUN: StaffRole.ACCOUNT_MANAGER,
}
LIMIT = 5_000


def found_staff(session: Session, at: datetime) -> None:
    for number, role in ROLES.items():
        session.add(
            Staff(
                id=number, login=f"s{number}", name=f"员工{number}", role=role, password_hash="-", created_at=at,
                totp_last_step=0,
            )
        )  # fmt: skip


@pytest.fixture
def ledger(app: Flask) -> Iterator[Ledger]:
    transact(found_programme)
    transact(found_staff)
    one = Ledger()
    yield one
    assert one.faults() == []


def wanted(kind: CorrectionKind = CorrectionKind.ADD, points: int = 100, **more: Any) -> Ask:
    usual: dict[str, Any] = {"dealer_id": EAST, "reason": CorrectionReason.CORRECTION, "note": "依据 DD-0241"}
    if kind is CorrectionKind.ADD:
        usual |= {"fund_code": "brand", "expires_at": now() + timedelta(days=90), "unit_value": 10_000}
    if kind is CorrectionKind.TRANSFER:
        usual["to_dealer_id"] = NORTH
    if kind is CorrectionKind.REINSTATE:
        usual["reason"] = CorrectionReason.MISTAKEN
    return Ask(kind=kind, points=points, **usual | more)


def asked(
    kind: CorrectionKind = CorrectionKind.ADD, points: int = 100, by: int = QIN, key: str = "", **more: Any
) -> int:
    made = transact(request, ask=wanted(kind, points, **more), key=key or f"k{new_id(now())}", staff_id=by)
    return made.id


def approved(number: int, by: int = LU) -> Correction:
    return transact(approve, correction_id=number, staff_id=by)


def state(number: int) -> CorrectionState:
    db.session.rollback()
    return db.session.scalars(select(Correction.state).where(Correction.id == number)).one()


def acts(number: int) -> list[str]:
    found = select(AuditEntry.act).where(AuditEntry.subject == f"correction:{number}").order_by(AuditEntry.id)
    return [act.removeprefix("correction.") for act in db.session.scalars(found)]


def journal_of(number: int) -> Journal:
    found = select(Journal).join(Correction, Correction.journal_id == Journal.journal_id)
    return db.session.scalars(found.where(Correction.id == number)).one()


def test_up_to_the_threshold_it_is_posted_at_once(ledger: Ledger) -> None:
    number = asked(points=LIMIT)
    assert ledger.balances() == (0, LIMIT, 0, 0)
    assert state(number) is CorrectionState.POSTED
    assert acts(number) == ["request", "post"]
    journal = journal_of(number)
    assert (journal.source, journal.idem_key, journal.actor, journal.checker) == (
        "desk",
        f"correction/{number}",
        f"staff:{QIN}",
        None,
    )


def test_above_the_threshold_it_waits_for_a_second_person(ledger: Ledger) -> None:
    number = asked(points=LIMIT + 1)
    assert ledger.balances() == (0, 0, 0, 0)
    assert state(number) is CorrectionState.WAITING
    assert (waiting_for(db.session, QIN), waiting_for(db.session, LU)) == (0, 1)
    approved(number)
    assert ledger.balances() == (0, LIMIT + 1, 0, 0)
    assert journal_of(number).checker == f"staff:{LU}"
    assert acts(number) == ["request", "approve"]


def test_the_maker_is_never_the_checker(ledger: Ledger) -> None:
    number = asked(points=LIMIT + 1, by=SU)
    for verb, more in ((approve, {}), (decline, {"answer": "不行"})):
        with pytest.raises(SamePerson):
            transact(verb, correction_id=number, staff_id=SU, **more)
    assert state(number) is CorrectionState.WAITING


@pytest.mark.parametrize("act", ["ask", "approve", "decline"])
def test_who_has_not_the_right_does_nothing(ledger: Ledger, act: str) -> None:
    number = asked(points=LIMIT + 1)
    doing: dict[str, Callable[[], Any]] = {
        "ask": lambda: asked(by=YUN),
        "approve": lambda: approved(number, by=YUN),
        "decline": lambda: transact(decline, correction_id=number, staff_id=YUN, answer="不行"),
    }
    with pytest.raises(Forbidden):
        doing[act]()
    assert state(number) is CorrectionState.WAITING


def test_the_same_form_sent_twice_is_one_correction(ledger: Ledger) -> None:
    assert asked(key="form-0123456789abcdef") == asked(key="form-0123456789abcdef")
    assert ledger.balances() == (0, 100, 0, 0)


def test_approving_twice_posts_once(ledger: Ledger) -> None:
    number = asked(points=LIMIT + 1)
    assert approved(number).journal_id == approved(number).journal_id
    with pytest.raises(AlreadySettled):
        approved(number, by=SU)
    assert ledger.balances() == (0, LIMIT + 1, 0, 0)
    assert acts(number) == ["request", "approve"]


def test_what_was_declined_or_withdrawn_is_never_posted(ledger: Ledger) -> None:
    declined, withdrawn = asked(points=LIMIT + 1), asked(points=LIMIT + 1)
    for _ in range(2):
        transact(decline, correction_id=declined, staff_id=LU, answer="没有依据")
        transact(withdraw, correction_id=withdrawn, staff_id=QIN)
    for number in (declined, withdrawn):
        with pytest.raises(AlreadySettled):
            approved(number)
    assert (acts(declined), acts(withdrawn)) == (["request", "decline"], ["request", "withdraw"])
    assert ledger.balances() == (0, 0, 0, 0)


def test_only_its_maker_withdraws(ledger: Ledger) -> None:
    number = asked(points=LIMIT + 1)
    with pytest.raises(NotTheMaker):
        transact(withdraw, correction_id=number, staff_id=LU)
    approved(number)
    with pytest.raises(AlreadySettled):
        transact(withdraw, correction_id=number, staff_id=QIN)


def test_small_ones_count_together_within_a_day(ledger: Ledger, clock: Clock) -> None:
    assert state(asked(points=3_000)) is CorrectionState.POSTED
    cut = asked(points=2_001)
    assert state(cut) is CorrectionState.WAITING
    assert state(asked(points=2_000)) is CorrectionState.POSTED, "what waits does not count: somebody else looks at it"
    assert state(asked(points=1)) is CorrectionState.WAITING
    assert state(asked(points=1, dealer_id=NORTH)) is CorrectionState.POSTED, "another dealer is another matter"
    assert state(asked(points=LIMIT, by=LU)) is CorrectionState.POSTED, "and so is another person"
    clock.tick(hours=24, seconds=1)
    assert state(asked(points=LIMIT)) is CorrectionState.POSTED


def test_neither_direction_nor_a_transfer_gets_around_the_threshold(ledger: Ledger) -> None:
    ledger.earn(20_000)
    assert state(asked(points=3_000)) is CorrectionState.POSTED
    assert state(asked(CorrectionKind.TAKE, 2_001)) is CorrectionState.WAITING
    assert state(asked(CorrectionKind.TRANSFER, 2_001)) is CorrectionState.WAITING
    assert state(asked(CorrectionKind.TRANSFER, 2_000)) is CorrectionState.POSTED
    assert state(asked(points=3_001, dealer_id=NORTH)) is CorrectionState.WAITING, "the receiver's points count too"


def test_what_a_second_person_approved_does_not_count_against_the_maker(ledger: Ledger) -> None:
    approved(asked(points=50_000))
    assert state(asked(points=LIMIT)) is CorrectionState.POSTED


def test_a_threshold_lowered_later_does_not_undo_what_was_asked_for_before(ledger: Ledger) -> None:
    number = asked(points=LIMIT + 1)
    transact(change_terms, staff_id=SU, approval_points=100_000)
    assert state(number) is CorrectionState.WAITING
    approved(number)
    assert ledger.balances() == (0, LIMIT + 1, 0, 0)


def test_points_spent_meanwhile_refuse_the_approval_and_it_goes_on_waiting(ledger: Ledger) -> None:
    ledger.earn(8_000)
    number = asked(CorrectionKind.TAKE, 6_000)
    ledger.spend(3_000)
    with pytest.raises(TooFewPoints):
        approved(number)
    assert state(number) is CorrectionState.WAITING
    ledger.earn(1_000)
    approved(number)
    assert ledger.balances() == (0, 0, 0, 0)


def test_taking_more_than_there_is_is_refused_when_it_is_asked_for(ledger: Ledger) -> None:
    ledger.earn(8_000)
    with pytest.raises(TooFewPoints):
        asked(CorrectionKind.TAKE, 9_000)
    assert db.session.scalars(select(Correction)).all() == []


def test_an_expiry_that_has_passed_meanwhile_is_refused(ledger: Ledger, clock: Clock) -> None:
    number = asked(points=LIMIT + 1, expires_at=now() + timedelta(days=2))
    clock.tick(days=2)
    with pytest.raises(ExpiryPassed):
        approved(number)
    assert state(number) is CorrectionState.WAITING
    transact(decline, correction_id=number, staff_id=LU, answer="过期了")


def test_a_transfer_moves_points_with_their_end_and_both_names(ledger: Ledger) -> None:
    ledger.earn(8_000, days=40)
    number = asked(CorrectionKind.TRANSFER, 6_000)
    assert ledger.balances() == (0, 8_000, 0, 0)
    approved(number)
    assert ledger.balances() == (0, 2_000, 0, 0)
    assert Ledger(NORTH).balances() == (0, 6_000, 0, 0)
    legs = db.session.scalars(select(Journal).where(Journal.kind == Kind.TRANSFER)).all()
    assert {(leg.why["from_name"], leg.why["to_name"]) for leg in legs} == {
        ("华东·临安恒泰商贸", "华北·津门五金")
    }
    assert {leg.checker for leg in legs} == {f"staff:{LU}"}


def test_a_clawback_is_reinstated_once(ledger: Ledger) -> None:
    ledger.earn(1_000, reference="invoice/1")
    taken = ledger.claw_back(400, reference="invoice/1")
    again: dict[str, Any] = {"points": 0, "clawback_journal": taken.journal_id}
    number = asked(CorrectionKind.REINSTATE, **again)
    assert state(number) is CorrectionState.POSTED
    assert ledger.balances() == (0, 1_000, 0, 0)
    with pytest.raises(ReinstatedBefore):
        asked(CorrectionKind.REINSTATE, **again)


def test_a_clawback_waits_for_one_reinstatement_at_a_time(ledger: Ledger) -> None:
    ledger.earn(9_000, reference="invoice/1")
    taken = ledger.claw_back(9_000, reference="invoice/1")
    again: dict[str, Any] = {"points": 0, "clawback_journal": taken.journal_id}
    first = asked(CorrectionKind.REINSTATE, **again)
    with pytest.raises(ReinstatedBefore):
        asked(CorrectionKind.REINSTATE, **again)
    transact(withdraw, correction_id=first, staff_id=QIN)
    second = asked(CorrectionKind.REINSTATE, **again)
    approved(second)
    assert ledger.balances() == (0, 9_000, 0, 0)


@pytest.mark.parametrize(
    "remark",
    ["电话 13805716207", "１３８ 0571 6207", "330106199001011234", "6222 0212 3456 7890 123", "a.b@example.com"],
)
def test_a_remark_with_personal_data_is_refused(ledger: Ledger, remark: str) -> None:
    with pytest.raises(PersonalData):
        asked(note=remark)


@pytest.mark.parametrize("remark", ["依据 DD-0241", "单据 2026111200017", "11 月 12 日沟通，补 3000 积分"])
def test_business_numbers_are_no_personal_data(ledger: Ledger, remark: str) -> None:
    assert state(asked(note=remark)) is CorrectionState.POSTED


def test_a_rehearsal_tells_all_and_leaves_nothing(ledger: Ledger) -> None:
    ledger.earn(6_000, days=10)
    ledger.earn(3_000, days=5)
    seqs = select(Entry.seq).where(Entry.dealer_id == EAST)
    before = len(db.session.scalars(seqs).all())
    tried = transact(rehearse, ask=wanted(CorrectionKind.TRANSFER, 7_000), staff_id=QIN)
    out, into = tried.effects
    assert (out.before[1], out.after[1], into.before[1], into.after[1]) == (9_000, 2_000, 0, 7_000)
    assert [(lot.lot_no, lot.points) for lot in out.lots] == [(2, -3_000), (1, -4_000)]
    assert [lot.points for lot in into.lots] == [3_000, 4_000]
    assert tried.waits
    assert len(db.session.scalars(seqs).all()) == before
    assert db.session.scalars(select(Correction)).all() == []
    number = asked(CorrectionKind.TAKE, 7_000)
    made = db.session.scalars(select(Correction).where(Correction.id == number)).one()
    again = rehearse_again(db.session, now(), correction=made)
    assert (again.effects[0].before[1], again.effects[0].after[1]) == (9_000, 2_000)
    db.session.rollback()
    assert ledger.balances() == (0, 9_000, 0, 0)


def row(**changes: Any) -> dict[str, Any]:
    at = now()
    return {
        "dealer_id": EAST, "id": new_id(at), "kind": CorrectionKind.TAKE, "state": CorrectionState.WAITING,
        "to_dealer_id": None, "clawback_journal": None, "points": 10, "reason": CorrectionReason.CORRECTION,
        "note": "", "fund_code": "", "expires_at": None, "unit_value": 0, "threshold": LIMIT, "counted": 10,
        "key": "a key", "maker_id": QIN, "made_at": at, "checker_id": None, "settled_at": None, "answer": "",
        "journal_id": None,
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "guard"),
    [
        ({"points": 0, "counted": 0}, "amounts"),
        ({"counted": 9}, "amounts"),
        ({"state": CorrectionState.POSTED, "settled_at": True}, "posted"),
        ({"settled_at": True}, "settled"),
        ({"state": CorrectionState.DECLINED, "settled_at": True}, "declined"),
        ({"state": CorrectionState.WITHDRAWN, "settled_at": True, "checker_id": LU}, "unchecked"),
        ({"state": CorrectionState.DECLINED, "settled_at": True, "checker_id": QIN}, "two_persons"),
        ({"kind": CorrectionKind.TRANSFER}, "receiver"),
        ({"kind": CorrectionKind.TRANSFER, "to_dealer_id": EAST}, "two_dealers"),
        ({"kind": CorrectionKind.REINSTATE}, "clawback"),
        ({"kind": CorrectionKind.ADD, "fund_code": "brand"}, "expiry"),
        ({"kind": CorrectionKind.ADD, "expires_at": True}, "fund"),
    ],
)
def test_the_database_itself_refuses(ledger: Ledger, changes: dict[str, Any], guard: str) -> None:
    values = row(**{name: now() if value is True else value for name, value in changes.items()})
    with pytest.raises(IntegrityError, match=f"ck_points_correction_{guard}"):
        db.session.execute(insert(Correction).values(**values))
    db.session.rollback()


def test_the_database_itself_refuses_what_was_posted_above_its_threshold_by_one_person(ledger: Ledger) -> None:
    number = asked(points=100)
    for change in ("counted = threshold + 1", f"checker_id = {QIN}", "journal_id = NULL"):
        with pytest.raises(IntegrityError, match="ck_points_correction_"):
            db.session.execute(text(f"UPDATE points_correction SET {change} WHERE id = {number}"))
        db.session.rollback()


def test_the_database_itself_refuses_a_second_living_reinstatement(ledger: Ledger) -> None:
    ledger.earn(9_000, reference="invoice/1")
    taken = ledger.claw_back(9_000, reference="invoice/1")
    asked(CorrectionKind.REINSTATE, clawback_journal=taken.journal_id)
    values = row(kind=CorrectionKind.REINSTATE, clawback_journal=taken.journal_id)
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Correction).values(**values))
    db.session.rollback()


def decide(number: int, who: int) -> str:
    try:
        made = transact(withdraw if who == QIN else approve, correction_id=number, staff_id=who)
    except Refused as refusal:
        return refusal.code
    return made.state.value


def ask_small(by: int, times: int) -> list[str]:
    return [state(asked(points=2_000, by=by)).value for _ in range(times)]


def test_approving_and_withdrawing_at_once_settles_it_once(ledger: Ledger, app: Flask, clock: Clock) -> None:
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    for _ in range(3):
        before = ledger.balances()[1]
        number = asked(points=LIMIT + 1)
        told = Counter(at_once(url, clock.at, decide, [(number, QIN), (number, LU), (number, SU), (number, LU)]))
        final = state(number)
        gained = ledger.balances()[1] - before
        assert (final, gained) in {(CorrectionState.POSTED, LIMIT + 1), (CorrectionState.WITHDRAWN, 0)}
        assert told["posted"] <= 2
        assert told["posted"] + told["withdrawn"] + told["already_settled"] == 4
        assert (told["withdrawn"] == 1) == (final is CorrectionState.WITHDRAWN)


def test_one_person_at_several_places_posts_no_more_than_the_threshold_alone(
    ledger: Ledger, app: Flask, clock: Clock
) -> None:
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    told = Counter(word for answer in at_once(url, clock.at, ask_small, [(QIN, 2)] * 4) for word in answer)
    assert told == {"posted": 2, "waiting": 6}
    assert ledger.balances() == (0, 4_000, 0, 0)


def test_a_month_is_closed_forwards_and_never_while_it_runs(ledger: Ledger, clock: Clock) -> None:
    at = clock.at.date()
    for month in (at.replace(day=1), at.replace(year=2027, day=1)):
        with pytest.raises(PeriodNotOver):
            transact(close_month, month=month, actor="staff:11")
    for _ in range(2):
        transact(close_month, month=at.replace(month=10, day=1), actor="staff:11")
    with pytest.raises(PeriodNotOver):
        transact(close_month, month=at.replace(month=9, day=1), actor="staff:11")
    closed = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "points.close_period")).all()
    assert len(closed) == 1
    with pytest.raises(ClosedPeriod):
        ledger.earn(10, earned_ago=20)
    ledger.earn(10)


def test_terms_are_changed_by_those_they_do_not_bind(ledger: Ledger) -> None:
    transact(change_terms, staff_id=QIN, grace_days=10)
    with pytest.raises(Forbidden):
        transact(change_terms, staff_id=QIN, approval_points=1_000_000)
    with pytest.raises(Forbidden):
        transact(change_terms, staff_id=YUN, grace_days=3)
    transact(change_terms, staff_id=SU, grace_days=10, approval_points=8_000)
    programme = db.session.get_one(Programme, 1)
    assert (programme.grace_days, programme.approval_points) == (10, 8_000)
    details = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "points.change_terms")).all()
    assert list(details) == [{"grace_days": [7, 10]}, {"approval_points": [5_000, 8_000]}]
