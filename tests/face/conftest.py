"""A small catalogue, its people, and what tests of the face say often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall.dealers.models import Scope, StaffRole
from mall.face.actions import By, publish
from mall.face.models import Block, Document
from mall.face.queries.checks import Known
from mall.face.queries.versions import draft
from mall.web.db import reading, transact
from tests.cast import Cast, cast, give_points, sign_in
from tests.catalog.conftest import NOVEMBER, stock_up
from tests.conftest import Clock, Databases, running

BY = By(actor="staff:1", address="192.0.2.9")
OTHER = By(actor="staff:2")
EAST = By(actor="staff:3", scope=Scope("华东"))
ANYWHERE = Known(leads=lambda _path: True, drawn=lambda _key: True)


def document() -> Document:
    """The draft's document as it stands."""
    reading().rollback()
    return draft(reading()).document


def revision() -> int:
    """The draft's revision as it stands."""
    reading().rollback()
    return draft(reading()).revision


def block(what: str) -> Block:
    """The draft's last block of a kind."""
    found: Block = [one for one in document()["blocks"] if one["what"] == what][-1]
    return found


def go_live(by: By = BY) -> int:
    """Publish the draft as it stands."""
    return transact(publish, revision=revision(), words="", known=ANYWHERE, by=by)


def said(answer: Any, status: int = 200) -> str:
    """An answer's words, one space between them."""
    html = answer.get_data(as_text=True)
    assert answer.status_code == status, html[:3000]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.fixture
def clock() -> Clock:
    return Clock(NOVEMBER)


@pytest.fixture
def mall(databases: Databases, clock: Clock) -> Iterator[Flask]:
    url = databases.sqlite()
    yield from running(url, clock)
    databases.take_back(url)


@pytest.fixture
def people(mall: Flask) -> Cast:
    """The small catalogue, and 临安恒泰商贸 with 30,000 points."""
    everybody = transact(cast, seal=mall.extensions["seal"])
    transact(stock_up)
    give_points(everybody.linan.id, 30_000)
    return everybody


@pytest.fixture
def desk(mall: Flask, people: Cast) -> FlaskClient:
    """A merchandiser's browser."""
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.MERCHANDISER])
    return client


@pytest.fixture
def owner(mall: Flask, people: Cast) -> FlaskClient:
    """The browser of the owner of 临安恒泰商贸."""
    client = mall.test_client()
    sign_in(client, people.owner)
    return client
