"""Vouchers, rebates and messages tie with their orders; each way in which they could part is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mall.catalog.actions import ItemToPut, SkuToPut, put_item
from mall.catalog.models import Delivery, Kind, PricePlan
from mall.orders.actions.voucher_back import voucher_back
from mall.orders.models import OrderLine
from mall.orders.queries.promises import broken_promises
from mall.outbox.models import Message, System
from mall.payments.models import GatewayName
from mall.rewards.models import Rebate, RebateState, Voucher, VoucherState
from mall.web.db import db, now, reading, transact
from tests.orders.scene import order, set_up, spoken
from tests.orders.test_voucher_back import SEAT, issued, on_the_shelf, priced
from tests.rewards.vouching import terms

MONEY = "MONEY-1"


def money_on_the_shelf(session: Session, at: datetime) -> None:
    put_item(
        session,
        at,
        ItemToPut(
            code="MONEY",
            category="home",
            kind=Kind.CASH_REBATE,
            brand="年轮",
            names=spoken("返利", "Rebate"),
            pictures=["cooker"],
            delivery=Delivery.INSTANT,
            shelved_at=at,
            skus=[SkuToPut(code=MONEY, points=5_000, on_hand=9)],
        ),
    )


@pytest.fixture
def ordered(app: Flask) -> Flask:
    """Two seats and two rebates, of which nothing came back; two seats that their system handed back, one paid for."""
    transact(set_up)
    transact(on_the_shelf)
    transact(money_on_the_shelf)
    terms()
    order(SEAT, 1, address_id=None)
    transact(voucher_back, no=issued()[0].no, systems=tuple(System), reason="停办", actor="partner:dms")
    order([(SEAT, 2), (MONEY, 2)], address_id=None)
    transact(priced)
    plan = db.session.scalars(select(PricePlan.id).where(PricePlan.cash_fen > 0)).one()
    order(SEAT, plan_id=plan, gateway=GatewayName.ON_ACCOUNT, address_id=None)
    transact(voucher_back, no=issued()[-1].no, systems=tuple(System), reason="停办", actor="partner:dms")
    return app


def found() -> set[str]:
    db.session.remove()
    return {fault[0] for fault in broken_promises(reading(), now())}


def test_what_was_ordered_and_came_back_ties(ordered: Flask) -> None:
    db.session.remove()
    assert list(broken_promises(reading(), now())) == []


def kept() -> Voucher:
    """One that nobody gave back."""
    return next(one for one in issued() if not one.returned)


def broken(change: Callable[[Session], object]) -> set[str]:
    transact(lambda session, _now: change(session))
    return found()


def test_a_voucher_too_few_or_one_given_back_for_nothing_is_found(ordered: Flask) -> None:
    last = kept().id
    back = update(Voucher).where(Voucher.id == last)
    assert broken(
        lambda session: session.execute(back.values(state=VoucherState.RETURNED, returned_at=issued()[0].issued_at))
    ) == {"vouchers"}
    transact(lambda session, _now: session.execute(back.values(state=VoucherState.ISSUED, returned_at=None)))
    assert found() == set()
    assert broken(lambda session: session.execute(delete(Voucher).where(Voucher.id == last))) == {"vouchers"}


def test_a_rebate_that_stands_elsewhere_is_found(ordered: Flask) -> None:
    assert broken(lambda session: session.execute(update(Rebate).values(state=RebateState.RELEASED))) == {"rebates"}
    assert broken(
        lambda session: session.execute(update(Rebate).values(state=RebateState.CREDITED, points=Rebate.points + 1))
    ) == {"rebates"}


def test_a_rebate_that_is_missing_or_came_back_unsaid_is_found(ordered: Flask) -> None:
    returned = update(OrderLine).where(OrderLine.kind == Kind.CASH_REBATE).values(returned_quantity=1)
    assert broken(lambda session: session.execute(returned)) == {"rebates"}
    assert broken(lambda session: session.execute(delete(Rebate))) == {"rebates"}


def test_a_credit_told_wrongly_or_a_lost_message_is_found(ordered: Flask) -> None:
    of_erp = Message.system == System.ERP
    assert broken(lambda session: session.execute(update(Message).where(of_erp).values(body={"fen": 1}))) == {"credits"}
    assert broken(lambda session: session.execute(delete(Message).where(of_erp))) == {"credits"}
    first = delete(Message).where(Message.system == System.DMS, Message.seq == 1)
    assert broken(lambda session: session.execute(first)) == {"credits", "messages"}
