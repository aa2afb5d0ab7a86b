"""The scene of tests of orders, on each engine, and the cast with what it takes to order as they do on their phones."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from mall.dealers.actions import add_address
from mall.dealers.models import Address
from mall.web.db import db, transact
from tests.cast import Cast, SomeMember, SomeStaff, Visitor, cast, give_points, sign_in
from tests.orders import scene

LINAN = "浙江省/杭州市/临安区"


@pytest.fixture
def set_up(app: Flask) -> Flask:
    """A mall with two dealers and three rewards."""
    transact(scene.set_up)
    return app


@pytest.fixture
def owner(app: Flask, people: Cast) -> Visitor:
    """The owner's phone, signed in; `people` is each file's own."""
    return visit(app, people.owner)


def gathered(
    app: Flask, *, points: int = 100_000, limit: int | None = None, regions: Sequence[str] = (LINAN,)
) -> Cast:
    """The cast, each dealer with points and an address in each of the regions, and the scene's rewards."""
    everybody = transact(cast, seal=app.extensions["seal"])
    transact(scene.stock_up, limit=limit)
    for dealer in (everybody.linan, everybody.ningbo):
        give_points(dealer.id, points)
        for region in regions:
            transact(
                add_address,
                dealer_id=dealer.id,
                recipient="周敏",
                phone="13812346207",
                region=region,
                street="钱王街 826 号",
                seal=scene.SEAL,
                actor="system",
            )
    return everybody


def visit(app: Flask, who: SomeMember | SomeStaff | None = None) -> Visitor:
    """A browser, signed in as somebody."""
    app.test_client_class = Visitor
    client = app.test_client()
    assert isinstance(client, Visitor)
    if who is not None:
        sign_in(client, who)
    return client


def address_of(dealer_id: int) -> int:
    """The one address of a dealer."""
    return db.session.execute(select(Address.id).where(Address.dealer_id == dealer_id)).scalar_one()
