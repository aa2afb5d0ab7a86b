"""A system cannot honour a voucher: the dealer gets back what that piece cost, once, whoever asks at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import Refused
from mall.catalog.actions import ItemToPut, SkuToPut, put_item
from mall.catalog.actions.plans import PlanToPut, put_plans
from mall.catalog.models import Delivery, Kind, PricePlan
from mall.dealers.models import Notice
from mall.orders.actions.voucher_back import voucher_back
from mall.orders.models import OrderEvent, RedemptionOrder
from mall.outbox.models import Message, System
from mall.payments.models import GatewayName, Refund
from mall.rewards.actions.vouchers import use
from mall.rewards.models import Voucher
from mall.rewards.models.voucher import NoSuchVoucher, VoucherUsed
from mall.web.db import db, transact
from tests.orders.scene import DEALER, order, points_of, set_up, sku_id, spoken, stock_of
from tests.processes import at_once

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
SEAT = "SEAT-1"
ALL = tuple(System)


def on_the_shelf(session: Session, at: datetime) -> None:
    put_item(
        session,
        at,
        ItemToPut(
            code="SEAT",
            category="home",
            kind=Kind.SERVICE,
            brand="年轮",
            names=spoken("培训席位", "Training seat"),
            pictures=["cooker"],
            delivery=Delivery.INSTANT,
            shelved_at=at,
            terms={"service": "training_seat", "system": "dms", "days": 30},
            skus=[SkuToPut(code=SEAT, points=4_000, on_hand=9)],
        ),
    )


def priced(session: Session, at: datetime) -> None:
    plans = [PlanToPut(points=4_000), PlanToPut(step=1, points=1_000, cash_fen=5_000)]
    put_plans(session, at, sku_id=sku_id(SEAT), plans=plans, since=at)


@pytest.fixture
def seats(app: Flask) -> Flask:
    transact(set_up)
    transact(on_the_shelf)
    return app


def issued() -> list[Voucher]:
    db.session.remove()
    return list(db.session.scalars(select(Voucher).order_by(Voucher.issued_at, Voucher.id)))


def back(no: str) -> str:
    try:
        done = transact(voucher_back, no=no, systems=ALL, reason="停办", actor="partner:dms")
    except Refused as refusal:
        return refusal.code
    return "again" if done.repeat else "back"


def used(no: str) -> str:
    try:
        transact(use, no=no, systems=ALL, reference="SO-1", order_fen=None, actor="partner:dms")
    except Refused as refusal:
        return refusal.code
    return "used"


def test_a_piece_comes_back_with_its_points_and_its_stock_and_the_dealer_is_told(seats: Flask) -> None:
    order(SEAT, 2, address_id=None)
    before = points_of()
    first, second = issued()
    assert back(first.no) == "back"
    assert back(first.no) == "again"
    assert points_of() == before + 4_000
    assert stock_of(SEAT) == 8
    db.session.remove()
    made = db.session.scalars(select(RedemptionOrder)).one()
    assert (made.refunded_points, made.cancelled) == (4_000, False)
    assert db.session.scalars(select(OrderEvent.what)).all()[-1] == "refunded"
    [notice] = db.session.scalars(select(Notice).where(Notice.what == "voucher_returned"))
    assert notice.facts == {"no": made.no, "points": 4_000, "fen": 0}
    topics = db.session.scalars(select(Message.topic).order_by(Message.seq)).all()
    assert topics == ["voucher.issued", "voucher.issued", "voucher.returned"]
    assert back(second.no) == "back"
    assert points_of() == before + 8_000


def test_cash_goes_back_to_where_it_came_from(seats: Flask) -> None:
    transact(priced)
    plan = db.session.scalars(select(PricePlan.id).where(PricePlan.cash_fen > 0)).one()
    order(SEAT, 1, plan_id=plan, gateway=GatewayName.ON_ACCOUNT, address_id=None)
    before = points_of()
    assert back(issued()[0].no) == "back"
    assert points_of() == before + 1_000
    assert [refund.fen for refund in db.session.scalars(select(Refund))] == [5_000]


def test_what_was_used_or_is_nobodys_does_not_come_back(seats: Flask) -> None:
    order(SEAT, address_id=None)
    [voucher] = issued()
    with pytest.raises(NoSuchVoucher):
        transact(voucher_back, no=voucher.no, systems=[System.TMS], reason="停办", actor="partner:tms")
    assert used(voucher.no) == "used"
    before = points_of()
    with pytest.raises(VoucherUsed):
        transact(voucher_back, no=voucher.no, systems=ALL, reason="停办", actor="partner:dms")
    assert points_of() == before


def either(what: str, no: str) -> str:
    return back(no) if what == "back" else used(no)


def test_used_or_come_back_and_never_both(seats: Flask, database_url: str) -> None:
    order(SEAT, address_id=None)
    before = points_of()
    [voucher] = issued()
    answers = at_once(database_url, AT, either, [(what, voucher.no) for what in ("back", "use", "back", "use")])
    end = issued()[0]
    assert points_of(DEALER) == before + (0 if end.used else 4_000)
    assert ("back" in answers) is end.returned
    assert answers.count("back") <= 1
