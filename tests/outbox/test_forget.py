"""Messages that were delivered long ago are forgotten, from the beginning of their chain, and nothing else is."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mall.jobs import queue
from mall.orders.queries.promises import broken_promises
from mall.outbox.actions import forget, send
from mall.outbox.models import Message, MessageState
from mall.web.db import db, now, reading, transact
from tests.cast import cast
from tests.conftest import Clock


@pytest.fixture
def dealers(app: Flask) -> tuple[int, int]:
    people = transact(cast, seal=app.extensions["seal"])
    return people.linan.id, people.ningbo.id


def tell(dealer_id: int, many: int, to: str = "erp") -> None:
    first = reading().scalar(select(func.max(Message.seq)).where(Message.dealer_id == dealer_id)) or 0
    for n in range(first, first + many):
        transact(send, dealer_id=dealer_id, to=to, topic="statement.charge", key=f"{to}/{n}", body={"fen": 1})


def stands(dealer_id: int, state: MessageState, *numbers: int) -> None:
    def change(session: Session, at: datetime) -> None:
        delivered_at = at if state is MessageState.DELIVERED else None
        which = update(Message).where(Message.dealer_id == dealer_id, Message.seq.in_(numbers))
        session.execute(which.values(state=state, delivered_at=delivered_at))

    transact(change)


def left(dealer_id: int) -> list[int]:
    db.session.remove()
    return list(reading().scalars(select(Message.seq).where(Message.dealer_id == dealer_id).order_by(Message.seq)))


def test_what_was_delivered_400_days_ago_is_forgotten_and_the_chain_goes_on(
    app: Flask, dealers: tuple[int, int], clock: Clock
) -> None:
    linan, ningbo = dealers
    tell(linan, 4)
    tell(ningbo, 2)
    stands(linan, MessageState.DELIVERED, 1, 2, 3, 4)
    stands(ningbo, MessageState.DELIVERED, 1, 2)
    clock.tick(days=399)
    assert queue.run(app, "tidy") == 0
    clock.tick(days=2)
    assert queue.run(app, "tidy") == 4
    assert (left(linan), left(ningbo)) == ([4], [2]), "the last of a chain stays: the next one counts on from it"
    assert queue.run(app, "tidy") == 0
    tell(linan, 1)
    assert left(linan) == [4, 5]
    assert not list(broken_promises(reading(), now())), "the proof knows what was forgotten"


@pytest.mark.parametrize("state", [MessageState.WAITING, MessageState.DEAD, MessageState.SET_ASIDE])
def test_what_was_never_delivered_stays_with_all_that_comes_after_it(
    app: Flask, dealers: tuple[int, int], clock: Clock, state: MessageState
) -> None:
    linan, _ = dealers
    tell(linan, 6)
    stands(linan, MessageState.DELIVERED, 1, 2, 4, 5, 6)
    stands(linan, state, 3)
    clock.tick(days=500)
    assert queue.run(app, "tidy") == 2
    assert left(linan) == [3, 4, 5, 6]
    assert not list(broken_promises(reading(), now()))


def test_a_long_chain_is_forgotten_bit_by_bit_without_a_gap(
    app: Flask, dealers: tuple[int, int], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    linan, _ = dealers
    tell(linan, 9)
    stands(linan, MessageState.DELIVERED, *range(1, 10))
    clock.tick(days=401)
    monkeypatch.setattr(forget, "AT_ONCE", 3)
    gone = [transact(forget.forget_delivered) for _ in range(4)]
    assert gone == [3, 3, 2, 0]
    assert left(linan) == [9]


def test_a_beginning_that_is_missing_too_early_is_a_fault(app: Flask, dealers: tuple[int, int], clock: Clock) -> None:
    linan, _ = dealers
    tell(linan, 3)

    def lose(session: Session, _at: datetime) -> None:
        session.delete(session.scalars(select(Message).where(Message.seq == 1)).one())

    transact(lose)
    assert [code for code, *_ in broken_promises(reading(), now())] == ["messages"]
