"""What a dealer reads about points: every page works without script, and every kind of movement says why."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall.web.db import transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import Clock
from tests.points.ledger import Ledger


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


@pytest.fixture
def client(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.buyer)
    return client


@pytest.fixture
def ledger(people: Cast) -> Ledger:
    return Ledger(people.linan.id)


def read(client: FlaskClient, url: str, status: int = 200, **headers: str) -> str:
    answer = client.get(url, base_url="https://localhost", headers=headers)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_pages(client: FlaskClient, ledger: Ledger) -> None:
    read(client, "/points")
    ledger.earn(100)
    print(words(read(client, "/points")))
    read(client, "/points/lots")
    read(client, "/points/lots?state=closed")
    read(client, "/points/movements/1")
    read(client, "/points/balance")
