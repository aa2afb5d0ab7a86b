"""Checkout with cash, freight, top-ups and the owner's limits: what was seen is charged, or it is asked again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from flask import Flask
from sqlalchemy import select, update

from mall.catalog.actions import put_freight_template, rules_from
from mall.catalog.models import Item, PricePlan
from mall.dealers.models import Dealer, Member
from mall.orders.models import OrderState, RedemptionOrder
from mall.orders.rules import opened, signed
from mall.payments.actions import Counter
from mall.payments.models import GatewayName
from mall.web.db import db, transact
from tests.cast import Cast, Visitor, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.conftest import gathered
from tests.orders.scene import CARD, COOKER, SEAL, everything, orders, points_of

URL = f"/orders/new?sku={COOKER}&quantity=1"


@pytest.fixture
def people(app: Flask) -> Cast:
    """The cast with points; the cooker costs points, or 2,000 points and ¥99, and freight by province."""
    everybody = gathered(
        app, regions=("浙江省/杭州市/临安区", "新疆维吾尔自治区/伊犁州/伊宁市", "西藏自治区/拉萨市/城关区")
    )
    scene.priced_with_cash()
    return everybody


def by_freight(session: Any, at: Any) -> None:
    rules = [
        {"provinces": ["新疆"], "first_fen": 1_500, "further_fen": 500},
        {"provinces": ["西藏"], "delivered": False},
        {"first_fen": 0},
    ]
    made = put_freight_template(session, at, code="far", name="偏远", rules=rules_from(rules), actor="staff:1")
    session.execute(update(Item).where(Item.code == "CK-5L").values(freight_template_id=made))


@pytest.fixture(scope="module")
def alipay_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a gateway that is set up: with keys of its own, and nobody at the other end."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    here = "http://127.0.0.1:9"
    holds = {
        "base_url": here, "app_id": "2026", "seller_id": "2088", "private_key": private, "alipay_public_key": public,
        "notify_url": here, "return_url": here,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("gateways")
    (folder / "alipay.json").write_text(json.dumps(holds))
    return folder


@pytest.fixture
def alipay(app: Flask, alipay_file: Path, clock: Clock) -> None:
    """Alipay is set up here."""
    app.extensions["counter"] = Counter(alipay_file, clock)


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def addresses(page: str) -> list[str]:
    return re.findall(r'name="address" value="(\d+)"', page)


def filled(page: str, **said: str) -> dict[str, str]:
    form = {"quote": field(page, "quote"), "remark": ""}
    checked = re.search(r'name="address" value="(\d+)"[^>]* checked', page)
    return form | ({"address": checked[1]} if checked else {}) | said


def with_cash() -> str:
    return f"{URL}&plan={scene.cash_plan()}"


def the_order() -> RedemptionOrder:
    db.session.rollback()
    return db.session.scalars(select(RedemptionOrder)).one()


def test_another_price_is_another_bill_with_the_ways_to_pay(owner: Visitor) -> None:
    page = owner.get(URL).text
    assert "怎么付" not in page
    part = owner.post(URL, data={"plan": str(scene.cash_plan())}, headers={"HX-Request": "true", "HX-Target": "bill"})
    assert "¥99.00 怎么付" in part.text
    assert "挂账" in part.text
    assert "微信支付" not in part.text, "only what is set up is offered"
    assert 'id="pay" hx-swap-oob="true"' in part.text


def test_on_account_is_charged_and_ordered_at_once(owner: Visitor, people: Cast) -> None:
    page = owner.get(with_cash()).text
    answer = owner.post("/orders", data=filled(page, gateway="on_account", plan=str(scene.cash_plan()), quantity="1"))
    assert answer.status_code == 303, answer.text
    made = the_order()
    assert (made.points, made.cash_fen, made.state, made.gateway) == (
        2_000, 9_900, OrderState.TO_SHIP, GatewayName.ON_ACCOUNT,
    )  # fmt: skip
    assert points_of(people.linan.id) == 98_000


@pytest.mark.usefixtures("alipay")
def test_a_gateway_outside_leads_to_its_payment_and_holds_until_then(
    owner: Visitor, people: Cast, clock: Clock
) -> None:
    page = owner.get(with_cash()).text
    assert "支付宝" in page
    answer = owner.post("/orders", data=filled(page, gateway="alipay"))
    made = the_order()
    assert answer.location == f"/orders/{made.no}/payment"
    assert made.state is OrderState.AWAITING_PAYMENT
    assert made.close_at == clock() + timedelta(minutes=15)


def test_cash_without_a_way_to_pay_is_asked_for(owner: Visitor) -> None:
    page = owner.get(with_cash()).text
    before = everything()
    for said in ({}, {"gateway": ""}, {"gateway": "gold"}, {"gateway": "wechat"}):
        answer = owner.post("/orders", data=filled(page, **said))
        assert answer.status_code == 422
        assert "请选择现金部分的支付方式" in answer.text
    assert everything() == before


def test_what_was_quoted_cannot_be_made_cheaper(owner: Visitor, people: Cast) -> None:
    page = owner.get(URL).text
    token = field(page, "quote")
    own = {"dealer_id": people.linan.id, "member_id": people.owner.id}
    quote = opened(token, SEAL, **own)
    cheap = replace(quote, lines=tuple(replace(line, points_each=1) for line in quote.lines))
    forged = [
        signed(cheap, type(SEAL)("another secret")),
        signed(cheap, SEAL).split(".")[0] + "." + token.split(".")[1],
        token[:-4] + "AAA=",
        signed(replace(quote, member_id=people.buyer.id), SEAL),
        signed(replace(quote, dealer_id=people.ningbo.id, member_id=people.other_owner.id), SEAL),
    ]
    before = everything()
    for one in forged:
        assert owner.post("/orders", data=filled(page) | {"quote": one}).status_code == 422
    assert everything() == before


def test_a_quote_is_used_once_and_tells_its_order_ever_after(owner: Visitor, people: Cast, clock: Clock) -> None:
    form = filled(owner.get(URL).text)
    first = owner.post("/orders", data=form)
    clock.tick(minutes=40)
    assert owner.post("/orders", data=form).location == first.location
    assert (orders(), points_of(people.linan.id)) == (1, 81_200)


def test_a_page_that_stood_open_too_long_is_asked_again(owner: Visitor, people: Cast, clock: Clock) -> None:
    form = filled(owner.get(URL).text, remark="放门卫")
    clock.tick(minutes=16)
    before = everything()
    answer = owner.post("/orders", data=form)
    assert answer.status_code == 409
    assert "停留得太久" in answer.text
    assert 'value="放门卫"' in answer.text
    assert everything() == before
    assert owner.post("/orders", data=filled(answer.text)).status_code == 303


def test_a_price_withdrawn_in_mid_checkout_is_asked_again(owner: Visitor, people: Cast, clock: Clock) -> None:
    form = filled(owner.get(with_cash()).text, gateway="on_account")
    db.session.execute(update(PricePlan).where(PricePlan.cash_fen > 0).values(withdrawn_at=clock()))
    db.session.commit()
    before = everything()
    answer = owner.post("/orders", data=form)
    assert answer.status_code == 409
    assert "价格刚刚有变化" in answer.text
    assert "18,800" in answer.text
    assert everything() == before


def test_what_was_changed_without_asking_for_the_sum_is_asked_again(owner: Visitor) -> None:
    page = owner.get(URL).text
    before = everything()
    for said in ({"quantity": "2"}, {"plan": str(scene.cash_plan())}):
        answer = owner.post("/orders", data=filled(page, **said))
        assert answer.status_code == 409
        assert "请看一眼新的合计" in answer.text
    assert everything() == before


def test_freight_follows_the_address(owner: Visitor, people: Cast) -> None:
    transact(by_freight)
    page = owner.get(URL).text
    near = field(page, "quote")
    fares = {}
    for one in addresses(page):
        part = owner.post(URL, data={"address": one}, headers={"HX-Request": "true", "HX-Target": "bill"}).text
        fares["far" if "¥15.00" in part else "never" if "送不到这个地址" in part else "near"] = one
    assert set(fares) == {"near", "far", "never"}
    before = everything()
    answer = owner.post("/orders", data={"quote": near, "address": fares["far"], "remark": "放门卫"})
    assert answer.status_code == 409, "another freight than was seen is asked about"
    assert "¥15.00" in answer.text
    assert "放门卫" in answer.text
    answer = owner.post("/orders", data={"quote": near, "address": fares["never"]})
    assert answer.status_code in {409, 422}
    assert "送不到这个地址" in answer.text
    assert everything() == before
    page = owner.post(URL, data={"address": fares["far"], "remark": "放门卫"}).text
    assert 'value="放门卫"' in page, "asking for the sum without script keeps what was typed"
    assert owner.post("/orders", data=filled(page, gateway="on_account")).status_code == 303
    assert (the_order().freight_fen, the_order().pay_fen) == (1_500, 1_500)


def test_another_address_of_the_same_freight_needs_no_second_look(owner: Visitor, people: Cast) -> None:
    page = owner.get(URL).text
    other = next(one for one in addresses(page) if one != filled(page)["address"])
    assert owner.post("/orders", data=filled(page) | {"address": other}).status_code == 303


def test_another_dealers_address_is_none(owner: Visitor, people: Cast) -> None:
    sign_in(owner, people.other_owner)
    theirs = addresses(owner.get(URL).text)[0]
    sign_in(owner, people.owner)
    page = owner.get(URL).text
    before = everything()
    answer = owner.post("/orders", data=filled(page) | {"address": theirs})
    assert answer.status_code == 422
    assert "请选择收货地址" in answer.text
    assert everything() == before


def test_a_top_up_needs_its_number_and_keeps_it(owner: Visitor, people: Cast) -> None:
    db.session.execute(
        update(Item)
        .where(Item.code == "FUEL-500")
        .values(kind="top_up", terms={"account": "phone", "product": "P100", "fen": 10_000})
    )
    db.session.commit()
    page = owner.get(f"/orders/new?sku={CARD}").text
    assert "充值手机号" in page
    before = everything()
    answer = owner.post("/orders", data=filled(page, **{"account-1": " "}))
    assert answer.status_code == 422
    assert "请填写要充值的号码" in answer.text
    assert everything() == before
    again = owner.post("/orders", data=filled(page, **{"account-1": "13905711188", "quantity": "2"}))
    assert 'value="13905711188"' in again.text
    assert owner.post("/orders", data=filled(page, **{"account-1": "13905711188"})).status_code == 303


def test_what_the_owner_set_is_said_before_and_holds(owner: Visitor, people: Cast) -> None:
    db.session.execute(update(Dealer).values(approval_over=10_000))
    db.session.execute(update(Member).where(Member.id == people.buyer.id).values(monthly_cap=30_000))
    db.session.commit()
    sign_in(owner, people.buyer)
    page = owner.get(URL).text
    assert "超过 10,000 积分要老板批准" in page
    assert "还可以兑换 30,000 积分" in page
    answer = owner.post("/orders", data=filled(page))
    made = the_order()
    assert made.state is OrderState.AWAITING_APPROVAL
    assert answer.location == f"/orders/{made.no}"
    assert "已提交老板审批" in owner.get(answer.location).text
    page = owner.get(URL).text
    assert "超出你本月的兑换额度" in page
    before = everything()
    assert owner.post("/orders", data=filled(page)).status_code in {403, 409}
    assert everything() == before


def test_so_many_points_ask_for_a_second_factor_and_the_form_stays(owner: Visitor, people: Cast) -> None:
    db.session.execute(update(Dealer).values(second_factor_over=5_000))
    db.session.commit()
    page = owner.get(URL).text
    assert "验证本人" in page
    answer = owner.post("/orders", data=filled(page, remark="放门卫"))
    assert answer.status_code in {403, 409, 422}
    assert 'value="放门卫"' in answer.text
    assert orders() == 0


@pytest.mark.usefixtures("alipay")
def test_the_windows_are_the_operators(app: Flask, owner: Visitor, people: Cast, clock: Clock) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], pay_within_minutes=5, approve_within_hours=2)
    owner.post("/orders", data=filled(owner.get(with_cash()).text, gateway="alipay"))
    assert the_order().close_at == clock() + timedelta(minutes=5)
