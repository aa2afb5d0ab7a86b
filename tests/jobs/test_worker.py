"""What the mall does by itself."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from huey import Huey
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from mall.dealers.models import SignIn, SignInStage
from mall.earning.models import PartnerNonce
from mall.jobs import queue
from mall.jobs.models import JobRun
from mall.jobs.queries import worker_state
from mall.points.actions.opening import MAIN
from mall.points.models import Account
from mall.web import limits
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.points.ledger import EAST, NORTH, Ledger, found_programme


@pytest.mark.parametrize("name", queue.names())
def test_every_task_can_run_at_any_time_and_twice(app: Flask, name: str) -> None:
    assert queue.run(app, name) == 0
    assert queue.run(app, name) == 0
    run = db.session.get(JobRun, name)
    assert run is not None
    assert run.ended_at == now()


def test_points_that_are_over_are_written_off_by_the_worker_and_never_twice(app: Flask, clock: Clock) -> None:
    transact(found_programme)
    ledgers = [Ledger(dealer) for dealer in (EAST, NORTH)]
    for ledger in ledgers:
        ledger.earn(100, days=1)
    clock.tick(days=2)
    assert queue.run(app, "expire") == len(ledgers)
    assert queue.run(app, "expire") == 0
    db.session.rollback()
    account = db.session.get_one(Account, (EAST, MAIN))
    assert (account.available, account.last_seq) == (0, 2)
    assert not ledgers[0].faults()


def test_a_worker_that_stopped_beating_is_told(app: Flask, clock: Clock) -> None:
    assert worker_state(db.session, now()) == "never"
    queue.run(app, "heartbeat")
    db.session.rollback()
    assert worker_state(db.session, now()) == "ok"
    clock.tick(minutes=4)
    assert worker_state(db.session, now()) == "late"


def test_the_queue_keeps_to_itself_and_takes_no_message_that_is_not_signed(app: Flask) -> None:
    huey: Huey = queue.build(app)
    huey.storage.enqueue(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(ValueError, match=r"mismatch|not found"):
        huey.dequeue()
    assert not [name for name in inspect(db.engine).get_table_names() if name.startswith("huey")]
    assert {task.name for task in huey._registry.periodic_tasks} == set(queue.names())
    huey.storage.close()


def test_what_has_served_its_time_is_forgotten(app: Flask, clock: Clock) -> None:
    def use(session: Session, at: datetime) -> None:
        limits.take(session, at, bucket="sign-in:1", capacity=5, refill_per_minute=1)
        session.add(PartnerNonce(key_id="mk_1", nonce="n", seen_at=at))
        session.add(
            SignIn(
                token_hash=b"1", public_id=1, staff_id=1, stage=SignInStage.FULL, created_at=at, seen_at=at,
                expires_at=at + timedelta(hours=8), device="", address="",
            )
        )  # fmt: skip

    transact(use)
    assert queue.run(app, "tidy") == 0
    clock.tick(hours=9)
    assert queue.run(app, "tidy") == 3
