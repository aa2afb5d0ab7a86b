"""Orders of what is handed out: from the vault at once, by the supplier in the end, and back whole where it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.catalog.actions import ItemToPut, PlanToPut, SkuToPut, put_item
from mall.catalog.actions.plans import put_plans
from mall.catalog.models import Delivery, Kind, SoldOut
from mall.dealers.models import MemberRole, Notice, StaffRole
from mall.jobs.tasks import top_ups
from mall.orders.actions import cancel, close_unpaid, hand_over, put_back_on_shelf
from mall.orders.actions.deliver import deliver
from mall.orders.actions.top_ups import conclude
from mall.orders.models import NotCancellable, NotNow, RedemptionOrder
from mall.payments.models import GatewayName
from mall.rewards.actions import reveal_code
from mall.rewards.actions.top_ups import hear
from mall.rewards.actions.vault import look, take_in
from mall.rewards.models import CardCode, CodeState, TopUp, WrongAccount
from mall.rewards.rules.supplier import Told, Word
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.orders.scene import CARD, DEALER, SEAL, cash_plan, order, points_of, set_up, sku_id, stock_of
from tests.processes import at_once
from tests.rewards.played import MERCHANT, SECRET, Played, supplier
from tests.rewards.scene import PHONE as TOP_UP
from tests.rewards.scene import TERMS, ZONE

ACCOUNT = "13800138000"
BY_HAND = "KA-9-1"
"""A card code that is in no vault: people hand it out."""
HOOK = "/top-ups/notifications"


@pytest.fixture
def stage(app: Flask) -> Flask:
    transact(set_up)
    transact(shelve)
    transact(stock_vault)
    return app


@pytest.fixture
def played(stage: Flask, clock: Clock, tmp_path: Path) -> Iterator[Played]:
    """A supplier, and a mall that knows it."""
    with supplier(clock) as one:
        told = {"base_url": one.url, "merchant": MERCHANT, "secret": SECRET, "notify_url": f"https://localhost{HOOK}"}
        (tmp_path / "top_up.json").write_text(json.dumps(told))
        stage.extensions["settings"] = replace(stage.extensions["settings"], gateways=tmp_path)
        yield one


def shelve(session: Session, at: Any) -> None:
    put = ItemToPut(
        code="HF-100", category="home", kind=Kind.TOP_UP, brand="年轮", names={"zh_Hans": "话费直充 100 元"},
        terms=TERMS[TOP_UP], pictures=["card"], shelved_at=at, delivery=Delivery.INSTANT,
        skus=[SkuToPut(code=TOP_UP, points=10_000, on_hand=50)],
    )  # fmt: skip
    put_item(session, at, put)


def shelve_by_hand(session: Session, at: Any) -> None:
    put = ItemToPut(
        code="KA-9", category="home", kind=Kind.CARD_CODE, brand="年轮", names={"zh_Hans": "门店消费卡"},
        pictures=["card"], shelved_at=at, delivery=Delivery.INSTANT,
        skus=[SkuToPut(code=BY_HAND, points=3_000, on_hand=5)],
    )  # fmt: skip
    put_item(session, at, put)


def stock_vault(session: Session, at: Any) -> None:
    said: dict[str, Any] = {"zone": ZONE, "seal": SEAL, "actor": "staff:1"}
    codes = "\n".join(f"ORDER-{n}" for n in range(3))
    batch_id = look(session, at, sku_code=CARD, name="三张", text=codes, expires_on=None, **said)
    take_in(session, at, batch_id=batch_id, good=3, **said)


def the_order() -> RedemptionOrder:
    db.session.rollback()
    db.session.expunge_all()
    return db.session.scalars(select(RedemptionOrder).order_by(RedemptionOrder.id.desc())).first()  # type: ignore[return-value]


def counted(state: CodeState) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(CardCode).where(CardCode.state == state)) or 0


def test_codes_are_the_dealers_as_soon_as_the_order_is_placed(stage: Flask) -> None:
    order(CARD, 1)
    made = the_order()
    assert made.received_at is not None
    code = db.session.scalars(select(CardCode).where(CardCode.state == CodeState.ISSUED)).one()
    assert (code.dealer_id, code.order_id, code.order_no) == (DEALER, made.id, made.no)
    whose = {"dealer_id": DEALER, "order_id": made.id, "code_id": code.id, "member_id": DEALER}
    assert transact(reveal_code, role=MemberRole.OWNER, seal=SEAL, **whose).code.startswith("ORDER-")
    assert stock_of(CARD) == 2


def test_an_order_is_not_taken_back_once_some_of_its_codes_are_out(stage: Flask) -> None:
    transact(shelve_by_hand)
    order([(CARD, 1), (BY_HAND, 1)])
    made, before = the_order(), points_of()
    assert counted(CodeState.ISSUED) == 1
    owner: dict[str, Any] = {"dealer_id": DEALER, "member_id": DEALER, "role": MemberRole.OWNER, "no": made.no}
    desk: dict[str, Any] = {"dealer_code": f"D{DEALER}", "no": made.no, "part_no": 1, "staff_id": 1}
    desk["role"] = StaffRole.FULFILMENT
    with pytest.raises(NotNow):
        transact(put_back_on_shelf, **desk)
    with pytest.raises(NotCancellable):
        transact(cancel, **owner)
    assert points_of() == before
    assert transact(hand_over, **desk).received_at is not None


def test_an_order_that_waits_for_money_keeps_its_codes_and_gives_them_back(stage: Flask, clock: Clock) -> None:
    plans = [PlanToPut(points=50_000), PlanToPut(step=1, points=20_000, cash_fen=9_900)]
    transact(lambda session, at: put_plans(session, at, sku_id=sku_id(CARD), plans=plans, since=at))
    placed = order(CARD, 2, plan_id=cash_plan(CARD), gateway=GatewayName.WECHAT)
    assert (counted(CodeState.RESERVED), counted(CodeState.FREE), stock_of(CARD)) == (2, 1, 1)
    with pytest.raises(SoldOut):
        order(CARD, 2, plan_id=cash_plan(CARD), gateway=GatewayName.WECHAT)
    clock.at += timedelta(minutes=16)
    transact(close_unpaid, dealer_id=DEALER, order_id=placed.order_id)
    assert (counted(CodeState.RESERVED), counted(CodeState.FREE), stock_of(CARD)) == (0, 3, 3)


def test_a_top_up_that_fails_gives_points_and_stock_back_once(stage: Flask, played: Played, clock: Clock) -> None:
    before = points_of()
    order(TOP_UP, 2, accounts={1: ACCOUNT})
    assert (points_of(), stock_of(TOP_UP)) == (before - 20_000, 48)
    top_ups.run()
    played.outcome = "failed"
    for _ in range(3):
        clock.tick(minutes=61)
        top_ups.run()
    assert (points_of(), stock_of(TOP_UP)) == (before, 50)
    assert the_order().cancelled
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.what == "line_failed")) == 1
    assert len(played.sent) == 1


def test_a_top_up_that_is_done_ends_its_order(stage: Flask, played: Played, clock: Clock) -> None:
    order(TOP_UP, 1, accounts={1: ACCOUNT})
    played.outcome = "done"
    clock.tick(minutes=1)
    top_ups.run()
    made = the_order()
    assert made.received_at == clock.at
    assert not made.cancelled
    [ended] = db.session.scalars(select(TopUp)).all()
    for _ in range(3):  # the supplier's callback, and the worker once more
        transact(conclude, dealer_id=DEALER, top_up_id=ended.id)
        transact(deliver, dealer_id=DEALER, order_id=made.id, line_no=1)
    [told] = db.session.scalars(select(Notice).where(Notice.what == "topped_up")).all()
    assert (told.member_id, told.href) == (made.member_id, f"/orders/{made.no}")
    assert told.facts["no"] == made.no
    assert ACCOUNT not in str(told.facts)


def test_workers_at_once_tell_the_end_of_a_top_up_once(
    stage: Flask, played: Played, clock: Clock, database_url: str
) -> None:
    order(TOP_UP, 1, accounts={1: ACCOUNT})
    top_ups.run()
    [one] = db.session.scalars(select(TopUp)).all()
    told = {"dealer_id": DEALER, "top_up_id": one.id}
    transact(hear, told=Told(one.no, Word.DONE, "S1", "R-1"), by="supplier", **told)
    db.session.remove()
    at_once(database_url, clock.at, told_its_end, [(DEALER, told["top_up_id"])] * 4)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.what == "topped_up")) == 1


def told_its_end(dealer_id: int, top_up_id: int) -> None:
    transact(conclude, dealer_id=dealer_id, top_up_id=top_up_id)


def test_what_the_supplier_has_in_hand_is_neither_put_back_nor_handed_out_by_people(
    stage: Flask, played: Played
) -> None:
    order(TOP_UP, 1, accounts={1: ACCOUNT})
    top_ups.run()
    said: dict[str, Any] = {"dealer_code": f"D{DEALER}", "no": the_order().no, "part_no": 1, "staff_id": 1}
    for verb in (put_back_on_shelf, hand_over):
        with pytest.raises(NotNow):
            transact(verb, role=StaffRole.FULFILMENT, **said)
    with pytest.raises(NotCancellable):
        transact(cancel, dealer_id=DEALER, member_id=DEALER, role=MemberRole.OWNER, no=the_order().no)


def test_one_order_of_both_ends_by_the_slower(stage: Flask, played: Played, clock: Clock) -> None:
    order([(CARD, 1), (TOP_UP, 1)], accounts={1: ACCOUNT, 2: ACCOUNT})
    assert the_order().received_at is None
    assert counted(CodeState.ISSUED) == 1
    played.outcome = "failed"
    before = points_of()
    top_ups.run()
    assert points_of() == before + 10_000, "the code is kept, the top-up's points are back"
    made = the_order()
    assert (made.cancelled, made.received_at is not None) == (False, True)


def test_an_account_that_cannot_be_filled_takes_nothing(stage: Flask) -> None:
    before = points_of(), stock_of(TOP_UP)
    with pytest.raises(WrongAccount):
        order(TOP_UP, 1, accounts={1: "12345"})
    assert (points_of(), stock_of(TOP_UP)) == before


def test_a_callback_ends_the_order_however_often_it_comes(stage: Flask, played: Played, clock: Clock) -> None:
    before = points_of()
    order(TOP_UP, 1, accounts={1: ACCOUNT})
    top_ups.run()
    no = played.sent[0]
    played.outcome = "failed"
    body = json.dumps(played.told(no), ensure_ascii=False).encode()
    client = stage.test_client()
    for _ in range(3):
        answer = client.post(HOOK, data=body, headers=played.heads("POST", HOOK, body), csrf=False)
        assert answer.status_code == 200
    assert points_of() == before
    played.outcome = "done"
    late = json.dumps(played.told(no), ensure_ascii=False).encode()
    client.post(HOOK, data=late, headers=played.heads("POST", HOOK, late), csrf=False)
    assert points_of() == before
    assert db.session.scalars(select(TopUp)).one().failed


def test_a_callback_before_the_answer_to_the_order_counts(stage: Flask, played: Played, clock: Clock) -> None:
    order(TOP_UP, 1, accounts={1: ACCOUNT})
    played.way = "lose the answer"
    top_ups.run()
    played.way, played.outcome = "", "done"
    no = played.sent[0]
    body = json.dumps(played.told(no)).encode()
    stage.test_client().post(HOOK, data=body, headers=played.heads("POST", HOOK, body), csrf=False)
    assert the_order().received_at is not None


@pytest.mark.parametrize("wrong", ["secret", "age", "body", "unknown"])
def test_a_forged_callback_ends_nothing(stage: Flask, played: Played, clock: Clock, wrong: str) -> None:
    order(TOP_UP, 1, accounts={1: ACCOUNT})
    top_ups.run()
    said = played.told(played.sent[0]) | {"state": "failed"}
    if wrong == "unknown":
        said["no"] = "T0"
    body = json.dumps(said).encode()
    heads = played.heads(
        "POST", HOOK, body, secret="guess" if wrong == "secret" else SECRET, age=600 if wrong == "age" else 0
    )
    sent = body + b" " if wrong == "body" else body
    answer = stage.test_client().post(HOOK, data=sent, headers=heads, csrf=False)
    assert answer.status_code == (404 if wrong == "unknown" else 401)
    assert not the_order().cancelled
