"""The worker and a real system that listens: in order, at least once, never lost, given up in the end."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from mall.base.signing import sign
from mall.cli import doctor
from mall.config import Settings
from mall.jobs.tasks import outbox
from mall.outbox.actions import Taken, delivered, failed, hand_over, resend, resend_dead, send, set_aside, take
from mall.outbox.models import Message, MessageState, NotDead, NotResendable, System
from mall.outbox.queries.destinations import Destination, Misconfigured, destination, destinations, systems_of
from mall.outbox.rules import LEASE, PAUSES, TRIES
from mall.web.db import db, reading, transact
from tests.cast import Cast
from tests.conftest import Clock
from tests.outbox.listener import KEY, SECRET, Listener, write_down
from tests.processes import at_once, begin, kill


def tell(dealer_id: int, key: str, to: str = "erp") -> None:
    transact(send, dealer_id=dealer_id, to=to, topic="statement.charge", key=key, body={"fen": 9900, "备注": "挂账"})


def one(key: str) -> Message:
    db.session.remove()
    return reading().scalars(select(Message).where(Message.key == key)).one()


def test_a_message_comes_signed_with_its_dealer_and_its_id_as_idempotency_key(
    app: Flask, here: Cast, erp: Listener
) -> None:
    tell(here.linan.id, "order/1")
    assert outbox.run() == 1
    [heard] = erp.heard
    assert heard.target == "/mall/messages?v=1"
    message = one("order/1")
    assert heard.told == {
        "id": str(message.id), "seq": 1, "topic": "statement.charge", "key": "order/1", "dealer": "LA0571",
        "at": "2026-11-12T12:00:00+00:00", "body": {"fen": 9900, "备注": "挂账"},
    }  # fmt: skip
    assert heard.headers["Idempotency-Key"] == str(message.id)
    said = {name: heard.headers[f"X-Mall-{name.title()}"] for name in ("timestamp", "nonce")}
    ours = sign(SECRET, method="POST", target=heard.target, body=heard.body, **said)
    assert (heard.headers["X-Mall-Key"], heard.headers["X-Mall-Signature"]) == (KEY, ours)
    assert message.delivered
    assert outbox.run() == 0
    assert len(erp.heard) == 1


def test_a_message_waits_for_the_earlier_ones_of_its_dealer_and_for_no_others(
    app: Flask, here: Cast, erp: Listener, clock: Clock
) -> None:
    for key in ("a1", "a2", "a3"):
        tell(here.linan.id, key)
    clock.tick(seconds=1)
    tell(here.ningbo.id, "b1")
    erp.moods = [422]
    assert outbox.run() == 1
    assert erp.keys == ["a1", "b1"]
    assert one("a1").last_error == "422 {}"
    clock.tick(minutes=1)
    assert outbox.run() == 3
    assert erp.keys == ["a1", "b1", "a1", "a2", "a3"]


@pytest.mark.parametrize("mood", [500, 503, 401, 404, 429, "drop", "elsewhere"])
def test_a_system_that_is_away_is_left_alone_until_the_next_run(
    app: Flask, here: Cast, erp: Listener, clock: Clock, mood: int | str
) -> None:
    tell(here.linan.id, "a")
    clock.tick(seconds=1)
    tell(here.ningbo.id, "b")
    erp.always = mood
    assert outbox.run() == 0
    assert erp.keys == ["a"]
    erp.always = 204 if mood == 500 else 200
    clock.tick(minutes=1)
    assert outbox.run() == 2
    assert erp.keys == ["a", "b", "a"]
    assert [heard.target for heard in erp.heard] == ["/mall/messages?v=1"] * 3, "no redirect is followed"


def test_a_system_that_did_the_work_and_never_said_so_is_told_again_under_the_same_id(
    app: Flask, here: Cast, erp: Listener, clock: Clock
) -> None:
    tell(here.linan.id, "a")
    erp.moods = ["drop"]
    assert outbox.run() == 0
    clock.tick(minutes=1)
    assert outbox.run() == 1
    first, second = erp.heard
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.headers["X-Mall-Nonce"] != second.headers["X-Mall-Nonce"]


@pytest.mark.parametrize("mood", ["hang", "trickle"])
def test_one_that_never_ends_its_answer_is_cut_off(here: Cast, erp: Listener, gateways: Path, mood: str) -> None:
    erp.always = mood
    to = destination(gateways, System.ERP)
    assert to is not None
    taken = Taken(1, 2, 3, System.ERP, {"id": "2", "key": "k"})
    begun = time.monotonic()
    answer = hand_over(taken, to, timestamp=1_800_000_000, nonce="a-nonce-0001", limit=0.4)
    assert not answer.delivered
    assert answer.away
    assert time.monotonic() - begun < 3


def test_an_answer_given_twice_is_one_delivery(app: Flask, here: Cast, erp: Listener) -> None:
    erp.moods = ["twice"]
    tell(here.linan.id, "a")
    tell(here.linan.id, "b")
    assert outbox.run() == 2
    assert erp.keys == ["a", "b"]


def test_pauses_grow_and_after_twelve_tries_it_is_dead_and_stands_in_the_way(
    app: Flask, here: Cast, erp: Listener, clock: Clock
) -> None:
    tell(here.linan.id, "a")
    tell(here.linan.id, "b")
    erp.always = 422
    for pause in PAUSES:
        outbox.run()
        clock.tick(minutes=pause, seconds=-1)
        tried = len(erp.heard)
        outbox.run()
        assert len(erp.heard) == tried, "not before its time"
        clock.tick(seconds=1)
    outbox.run()
    assert erp.keys == ["a"] * TRIES
    assert one("a").dead
    clock.tick(days=30)
    erp.always = 200
    assert outbox.run() == 0

    message = one("a")
    with pytest.raises(NotDead):
        transact(set_aside, dealer_id=here.linan.id, message_id=one("b").id, reason="x", actor="staff:1")
    transact(resend, dealer_id=here.linan.id, message_id=message.id, actor="staff:1")
    assert outbox.run() == 2
    assert erp.keys[-2:] == ["a", "b"]
    with pytest.raises(NotResendable):
        transact(resend, dealer_id=here.linan.id, message_id=message.id, actor="staff:1")


def test_one_set_aside_lets_the_others_go_on_and_all_dead_can_be_sent_again(
    app: Flask, here: Cast, erp: Listener, clock: Clock
) -> None:
    for dealer in (here.linan, here.ningbo):
        tell(dealer.id, f"{dealer.code}/1")
        tell(dealer.id, f"{dealer.code}/2")
        clock.tick(seconds=1)
    erp.always = 422
    for _ in range(TRIES):
        outbox.run()
        clock.tick(days=1)
    erp.always = 200
    assert outbox.run() == 0
    dead = one("LA0571/1")
    transact(set_aside, dealer_id=here.linan.id, message_id=dead.id, reason="ERP 已手工入账", actor="staff:1")
    assert outbox.run() == 1
    assert transact(resend_dead, system=System.ERP, actor="staff:1") == 1
    assert outbox.run() == 2
    assert erp.keys[-3:] == ["LA0571/2", "NB0574/1", "NB0574/2"]


def test_without_configuration_messages_wait(app: Flask, here: Cast, gateways: Path) -> None:
    tell(here.linan.id, "a")
    assert outbox.run() == 0
    assert one("a").tries == 0
    (gateways / "erp.json").write_text('{"url": "ftp://x", "key_id": "k", "secret": "s"}')
    assert outbox.run() == 0
    assert one("a").tries == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"url": 1, "key_id": "k", "secret": "s"}', '{"url": "http://x"}'])
def test_a_file_that_says_nothing_useful_is_named_and_hinders_no_other(gateways: Path, text: str) -> None:
    (gateways / "erp.json").write_text(text)
    write_down(gateways, "dms", "http://127.0.0.1:9")
    with pytest.raises(Misconfigured, match=r"erp\.json"):
        destination(gateways, System.ERP)
    found, wrong = destinations(gateways)
    assert [to.system for to in found] == [System.DMS]
    assert len(wrong) == 1


def test_a_partner_speaks_for_the_system_that_names_it(gateways: Path) -> None:
    write_down(gateways, "dms", "http://127.0.0.1:9", partners=["dms-east", "dms-west"])
    assert systems_of(gateways, "dms-east") == {System.DMS}
    assert systems_of(gateways, "dms") == frozenset()
    assert systems_of(gateways, "tms") == {System.TMS}
    assert systems_of(None, "dms") == {System.DMS}


def test_a_worker_that_dies_keeps_its_message_for_a_while_and_then_another_tells_it(
    app: Flask, here: Cast, erp: Listener, clock: Clock
) -> None:
    tell(here.linan.id, "a")
    dead_worker = transact(take, systems=[System.ERP])
    assert dead_worker is not None
    assert outbox.run() == 0
    clock.tick(seconds=LEASE.total_seconds())
    assert outbox.run() == 1
    # It was only slow after all: its failure is no longer of interest, its success is as true as the other's.
    assert transact(failed, taken=dead_worker, error="too late") is None
    transact(delivered, taken=dead_worker)
    message = one("a")
    assert (message.state, message.tries) == (MessageState.DELIVERED, 2)


def run_worker(folder: str) -> int:
    """A worker of its own, until nothing is due."""
    from dataclasses import replace

    from flask import current_app

    current_app.extensions["settings"] = replace(current_app.extensions["settings"], gateways=Path(folder))
    return outbox.run()


def test_a_worker_that_is_killed_in_mid_delivery_loses_nothing(
    app: Flask, here: Cast, erp: Listener, gateways: Path, database_url: str, clock: Clock
) -> None:
    clock.at = datetime.now(UTC)
    tell(here.linan.id, "a")
    tell(here.linan.id, "b")
    erp.always = "hang"
    worker = begin(database_url, run_worker, str(gateways))
    while not erp.heard:
        assert worker.is_alive()
        time.sleep(0.02)
    kill(worker)
    erp.always = 200
    assert outbox.run() == 0, "another may be at it"
    clock.at = datetime.now(UTC) + LEASE
    assert outbox.run() == 2
    assert erp.keys == ["a", "a", "b"]
    assert erp.ids[0] == erp.ids[1]


def test_workers_at_once_tell_each_message_once_and_in_order(
    app: Flask, here: Cast, erp: Listener, gateways: Path, database_url: str, clock: Clock
) -> None:
    for number in range(12):
        tell(here.linan.id, f"a/{number:02}")
        tell(here.ningbo.id, f"b/{number:02}")
    told = at_once(database_url, clock.at, run_worker, [(str(gateways),)] * 4)
    # A worker goes when nothing is free for it; one of them stays to the end.
    assert sum(told) + outbox.run() == 24
    for letter in "ab":
        own = [key for key in erp.keys if key.startswith(letter)]
        assert own == [f"{letter}/{number:02}" for number in range(12)]


def send_one(dealer_id: int, key: str) -> None:
    tell(dealer_id, key)


def test_acts_at_the_same_moment_take_numbers_without_a_gap(
    app: Flask, here: Cast, database_url: str, clock: Clock
) -> None:
    at_once(database_url, clock.at, send_one, [(here.linan.id, key) for key in ("a", "a", "b")])
    rows = reading().execute(select(Message.seq, Message.key).order_by(Message.seq)).all()
    assert [row.seq for row in rows] == [1, 2]
    assert sorted(row.key for row in rows) == ["a", "b"]


def test_what_is_told_is_the_canonical_text(erp: Listener, gateways: Path) -> None:
    to = Destination(System.ERP, erp.url, KEY, SECRET, frozenset())
    taken = Taken(1, 2, 3, System.ERP, {"b": 1, "a": "挂账"})
    assert hand_over(taken, to, timestamp=1_800_000_000, nonce="a-nonce-0001").delivered
    assert erp.heard[0].body == '{"a":"挂账","b":1}'.encode()
    assert json.loads(erp.heard[0].body) == taken.told


def test_the_doctor_looks_at_the_systems_files(gateways: Path) -> None:
    write_down(gateways, "dms", "http://dms.example.com")
    write_down(gateways, "tms", "https://tms.example.com")
    (gateways / "tms.json").chmod(0o600)
    (gateways / "dms.json").chmod(0o644)
    (gateways / "erp.json").write_text("{}")
    settings = Settings(database_url="sqlite://", secret_key=SECRET, gateways=gateways)
    assert [check.says for check in doctor.of_systems(settings) if not check.holds] == [
        "the file of a system of the brand can be used",
        "nobody else on this machine can read dms.json",
        "dms.json speaks of https alone",
    ]
