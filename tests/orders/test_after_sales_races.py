"""People and time act on one claim at the same moment, in processes of their own: one wins, nothing is done twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from mall.orders.actions.after_sales import (
    Wanted,
    accept,
    agree,
    apply,
    decline_claim,
    lapse_claims,
    refuse_return,
    send_back,
    withdraw_claim,
)
from mall.orders.models import Claim, ClaimKind, ClaimReason, ClaimState
from mall.payments.models import GatewayName, Refund
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.claiming import BACK, OWNER, STAFF, agreed, arrived, claim, fresh, nothing_is_wrong
from tests.orders.scene import COOKER, PRICES, SEAL, points_of, stock_of
from tests.processes import at_once

pytestmark = pytest.mark.xdist_group("races")


def applied(no: str, key: str) -> str:
    wanted = Wanted(pieces={1: 1}, kind=ClaimKind.REFUND_ONLY, reason=ClaimReason.DAMAGED)
    return str(transact(apply, **OWNER, no=no, key=key, wanted=wanted, seal=SEAL).no)


def acts(what: str, no: str) -> str:
    """One person's press, or the worker's minute; gives the state that it led to, or the code of the refusal."""
    staff: dict[str, Any] = {**STAFF, "no": no, "staff_id": 1}
    presses: dict[str, Any] = {
        "agree": lambda: transact(agree, **staff, seal=SEAL).state,
        "decline": lambda: transact(decline_claim, **staff, reason="不符").state,
        "withdraw": lambda: transact(withdraw_claim, **OWNER, no=no).state,
        "send": lambda: transact(send_back, **OWNER, no=no, **BACK).state,
        "lapse": lambda: "lapsed" if transact(lapse_claims) else "none",
        "accept": lambda: transact(accept, **staff, restock=True).state,
        "refuse": lambda: transact(refuse_return, **staff, reason="空箱").state,
    }
    return str(presses[what]())


def claims() -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(Claim)).scalar_one()


def test_one_form_sent_by_many_is_one_claim(set_up: Flask, database_url: str, clock: Clock) -> None:
    no = arrived(COOKER)
    told = at_once(database_url, clock(), applied, [(no, "form-1")] * 6)
    assert (set(told), claims()) == ({f"{no}-1"}, 1)


def test_the_last_piece_is_claimed_once_by_many_forms(set_up: Flask, database_url: str, clock: Clock) -> None:
    no = arrived(COOKER)
    told = at_once(database_url, clock(), applied, [(no, f"form-{n}") for n in range(6)])
    assert (Counter(told), claims()) == (Counter({"nothing_to_claim": 5, f"{no}-1": 1}), 1)


def test_agreed_by_many_it_is_paid_back_once(set_up: Flask, database_url: str, clock: Clock) -> None:
    scene.priced_with_cash()
    made = claim(arrived(COOKER, 2, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT))
    before = points_of()
    told = at_once(database_url, clock(), acts, [("agree", made.no)] * 6)
    assert set(told) == {"done"}
    assert points_of() == before + 2_000
    assert db.session.scalars(select(Refund.fen)).all() == [9_900]
    nothing_is_wrong()


@pytest.mark.parametrize("other", ["decline", "withdraw"])
def test_agreed_and_taken_back_at_once_it_is_one_of_them(
    set_up: Flask, database_url: str, clock: Clock, other: str
) -> None:
    made = claim(arrived(COOKER))
    before = points_of()
    at_once(database_url, clock(), acts, [("agree", made.no), (other, made.no)] * 2)
    ended = fresh(made).state
    assert ended in (ClaimState.DONE, ClaimState.DECLINED, ClaimState.WITHDRAWN)
    assert points_of() == before + (PRICES[COOKER] if ended is ClaimState.DONE else 0)
    nothing_is_wrong()


def test_sent_back_in_the_last_minute_it_lapses_or_is_on_its_way(
    set_up: Flask, database_url: str, clock: Clock
) -> None:
    made = claim(arrived(COOKER), None, ClaimKind.RETURN)
    agreed(made)
    at_once(database_url, clock() + timedelta(days=7), acts, [("send", made.no), ("lapse", made.no)] * 2)
    assert fresh(made).state in (ClaimState.RETURNED, ClaimState.LAPSED)
    nothing_is_wrong()


def test_accepted_and_refused_at_once_it_is_one_of_them(set_up: Flask, database_url: str, clock: Clock) -> None:
    made = claim(arrived(COOKER), None, ClaimKind.RETURN)
    agreed(made)
    transact(send_back, **OWNER, no=made.no, **BACK)
    before = points_of()
    at_once(database_url, clock(), acts, [("accept", made.no), ("refuse", made.no)] * 3)
    done = fresh(made).state is ClaimState.DONE
    assert (points_of(), stock_of()) == (before + PRICES[COOKER] * done, 49 + done)
    nothing_is_wrong()
