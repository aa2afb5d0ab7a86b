"""A programme, a partner and rules to earn by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from mall.earning.actions import add_partner, add_rule, deliver
from mall.earning.models import UnknownDealers
from mall.points.models import Programme
from mall.web.db import transact

Deliver = Callable[..., list[Any]]


def prepare(session: Any, now: Any) -> None:
    if session.get(Programme, 1) is None:
        session.add(Programme(id=1, name="测试", zone="Asia/Shanghai", currency="CNY", grace_days=7))
        session.flush()
    for source, unknown in (("dms", UnknownDealers.CREATE), ("erp", UnknownDealers.PARK)):
        add_partner(session, now, source=source, name=source, unknown_dealers=unknown, seal=None, actor="test")
    session.flush()
    add_rule(
        session,
        now,
        code="standard",
        from_on=date(2024, 1, 1),
        points_per_yuan=10_000,
        validity_months=24,
        categories={"wine": 20_000},
        flags={"custom_made": 15_000},
        actor="test",
    )


@pytest.fixture
def earning(app: Flask) -> Flask:
    """A mall on each engine with two partners: `dms` whose unknown dealers are created, `erp` whose are parked."""
    transact(prepare)
    return app


@pytest.fixture
def small(mall: Flask) -> Flask:
    """The same on SQLite alone."""
    transact(prepare)
    return mall


def body(external_id: str = "INV-1", revision: int = 1, fen: int = 10_000, **more: Any) -> dict[str, Any]:
    """A document of one line."""
    document = {
        "external_id": external_id,
        "revision": revision,
        "kind": "order",
        "dealer": {"code": "D-1"},
        "ordered_at": "2026-11-01T10:00:00+08:00",
        "lines": [{"sku": "A", "quantity": 1, "amount_fen": fen}],
    }
    return document | more


def send(*bodies: Any, source: str = "dms") -> list[Any]:
    """Hand documents over as a door does."""
    return deliver(transact, source=source, bodies=bodies)
