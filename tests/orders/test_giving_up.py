"""The brand gives up a line, or an order whole, before it is out of its hands: everything comes back, once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.refused import Forbidden, NotFound
from mall.catalog.actions import put_item
from mall.catalog.models import Kind, Stock
from mall.dealers.models import Dealer, MemberRole, Notice, StaffRole
from mall.orders.actions import (
    approve,
    cancel,
    cancel_by_staff,
    cannot_deliver,
    deliver,
    hand_over,
    pick,
    ship,
)
from mall.orders.actions.top_ups import conclude
from mall.orders.models import ClaimKind, ClaimReason, ClaimState, Ended, NotCancellable, NotNow, OrderState, PartState
from mall.orders.queries import mine
from mall.payments.models import GatewayName, Payment, PaymentState, Refund
from mall.rewards.actions.top_ups import settle, take_up
from mall.rewards.models import CodeState, TopUp
from mall.web.db import db, reading, transact
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.claiming import OWNER, SF, STAFF, claim, fresh, lines, nothing_is_wrong, parts, the_order
from tests.orders.scene import CARD, COOKER, DEALER, PRICES, RICE, SEAL, everything, points_of, stock_of
from tests.orders.test_after_sales_kinds import codes, vault
from tests.processes import at_once

__all__ = ["vault"]
BY_HAND, PHONE = "OTHER-CARD", "PHONE-50"
WHY = "供应商断货，短期内到不了"


def shelve(session: Session, at: Any) -> None:
    """A card whose codes are in no vault, so that people hand it out, and a top-up that a supplier fills."""
    terms = {"account": "phone", "product": "CM50", "fen": 5_000}
    put_item(session, at, scene._item("OTHER", "别家的卡", BY_HAND, 5, None, kind=Kind.CARD_CODE))
    item = scene._item("PHONE", "话费", PHONE, 5, None, kind=Kind.TOP_UP)
    item.terms.update(terms)
    put_item(session, at, item)


@pytest.fixture(autouse=True)
def priced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRICES, BY_HAND, 10_000)
    monkeypatch.setitem(PRICES, PHONE, 5_000)


def give_up(no: str, line_no: int = 1, **said: Any) -> Any:
    asked = {**STAFF, "staff_id": 1, "restock": True, "reason": WHY} | said
    return transact(cannot_deliver, no=no, line_no=line_no, **asked)


def call_off(no: str, **said: Any) -> Any:
    return transact(cancel_by_staff, **({**STAFF, "staff_id": 1, "reason": WHY} | said), no=no)


def states(no: str) -> tuple[OrderState, list[PartState]]:
    return the_order(no).state, [part.state for part in parts(no)]


def notices(what: str) -> list[dict[str, Any]]:
    db.session.rollback()
    return [one.facts for one in db.session.scalars(select(Notice).where(Notice.what == what).order_by(Notice.id))]


def acts(act: str) -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id)))


def supplied(code: str) -> int:
    db.session.rollback()
    return db.session.scalars(select(Stock.supplied).where(Stock.sku_id == scene.sku_id(code))).one()


def test_what_people_cannot_deliver_comes_back_and_what_is_handed_out_stays(vault: Flask) -> None:
    transact(shelve)
    no = scene.order([(CARD, 1), (BY_HAND, 1)]).no
    assert states(no) == (OrderState.TO_SHIP, [PartState.PICKED])
    before, issued = points_of(), [one.id for one in codes(CodeState.ISSUED)]
    give_up(no, 2, source_address="10.0.0.9")
    assert states(no) == (OrderState.RECEIVED, [PartState.DONE])
    assert (points_of(), stock_of(BY_HAND)) == (before + 10_000, 5)
    assert [one.id for one in codes(CodeState.ISSUED)] == issued
    assert notices("line_failed") == [{"no": no, "points": 10_000, "fen": 0}]
    (entry,) = acts("order.cannot_deliver")
    assert (entry.actor, entry.address, entry.detail["reason"]) == ("staff:1", "10.0.0.9", WHY)
    told = next(one for one in mine.events_of(reading(), the_order(no)) if one.what.value == "line_failed")
    assert (told.by_mall, told.said) == (True, WHY)
    nothing_is_wrong()


def test_pieces_that_do_not_exist_are_written_off(set_up: Flask) -> None:
    no = scene.order([(COOKER, 2), (RICE, 1)]).no
    transact(pick, **STAFF, staff_id=1, no=no, part_no=1)
    give_up(no, 1, restock=False)
    assert (stock_of(), supplied(COOKER)) == (48, 48)
    assert states(no) == (OrderState.TO_SHIP, [PartState.PICKED])
    assert [(line.kept, line.quantity) for line in lines(no)] == [(0, 2), (1, 1)]
    nothing_is_wrong()
    transact(ship, **STAFF, staff_id=1, no=no, part_no=1, **SF)
    assert states(no) == (OrderState.SHIPPED, [PartState.SHIPPED])
    nothing_is_wrong()


@pytest.mark.parametrize("picked", [False, True])
def test_an_order_of_which_nothing_is_left_ends_and_all_its_money_goes_back(set_up: Flask, picked: bool) -> None:
    scene.priced_with_cash()
    before = points_of()
    no = scene.order(COOKER, 2, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT).no
    if picked:
        transact(pick, **STAFF, staff_id=1, no=no, part_no=1)
    give_up(no)
    assert states(no) == (OrderState.CANCELLED, [PartState.CANCELLED])
    assert (the_order(no).ended, points_of(), stock_of()) == (Ended.UNDELIVERABLE, before, 50)
    assert db.session.scalars(select(Refund.fen)).all() == [19_800]
    nothing_is_wrong()
    after = everything()
    give_up(no)
    assert everything() == after, "a second press changes nothing"


def test_a_line_that_was_given_up_is_given_up_once(set_up: Flask) -> None:
    no = scene.order([(COOKER, 1), (RICE, 1)]).no
    give_up(no, 2)
    after = everything()
    give_up(no, 2, reason="另一个原因", restock=False)
    assert everything() == after
    assert len(notices("line_failed")) == 1


def test_only_those_who_send_give_up_and_only_what_is_there(set_up: Flask) -> None:
    no = scene.order(COOKER).no
    before = everything()
    for role in set(StaffRole) - {StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR}:
        for verb in (give_up, call_off):
            with pytest.raises(Forbidden):
                verb(no, role=role)
    for said in ({"dealer_code": "NOBODY"}, {"dealer_code": f"D{DEALER + 1}"}):
        for verb in (give_up, call_off):
            with pytest.raises(NotFound):
                verb(no, **said)
    with pytest.raises(NotFound):
        give_up(no, 9)
    assert everything() == before


def test_what_is_out_of_the_brands_hands_is_not_given_up(set_up: Flask) -> None:
    sent, handed, taken = scene.order(COOKER).no, scene.order(CARD).no, scene.order(RICE).no
    transact(ship, **STAFF, staff_id=1, no=sent, part_no=1, **SF)
    transact(hand_over, **STAFF, staff_id=1, no=handed, part_no=1)
    transact(cancel, **OWNER, no=taken)
    before = everything()
    for no in (sent, handed, taken):
        with pytest.raises(NotNow):
            give_up(no)
        with pytest.raises(NotCancellable):
            call_off(no)
    assert everything() == before


def test_what_a_supplier_has_is_the_suppliers_to_end(set_up: Flask, clock: Clock) -> None:
    transact(shelve)
    no = scene.order([(PHONE, 1), (COOKER, 1)], accounts={1: "13800138000"}).no
    for _ in range(2):  # under way; then ended, and the order has not heard
        with pytest.raises(NotNow):
            give_up(no, 1)
        with pytest.raises(NotCancellable):
            call_off(no)
        one = db.session.scalars(select(TopUp)).one()
        where = {"dealer_id": DEALER, "top_up_id": one.id}
        if one.ended_at is None:
            transact(take_up, seal=SEAL)
            clock.tick(days=2)
            transact(settle, **where, done=True, reason="对方后台已到账", staff_id=1, role=StaffRole.FULFILMENT)
    give_up(no, 2)
    transact(conclude, **where)
    assert states(no) == (OrderState.RECEIVED, [PartState.DONE, PartState.CANCELLED])
    nothing_is_wrong()


def test_an_open_claim_about_what_was_given_up_is_over(set_up: Flask) -> None:
    no = scene.order([(COOKER, 1), (CARD, 1)]).no
    transact(hand_over, **STAFF, staff_id=1, no=no, part_no=2)
    made = claim(no, {1: 1}, ClaimKind.REFUND_ONLY, ClaimReason.LATE)
    give_up(no)
    assert fresh(made).state is ClaimState.WITHDRAWN
    assert states(no) == (OrderState.RECEIVED, [PartState.CANCELLED, PartState.DONE])
    nothing_is_wrong()


def test_the_brand_cancels_what_it_still_has_and_tells_why(set_up: Flask) -> None:
    before = points_of()
    no = scene.order([(COOKER, 1), (CARD, 1)]).no
    transact(pick, **STAFF, staff_id=1, no=no, part_no=1)
    call_off(no, source_address="10.0.0.9")
    assert states(no) == (OrderState.CANCELLED, [PartState.CANCELLED] * 2)
    assert (the_order(no).ended, points_of(), stock_of(), stock_of(CARD)) == (Ended.BY_STAFF, before, 50, 50)
    assert notices("cancelled_by_staff") == [{"no": no, "reason": WHY}]
    (entry,) = acts("order.cancel_by_staff")
    assert (entry.actor, entry.address, entry.detail["reason"]) == ("staff:1", "10.0.0.9", WHY)
    last = mine.events_of(reading(), the_order(no))[0]
    assert (last.why, last.said) == (Ended.BY_STAFF.name_shown, WHY)
    nothing_is_wrong()
    after = everything()
    call_off(no, reason="另一个原因")
    assert everything() == after


def test_the_brand_cancels_what_is_not_decided_yet(set_up: Flask) -> None:
    scene.priced_with_cash()
    before = points_of()
    unpaid = scene.order(COOKER, plan_id=scene.cash_plan(), gateway=GatewayName.WECHAT).no
    db.session.execute(update(Dealer).where(Dealer.id == DEALER).values(approval_over=1_000))
    db.session.commit()
    scene.add_member_now(DEALER, DEALER + 2_000)
    asked = scene.order(COOKER, member_id=DEALER + 2_000, role=MemberRole.BUYER).no
    assert [the_order(no).state.value for no in (unpaid, asked)] == ["awaiting_payment", "awaiting_approval"]
    for no in (unpaid, asked):
        with pytest.raises(NotNow):
            give_up(no)
        call_off(no)
        assert the_order(no).ended is Ended.BY_STAFF
    assert (points_of(), stock_of()) == (before, 50)
    assert PaymentState.OPEN not in db.session.scalars(select(Payment.state)).all()
    nothing_is_wrong()


def presses(what: str, no: str) -> str:
    """One person's press; gives the state of the order that it led to, or the code of the refusal."""
    staff: dict[str, Any] = {**STAFF, "no": no, "staff_id": 1}
    made = {"dealer_id": DEALER, "order_id": mine.order_of(reading(), DEALER, no).id, "line_no": 1}
    db.session.rollback()
    verbs: dict[str, Any] = {
        "give up": lambda: transact(cannot_deliver, **staff, line_no=1, restock=True, reason=WHY),
        "call off": lambda: transact(cancel_by_staff, **staff, reason=WHY),
        "deliver": lambda: transact(deliver, **made),
        "hand over": lambda: transact(hand_over, **staff, part_no=1),
        "ship": lambda: transact(ship, **staff, part_no=1, **SF),
        "cancel": lambda: transact(cancel, **OWNER, no=no),
        "approve": lambda: transact(approve, **OWNER, no=no, seal=SEAL),
    }
    return str(verbs[what]().state)


RACES = [
    ("give up", "deliver", CARD),
    ("give up", "hand over", CARD),
    ("give up", "cancel", COOKER),
    ("give up", "ship", COOKER),
    ("give up", "call off", COOKER),
    ("call off", "hand over", CARD),
    ("call off", "cancel", COOKER),
]


@pytest.mark.xdist_group("races")
@pytest.mark.parametrize(("mine_is", "other", "code"), RACES)
def test_given_up_and_something_else_at_once_it_is_one_of_them(
    set_up: Flask, database_url: str, clock: Clock, mine_is: str, other: str, code: str
) -> None:
    before = points_of()
    no = scene.order(code).no
    at_once(database_url, clock(), presses, [(mine_is, no), (other, no)] * 2)
    order = the_order(no)
    arrived = order.state is not OrderState.CANCELLED
    assert (points_of(), stock_of(code)) == (before - PRICES[code] * arrived, 50 - arrived)
    if arrived:
        assert [(one.kept, one.quantity) for one in lines(no)] == [(1, 1)]
        assert other in ("deliver", "hand over", "ship")
    told = notices("line_failed") + notices("cancelled_by_staff")
    assert len(told) == (not arrived and order.ended is not Ended.BY_MEMBER)
    nothing_is_wrong()


@pytest.mark.xdist_group("races")
def test_called_off_and_approved_at_once_it_is_one_after_the_other(
    set_up: Flask, database_url: str, clock: Clock
) -> None:
    db.session.execute(update(Dealer).where(Dealer.id == DEALER).values(approval_over=1_000))
    db.session.commit()
    scene.add_member_now(DEALER, DEALER + 2_000)
    before = points_of()
    no = scene.order(COOKER, member_id=DEALER + 2_000, role=MemberRole.BUYER).no
    at_once(database_url, clock(), presses, [("call off", no), ("approve", no)] * 2)
    order = the_order(no)
    assert (order.state, order.ended) == (OrderState.CANCELLED, Ended.BY_STAFF), "approved or not, it is not sent yet"
    assert (points_of(), stock_of()) == (before, 50)
    nothing_is_wrong()
