"""A small catalogue for tests: three shelves, rewards with pinyin, codes and brands to be found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from mall.catalog.actions import ItemToPut, SkuToPut, put_category, put_item
from mall.catalog.models import Kind
from mall.dealers.models import StaffRole, Tier
from mall.web.db import db, transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import ENGINES, Clock, Databases, running
from tests.once import once

NOVEMBER = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
"""A Thursday in November, 20:00 in Shanghai."""
ANYWHERE: dict[str, Any] = {"tier": Tier.BASE, "region": ""}
"""A dealer that nothing but everybody's prices is meant for."""


def spoken(hans: str, hant: str = "", en: str = "") -> dict[str, str]:
    """A text in the three languages; what is not given is like the first."""
    return {"zh_Hans": hans, "zh_Hant": hant or hans, "en": en or hans}


def colour(hans: str) -> dict[str, Any]:
    return {"name": spoken("颜色", "顏色", "Colour"), "value": spoken(hans)}


def size(hans: str) -> dict[str, Any]:
    return {"name": spoken("容量", "容量", "Capacity"), "value": spoken(hans)}


def thermos(now: datetime) -> ItemToPut:
    """A thermos in two colours and two sizes; pine comes in 750ml alone, white is sold out."""
    return ItemToPut(
        code="TB-750-TI",
        category="home",
        kind=Kind.PHYSICAL,
        brand="临泉 Linquan",
        names=spoken("钛合金保温杯 轻量真空", "鈦合金保溫杯 輕量真空", "Titanium thermos"),
        subtitles=spoken("纯钛内胆"),
        pictures=["thermos"],
        list_price_fen=69900,
        limit_per_dealer=5,
        pick_position=1,
        shelved_at=now - timedelta(days=30),
        skus=[
            SkuToPut(code="TB-500-GREY", points=18_600, attributes=[colour("钛灰"), size("500ml")], on_hand=3),
            SkuToPut(code="TB-750-GREY", points=28_600, attributes=[colour("钛灰"), size("750ml")], on_hand=4),
            SkuToPut(code="TB-750-PINE", points=28_600, attributes=[colour("松绿"), size("750ml")], on_hand=2),
            SkuToPut(code="TB-500-WHITE", points=18_600, attributes=[colour("暖白"), size("500ml")], on_hand=0),
        ],
    )


def plain_item(now: datetime, n: int, category: str = "office") -> ItemToPut:
    """The n-th of many alike: 1,000 points times n, every fifth sold out, every seventh picked."""
    return ItemToPut(
        code=f"OF-{n:03d}",
        category=category,
        kind=Kind.PHYSICAL,
        brand="石墨 Graphite",
        names=spoken(f"办公本册 {n} 号", f"辦公本冊 {n} 號", f"Notebook no. {n}"),
        pick_position=100 + n if n % 7 == 0 else None,
        shelved_at=now - timedelta(days=n % 11),
        skus=[SkuToPut(code=f"OF-{n:03d}-1", points=1000 * n, on_hand=0 if n % 5 == 0 else n)],
    )


@once
def stock_up(session: Session, now: datetime) -> None:
    """The whole small catalogue: 47 rewards on the shelf, one off it."""
    for position, (code, hans, hant, en) in enumerate((
        ("home", "生活日用", "生活日用", "Home"),
        ("office", "数码办公", "數碼辦公", "Office"),
        ("virtual", "卡券充值", "卡券充值", "Cards"),
        ("empty", "酒茶礼盒", "酒茶禮盒", "Gift boxes"),
    )):
        put_category(session, now, code=code, icon="gift", names=spoken(hans, hant, en), position=position)
    put_item(session, now, thermos(now))
    for n in range(1, 46):
        put_item(session, now, plain_item(now, n))
    put_item(
        session,
        now,
        ItemToPut(
            code="CARD-500",
            category="virtual",
            kind=Kind.CARD_CODE,
            brand="环宇",
            names=spoken("全国加油卡 500 元", "全國加油卡 500 元", "Fuel card ¥500"),
            shelved_at=now,
            skus=[SkuToPut(code="CARD-500-1", points=50_000, on_hand=9)],
        ),
    )
    put_item(
        session,
        now,
        ItemToPut(
            code="HIDDEN-1",
            category="home",
            kind=Kind.PHYSICAL,
            brand="临泉",
            names=spoken("还没上架的保温杯"),
            skus=[SkuToPut(code="HIDDEN-1-1", points=10, on_hand=9)],
        ),
    )


@pytest.fixture
def stocked(app: Flask) -> Flask:
    """A mall with the small catalogue, on each engine, to be changed as one likes."""
    transact(stock_up)
    return app


@pytest.fixture
def stocked_sqlite(mall: Flask) -> Flask:
    """The same on SQLite alone, for what no engine plays a part in."""
    transact(stock_up)
    return mall


@pytest.fixture
def people(mall: Flask) -> Cast:
    """The people of the tests, in a mall with the small catalogue."""
    everybody = transact(cast, seal=mall.extensions["seal"])
    transact(stock_up)
    return everybody


@pytest.fixture
def desk(mall: Flask, people: Cast) -> FlaskClient:
    """A merchandiser's browser."""
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.MERCHANDISER])
    return client


@pytest.fixture
def boss(mall: Flask, people: Cast) -> FlaskClient:
    """The administrator's browser: a second pair of hands."""
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.ADMINISTRATOR])
    return client


def words(answer: Any, status: int = 200) -> str:
    """What a page says, without its tags."""
    html = answer.get_data(as_text=True)
    assert answer.status_code == status, html[:3000]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture(scope="module", params=ENGINES)
def shelves(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """The same for a whole module that only looks: stocking it takes longer than most looks."""
    url = str(getattr(databases, request.param)())
    for application in running(url, Clock(NOVEMBER)):
        transact(stock_up)
        yield application
    databases.take_back(url)


@pytest.fixture
def looked(shelves: Flask) -> Iterator[Flask]:
    """The module's mall; whatever a test tried in its session is undone."""
    yield shelves
    db.session.rollback()


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements sent meanwhile, without those that begin and end transactions."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
