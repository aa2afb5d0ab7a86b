"""Top-ups: whatever happens to the wire, nothing is sent twice under two numbers and every end is written down once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from mall.audit.models import AuditEntry
from mall.base.refused import Forbidden
from mall.dealers.models import StaffRole
from mall.jobs.tasks.top_ups import talk
from mall.rewards.actions import handed_out, take_back
from mall.rewards.actions.supplier import KEY, NotTheSupplier, Supplier
from mall.rewards.actions.top_ups import ask_again, hear, settle, take_up, told_its_order
from mall.rewards.models import Issued, NotReturnable, TooSoonToSettle, TopUp, TopUpState, WrongAccount
from mall.rewards.queries.suppliers import Misconfigured, supplier_of
from mall.rewards.queries.top_ups import View, contradicted, counts, overdue, top_ups, untold
from mall.rewards.rules.supplier import Told, Word, pause
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.processes import at_once
from tests.rewards.played import Played, supplier
from tests.rewards.scene import DEALER, FUEL, PHONE, SEAL, line, order, pay

ACCOUNT = "13800138000"


@pytest.fixture
def played(clock: Clock) -> Iterator[Played]:
    with supplier(clock) as one:
        yield one


def ordered(order_id: int = 1, *, quantity: int = 1, sku: str = PHONE, account: str = ACCOUNT) -> TopUp:
    lines = [line(order_id, sku=sku, quantity=quantity, account=account)]
    transact(order, lines=lines)
    assert transact(pay, lines=lines) == {1: Issued.UNDER_WAY}
    return state(order_id)


def state(order_id: int = 1) -> TopUp:
    db.session.rollback()
    db.session.expunge_all()
    found = db.session.scalars(select(TopUp).where(TopUp.order_id == order_id)).one()
    db.session.expunge_all()
    return found


def go_on(played: Played, clock: Clock, *, minutes: int = 61, client: Supplier | None = None) -> TopUp:
    """Time passes, and the worker runs."""
    clock.tick(minutes=minutes)
    talk(client or played.client(), SEAL)
    return state()


def test_a_top_up_is_ordered_asked_about_and_done(rack: Flask, played: Played, clock: Clock) -> None:
    one = ordered(quantity=2)
    assert one.waits
    assert SEAL.open(one.account_sealed, f"top_up:account:{one.id}") == ACCOUNT
    one = go_on(played, clock)
    assert one.state is TopUpState.SENT
    assert played.orders[one.no] == {
        "no": one.no, "product": "PHONE-100", "account": ACCOUNT, "quantity": 2, "fen": 20_000
    }  # fmt: skip
    played.outcome = "done"
    one = go_on(played, clock)
    assert (one.state, one.receipt, one.supplier_no, one.ask_at) == (TopUpState.DONE, "R-1", "S0", None)
    go_on(played, clock)
    assert (len(played.sent), len(played.asked)) == (1, 1), "what has ended is not talked about again"


def test_issuing_twice_makes_one_top_up(rack: Flask, played: Played, clock: Clock) -> None:
    ordered()
    lines = [line(1, sku=PHONE, account=ACCOUNT)]
    assert transact(pay, lines=lines) == {1: Issued.UNDER_WAY}
    played.outcome = "done"
    go_on(played, clock)
    assert transact(pay, lines=lines) == {1: Issued.DONE}
    assert len(played.sent) == 1


@pytest.mark.parametrize("way", ["lose the answer", "forge", "stale", "trickle", "another's"])
def test_an_order_whose_answer_is_lost_or_false_is_asked_about_and_never_sent_again(
    rack: Flask, played: Played, clock: Clock, way: str
) -> None:
    ordered()
    played.way = way
    assert go_on(played, clock).state is TopUpState.UNKNOWN
    assert go_on(played, clock).state is TopUpState.UNKNOWN
    played.way, played.outcome = "", "done"
    assert go_on(played, clock).done
    assert len(played.sent) == 1


def test_a_supplier_that_is_down_is_asked_later_and_ordered_from_once_it_says_that_nothing_came(
    rack: Flask, played: Played, clock: Clock
) -> None:
    one = ordered()
    played.way = "down"
    for _ in range(3):
        assert go_on(played, clock).state is TopUpState.UNKNOWN
    assert played.orders == {}
    played.way, played.outcome = "", "done"
    assert go_on(played, clock).done
    assert (played.sent, played.asked) == ([one.no], [one.no])


def test_a_supplier_without_an_address_is_no_end(rack: Flask, played: Played, clock: Clock) -> None:
    ordered()
    nowhere = Supplier("http://127.0.0.1:9/top-up", "mall-1", "x", "", clock, 0.5)
    assert go_on(played, clock, client=nowhere).state is TopUpState.UNKNOWN


def test_a_word_that_the_supplier_did_not_sign_sends_nothing_again(rack: Flask, played: Played, clock: Clock) -> None:
    ordered()
    played.way = "lose the answer"
    go_on(played, clock)
    played.way = "unsigned 404"
    assert go_on(played, clock).state is TopUpState.UNKNOWN
    assert len(played.sent) == 1


def test_keys_that_do_not_fit_order_nothing_and_end_nothing(rack: Flask, played: Played, clock: Clock) -> None:
    ordered()
    played.way = "not admitted"
    assert go_on(played, clock).state is TopUpState.UNKNOWN
    played.way, played.outcome = "", "done"
    go_on(played, clock)
    assert go_on(played, clock).done


def test_what_the_supplier_refuses_has_failed_and_says_why(rack: Flask, played: Played, clock: Clock) -> None:
    ordered()
    played.way = "refuse"
    one = go_on(played, clock)
    assert (one.state, one.receipt) == (TopUpState.FAILED, "号码不对")


def test_a_worker_that_dies_before_it_sends_leaves_one_that_is_asked_about_first(
    rack: Flask, played: Played, clock: Clock
) -> None:
    ordered()
    assert len(transact(take_up, seal=SEAL)) == 1  # and dies here
    assert transact(take_up, seal=SEAL) == [], "it is taken for as long as a conversation may last"
    played.outcome = "done"
    assert go_on(played, clock, minutes=2).done
    assert (len(played.asked), len(played.sent)) == (1, 1)


def test_a_worker_that_dies_after_it_sent_leaves_one_that_is_not_sent_again(
    rack: Flask, played: Played, clock: Clock
) -> None:
    ordered()
    errand = transact(take_up, seal=SEAL)[0]
    played.client().order(
        no=errand.no, product=errand.product, account=errand.account, quantity=errand.quantity, fen=errand.fen
    )
    played.outcome = "done"
    assert go_on(played, clock, minutes=2).done
    assert len(played.sent) == 1


def test_an_end_is_an_end_and_a_contrary_word_is_kept_for_people(rack: Flask, played: Played, clock: Clock) -> None:
    one, ends = ordered(), []
    for word in (Word.DONE, Word.DONE, Word.UNDER_WAY, Word.NOT_THERE, Word.FAILED):
        said = Told(one.no, word, "S9", "R-9")
        ends.append(transact(hear, dealer_id=DEALER, top_up_id=one.id, told=said, by="supplier"))
    assert ends == [True, False, False, False, False]
    assert (state().state, state().receipt) == (TopUpState.DONE, "R-9")
    acts = db.session.scalars(select(AuditEntry.act).where(AuditEntry.subject == f"top_up:{one.id}")).all()
    assert acts == ["top_up.contrary"]
    assert contradicted(db.session(), [one.id, 1]) == {one.id}


def test_an_old_conversation_does_not_undo_a_newer_one(rack: Flask, played: Played, clock: Clock) -> None:
    one = ordered()
    old = transact(take_up, seal=SEAL)[0]
    go_on(played, clock, minutes=2)  # asked, not there, sent
    assert state().state is TopUpState.SENT
    said = Told(one.no, Word.NOT_THERE)
    transact(hear, dealer_id=DEALER, top_up_id=one.id, told=said, by="supplier", turn=old.turn)
    assert state().state is TopUpState.SENT


def test_many_workers_at_once_send_each_top_up_once(
    rack: Flask, played: Played, clock: Clock, database_url: str
) -> None:
    for order_id in range(1, 9):
        ordered(order_id)
    played.outcome = "done"
    at_once(database_url, clock.at, work, [(played.url,)] * 4)
    assert len(played.sent) == 8
    db.session.rollback()
    assert counts(db.session())[View.DONE] == 8


def work(url: str) -> int:
    return talk(Supplier(url, "mall-1", "a secret between two", "", now), SEAL)


def test_an_account_is_judged_before_anything_is_kept(rack: Flask) -> None:
    with pytest.raises(WrongAccount):
        transact(order, lines=[line(1, sku=FUEL, account=ACCOUNT)])
    one = ordered(sku=FUEL, account="1000 1132 0001 8313 897")
    assert one.account_tail == "3897"


def test_only_what_was_never_sent_can_be_taken_back(rack: Flask, played: Played, clock: Clock) -> None:
    ordered(1)
    transact(take_back, line=line(1, sku=PHONE, account=ACCOUNT), quantity=1, actor="staff:1")
    assert (state().failed, state().told_at is not None) == (True, True)
    go_on(played, clock)
    assert played.sent == []
    ordered(2)
    talk(played.client(), SEAL)
    with pytest.raises(NotReturnable):
        transact(take_back, line=line(2, sku=PHONE, account=ACCOUNT), quantity=1, actor="staff:1")


def test_the_dealer_sees_the_account_masked_and_how_far_it_is(rack: Flask, played: Played, clock: Clock) -> None:
    ordered()
    thing = handed_out(db.session(), DEALER, 1)[1].things[0]
    assert (thing.text, thing.state, thing.tone) == ("**** 8000", "等待充值", "wait")
    played.outcome = "done"
    go_on(played, clock)
    assert handed_out(db.session(), DEALER, 1)[1].things[0].state == "已到账"


def test_people_may_say_how_it_ended_after_a_day_of_silence_alone(rack: Flask, played: Played, clock: Clock) -> None:
    one = ordered()
    played.way = "down"
    go_on(played, clock)
    said = {"dealer_id": DEALER, "top_up_id": one.id, "done": False, "reason": "供应商电话确认未充", "staff_id": 1}
    with pytest.raises(TooSoonToSettle):
        transact(settle, role=StaffRole.FULFILMENT, **said)
    clock.tick(hours=25)
    assert overdue(db.session(), clock.at) == 1
    with pytest.raises(Forbidden):
        transact(settle, role=StaffRole.FINANCE, **said)
    for _ in range(2):
        transact(settle, role=StaffRole.FULFILMENT, **said)
    assert state().failed
    with pytest.raises(TooSoonToSettle):
        transact(settle, role=StaffRole.FULFILMENT, **said | {"done": True})


def test_people_can_have_it_asked_at_once(rack: Flask, played: Played, clock: Clock) -> None:
    one = ordered()
    go_on(played, clock)
    played.outcome = "done"
    assert talk(played.client(), SEAL) == 0
    transact(ask_again, dealer_id=DEALER, top_up_id=one.id, staff_id=1, role=StaffRole.FULFILMENT)
    assert talk(played.client(), SEAL) == 1
    assert state().done


def test_what_ended_is_told_once(rack: Flask, played: Played, clock: Clock) -> None:
    one = ordered()
    assert untold(db.session()) == []
    played.outcome = "failed"
    go_on(played, clock)
    assert untold(db.session()) == [(DEALER, one.id)]
    transact(told_its_order, dealer_id=DEALER, top_up_id=one.id)
    assert untold(db.session()) == []
    assert [shown.top_up.id for shown in top_ups(db.session(), View.FAILED)] == [one.id]


def test_a_callback_is_taken_only_as_the_supplier_signed_it(clock: Clock) -> None:
    played = Played(clock)
    client, target = Supplier("http://x", "mall-1", "a secret between two", "", clock), "/top-ups/notifications"
    body = json.dumps({"no": "T5", "state": "done", "receipt": "R", "supplier_no": "S"}).encode()
    heads = played.heads("POST", target, body)
    assert client.notice(method="POST", target=target, headers=heads, body=body) == Told("T5", Word.DONE, "S", "R")
    for wrong in (
        {"body": body + b" "},
        {"target": "/top-ups/notifications?x=1"},
        {"headers": played.heads("POST", target, body, age=301)},
        {"headers": played.heads("POST", target, body, secret="another")},
        {"headers": heads | {KEY: "somebody"}},
        {"headers": {}},
    ):
        with pytest.raises(NotTheSupplier):
            client.notice(**{"method": "POST", "target": target, "headers": heads, "body": body} | wrong)  # type: ignore[arg-type]


def test_without_a_file_there_is_no_supplier_and_a_wrong_one_says_so(tmp_path: Path, clock: Clock) -> None:
    assert supplier_of(None, clock) is None
    assert supplier_of(tmp_path, clock) is None
    good = {"base_url": "https://s.example/api", "merchant": "m", "secret": "s", "notify_url": "https://mall.example/x"}
    (tmp_path / "top_up.json").write_text(json.dumps(good))
    assert supplier_of(tmp_path, clock) is not None
    for wrong in ("{", "[]", json.dumps(good | {"base_url": "ftp://x"}), json.dumps({"base_url": "http://x"})):
        (tmp_path / "top_up.json").write_text(wrong)
        with pytest.raises(Misconfigured):
            supplier_of(tmp_path, clock)


def test_the_pauses_grow_and_outlast_a_conversation() -> None:
    pauses = [pause(asks).total_seconds() for asks in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 30
    assert pause(0) == pause(1)


@pytest.mark.parametrize(
    "change",
    ["state = 'done'", "ended_at = 5", "ask_at = NULL", "told_at = 5", "quantity = 0", "fen = 0"],
)
def test_the_database_refuses_a_top_up_that_does_not_hold_together(rack: Flask, change: str) -> None:
    ordered()
    with pytest.raises(Exception, match=r"(?i)constraint"):
        transact(lambda session, _at: session.execute(text(f"UPDATE top_up SET {change}")))
