"""Inside WeChat Alipay does not open: the page gives an address for a browser, which carries no right of its own."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from mall.dealers.actions import begin_member
from mall.payments.models import GatewayName
from mall.web.db import transact
from tests.cast import DEVICE
from tests.orders import scene
from tests.payments.road import PHONE, WECHAT, Road, order_with_cash

HTTPS = "https://localhost"


def address(way: Road, no: str) -> str:
    found = re.search(r'id="pay-address">([^<]+)<', way.see(no, WECHAT).text)
    assert found
    return unescape(found[1])


def visit(client: FlaskClient, url: str, agent: str = PHONE) -> tuple[int, str, str]:
    parts = urlsplit(url)
    answer = client.get(f"{parts.path}?{parts.query}", base_url=HTTPS, headers={"User-Agent": agent})
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def test_the_address_is_shown_inside_wechat_alone_and_leads_to_alipay_chosen(way: Road) -> None:
    order = order_with_cash()
    url = address(way, order.no)
    assert urlsplit(url).path == f"/orders/{order.no}/payment"
    assert f'data-copy="{url.replace("&", "&amp;")}"' in way.see(order.no, WECHAT).text
    assert "pay-address" not in way.see(order.no).text
    status, _, text = visit(way.client, url)
    assert status == 200
    assert re.search(r'value="alipay" checked', text)
    assert way.press(order.no, "alipay").status_code == 303
    assert way.payments(order.no)[0].gateway is GatewayName.ALIPAY


def test_whoever_opens_it_signs_in_first_and_comes_back_to_this_very_page(way: Road) -> None:
    order = order_with_cash()
    url = address(way, order.no)
    status, where, _ = visit(way.app.test_client(), url)
    assert status == 303
    assert urlsplit(where).path == "/sign-in"
    assert parse_qs(urlsplit(where).query)["next"] == [f"/orders/{order.no}/payment?gateway=alipay"]


def test_it_opens_nothing_for_another_dealer(way: Road) -> None:
    order = order_with_cash()
    url = address(way, order.no)
    other = way.app.test_client()
    token = transact(begin_member, dealer_id=scene.DEALER + 1, member_id=scene.DEALER + 1, device=DEVICE)
    other.set_cookie("__Host-mall", token, secure=True)
    assert visit(other, url)[0] == 404


def test_once_paid_or_closed_it_leads_to_the_order(way: Road) -> None:
    order = order_with_cash()
    url = address(way, order.no)
    way.press(order.no, "alipay")
    way.pay(way.payments(order.no)[0])
    way.post()
    status, where, _ = visit(way.client, url)
    assert (status, urlsplit(where).path) == (303, f"/orders/{order.no}")

    late = order_with_cash()
    url = address(way, late.no)
    way.clock.tick(minutes=16)
    assert "pay-address" not in way.see(late.no, WECHAT).text, "nobody is sent to pay what is over"
    way.work("close-unpaid")
    status, where, _ = visit(way.client, url)
    assert (status, urlsplit(where).path) == (303, f"/orders/{late.no}")
