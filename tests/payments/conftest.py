"""Two networks on loopback, their clients, and a dealer who pays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from mall.payments.gateways.alipay import Alipay
from mall.payments.gateways.wechat import WechatPay
from mall.web.db import transact
from tests.cast import Cast, cast
from tests.conftest import Clock
from tests.payments.counterpart import Counterpart, alipay_json, counterpart, wechat_json


@pytest.fixture
def network() -> Iterator[Counterpart]:
    with counterpart() as side:
        yield side


@pytest.fixture
def wechat(network: Counterpart, clock: Clock) -> WechatPay:
    return WechatPay(wechat_json(network.url), clock, 3.0)


@pytest.fixture
def alipay(network: Counterpart, clock: Clock) -> Alipay:
    return Alipay(alipay_json(network.url), clock, 3.0)


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])
