"""The orders' proof: it is silent while all ties, and names what does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from mall.orders.models import OrderState
from mall.orders.queries.proof import Looked, order_faults
from mall.payments.models import GatewayName
from mall.web.db import db, now, reading, snapshot
from tests.orders import scene
from tests.orders.scene import COOKER, DEALER, RICE


def faults(**later: int) -> list[str]:
    looked = Looked()
    found = [fault.code for fault in order_faults(snapshot(), now() + timedelta(**later), looked)]
    reading().rollback()
    assert looked.faults == len(found)
    return sorted(set(found))


@pytest.fixture
def orders(set_up: Flask) -> list[str]:
    """One order kept, one cancelled, one of two kinds."""
    kept = scene.order(COOKER, 2)
    taken_back = scene.order(RICE)
    scene.take_back(taken_back.no)
    mixed = scene.order([(RICE, 1), (COOKER, 1)], dealer_id=DEALER + 1)
    return [kept.no, taken_back.no, mixed.no]


def test_it_is_silent_while_everything_ties(orders: list[str]) -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("UPDATE redemption_order SET points = points + 1 WHERE no = :kept", {"lines", "points"}),
        ("UPDATE redemption_order SET cash_fen = 100 WHERE no = :kept", {"lines", "cash", "payment"}),
        ("UPDATE redemption_order SET state = 'shipped' WHERE no = :kept", {"parts"}),
        ("UPDATE order_part SET state = 'picked'", {"parts"}),
        ("UPDATE redemption_order SET refunded_points = 0 WHERE no = :gone", {"returned"}),
        ("UPDATE order_line SET returned_quantity = 1 WHERE quantity = 2", {"returned", "reserved", "stock"}),
        ("UPDATE stock SET on_hand = on_hand - 1", {"movements", "stock"}),
        (
            "UPDATE points_allocation SET redeemed = redeemed - 1, voided = voided + 1 WHERE refunded = 0",
            {"points"},
        ),
    ],
)
def test_what_does_not_tie_is_named(orders: list[str], change: str, codes: set[str]) -> None:
    wanted = {"kept": orders[0], "gone": orders[1]}
    db.session.execute(text(change), {name: no for name, no in wanted.items() if f":{name}" in change})
    db.session.commit()
    assert set(faults()) == codes


def test_an_order_that_is_gone_leaves_points_that_nobody_answers_for(orders: list[str]) -> None:
    for table in ("order_event", "order_line", "order_part"):
        db.session.execute(text(f"DELETE FROM {table} WHERE dealer_id = {DEALER + 1}"))
    db.session.execute(text(f"DELETE FROM redemption_order WHERE dealer_id = {DEALER + 1}"))
    db.session.commit()
    assert faults() == ["no_order", "reserved", "stock"]


def test_an_order_that_nobody_closes_is_named(set_up: Flask) -> None:
    db.session.execute(text("UPDATE dealer SET approval_over = 1000"))
    db.session.commit()
    scene.add_member_now(DEALER, DEALER + 2000)
    waits = scene.order(COOKER, member_id=DEALER + 2000, role=scene.MemberRole.BUYER)
    assert waits.state is OrderState.AWAITING_APPROVAL
    assert faults() == []
    assert faults(hours=50) == ["overdue"]


def test_money_on_account_ties_too(set_up: Flask) -> None:
    scene.priced_with_cash()
    placed = scene.order(COOKER, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    assert faults() == []
    scene.take_back(placed.no)
    assert faults() == []
    db.session.execute(text("DELETE FROM refund"))
    db.session.commit()
    assert "cash" in faults()
