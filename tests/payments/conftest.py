"""Two networks on loopback, their clients, and a dealer who pays."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from mall.payments.gateways.alipay import Alipay
from mall.payments.gateways.wechat import WechatPay
from mall.sandbox import create
from mall.web.db import transact
from tests.cast import Cast, cast
from tests.conftest import Clock
from tests.payments.counterpart import Counterpart, alipay_json, counterpart, wechat_json
from tests.payments.road import Road, priced, road


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


@pytest.fixture(scope="session")
def kept_keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sandbox's keys, made once for all these tests."""
    folder = tmp_path_factory.mktemp("keys")
    create(folder, "http://127.0.0.1:1")
    row = sqlite3.connect(folder / "sandbox.db").execute("SELECT value FROM kept WHERE name = 'keys'").fetchone()
    return str(row[0])


@pytest.fixture
def way(mall: Flask, clock: Clock, tmp_path: Path, kept_keys: str) -> Iterator[Road]:
    """The whole road, on SQLite."""
    priced()
    with road(mall, clock, tmp_path / "sandbox", kept_keys) as opened:
        yield opened
