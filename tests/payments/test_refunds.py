"""Money back: in parts or whole, once for a key, never more than was paid, whatever order things come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mall.base.refused import Refused
from mall.outbox.models import Message
from mall.payments.actions import claim_refund, resend, settle_refund
from mall.payments.models import (
    AmountDiffers,
    GatewayName,
    NotPaid,
    Payment,
    Refund,
    RefundReused,
    RefundState,
    RefundTold,
    RefundTooLarge,
)
from mall.payments.queries import due_refunds, payment_by_no, refunds_of
from mall.web.db import db, reading, transact
from tests.cast import Cast, cast
from tests.conftest import Clock, Databases, running
from tests.payments import scene


def told(refund: Refund, state: RefundState, **other: object) -> RefundTold:
    payment = reading().get(Payment, (refund.dealer_id, refund.payment_id))
    assert payment is not None
    facts = {"gateway": payment.gateway, "no": payment.no, "refund_no": refund.no, "state": state, "fen": refund.fen}
    return RefundTold(**(facts | other))  # type: ignore[arg-type]


def test_a_refund_repeated_under_its_key_is_one(app: Flask, people: Cast) -> None:
    payment = scene.paid(people.linan.id)
    first, again = scene.refund(payment, 4000, "return/1"), scene.refund(payment, 4000, "return/1")
    assert first.no == again.no
    kept = payment_by_no(reading(), payment.no)
    assert kept is not None
    assert (kept.refunded_fen, kept.left_fen) == (4000, 5900)
    with pytest.raises(RefundReused):
        scene.refund(payment, 4001, "return/1")


def test_no_more_goes_back_than_was_paid_and_nothing_of_what_was_not(app: Flask, people: Cast) -> None:
    payment = scene.paid(people.linan.id)
    scene.refund(payment, 4000, "a")
    with pytest.raises(RefundTooLarge):
        scene.refund(payment, 5901, "b")
    for wrong in (0, -1):
        with pytest.raises(RefundTooLarge):
            scene.refund(payment, wrong, "c")
    scene.refund(payment, 5900, "d")
    with pytest.raises(RefundTooLarge):
        scene.refund(payment, 1, "e")
    with pytest.raises(NotPaid):
        scene.refund(scene.pressed(people.linan.id), 1, "f")


def test_the_database_itself_holds_the_sum(app: Flask, people: Cast) -> None:
    payment = scene.paid(people.linan.id)
    with pytest.raises(IntegrityError):
        transact(
            lambda session, _now: session.execute(
                Payment.__table__.update().where(Payment.id == payment.id).values(refunded_fen=9901)  # type: ignore[attr-defined]
            )
        )


def test_on_account_goes_back_at_once_and_the_erp_is_told(app: Flask, people: Cast) -> None:
    payment = scene.opened(people.linan.id, gateway=GatewayName.ON_ACCOUNT)
    refund = scene.refund(payment, 100, "a")
    assert refund.done
    topics = list(reading().scalars(select(Message.topic).order_by(Message.seq)))
    assert topics == ["statement.charge", "statement.credit"]


def test_a_refund_is_sent_then_asked_after_until_it_is_done(app: Flask, people: Cast, clock: Clock) -> None:
    payment = scene.paid(people.linan.id)
    refund = scene.refund(payment, 4000, "a")
    mine = {"dealer_id": refund.dealer_id, "no": refund.no}
    assert due_refunds(reading(), clock(), [GatewayName.WECHAT], limit=9) == [(refund.dealer_id, refund.no)]
    assert due_refunds(reading(), clock(), [GatewayName.ALIPAY], limit=9) == []
    assert transact(claim_refund, **mine) is not None
    assert transact(claim_refund, **mine) is None, "two workers do not send at once"
    sent = transact(settle_refund, dealer_id=refund.dealer_id, told=told(refund, RefundState.SENT))
    assert sent.state is RefundState.SENT
    assert sent.ask_at is not None
    done = transact(settle_refund, dealer_id=refund.dealer_id, told=told(refund, RefundState.DONE, notice_id="EV-9"))
    assert done.done
    assert done.ask_at is None
    late = transact(settle_refund, dealer_id=refund.dealer_id, told=told(refund, RefundState.FAILED))
    assert late.done, "what is done stays done"


def test_a_refund_of_another_amount_is_refused(app: Flask, people: Cast) -> None:
    refund = scene.refund(scene.paid(people.linan.id), 4000, "a")
    with pytest.raises(AmountDiffers):
        transact(settle_refund, dealer_id=refund.dealer_id, told=told(refund, RefundState.DONE, fen=4001))


def test_a_failed_refund_is_still_owed_and_is_sent_again_under_its_number(
    app: Flask, people: Cast, clock: Clock
) -> None:
    payment = scene.paid(people.linan.id)
    refund = scene.refund(payment, 9900, "a")
    failed = transact(
        settle_refund, dealer_id=refund.dealer_id, told=told(refund, RefundState.FAILED, trouble="ABNORMAL")
    )
    assert (failed.failed, failed.trouble, failed.ask_at) == (True, "ABNORMAL", None)
    with pytest.raises(RefundTooLarge):
        scene.refund(payment, 1, "b")
    again = transact(resend, dealer_id=refund.dealer_id, no=refund.no)
    assert (again.no, again.state) == (refund.no, RefundState.WANTED)
    assert transact(settle_refund, dealer_id=refund.dealer_id, told=told(refund, RefundState.DONE)).done


@pytest.fixture(scope="module")
def one_mall(databases: Databases) -> Iterator[Cast]:
    url = databases.sqlite()
    with closing(running(url, Clock(datetime(2026, 11, 12, 12, 0, tzinfo=UTC)))) as malls:
        app = next(malls)
        yield transact(cast, seal=app.extensions["seal"])
    databases.take_back(url)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fen=st.integers(1, 2000),
    wishes=st.lists(
        st.tuples(st.integers(-5, 1200), st.sampled_from("abcdef"), st.sampled_from(["", "done", "failed"])),
        max_size=12,
    ),
)
def test_whatever_is_asked_back_the_sums_tie_and_stay_within_what_was_paid(
    one_mall: Cast, fen: int, wishes: list[tuple[int, str, str]]
) -> None:
    payment = scene.paid(one_mall.linan.id, fen=fen)
    taken: dict[str, int] = {}
    for wanted, key, end in wishes:
        good = taken[key] == wanted if key in taken else 0 < wanted <= fen - sum(taken.values())
        if not good:
            with pytest.raises(Refused):
                scene.refund(payment, wanted, f"{payment.no}/{key}")
            continue
        refund = scene.refund(payment, wanted, f"{payment.no}/{key}")
        taken[key] = wanted
        if end and not refund.done:
            transact(settle_refund, dealer_id=refund.dealer_id, told=told(refund, RefundState(end)))
    db.session.rollback()
    kept = payment_by_no(reading(), payment.no)
    assert kept is not None
    rows = refunds_of(reading(), kept.dealer_id, kept.order_id)
    assert {row.key.rpartition("/")[2]: row.fen for row in rows} == taken
    assert kept.refunded_fen == sum(row.fen for row in rows) <= fen
