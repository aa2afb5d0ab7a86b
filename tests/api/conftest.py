"""A partner with a key, and a client that signs as the partner's system would."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from mall.earning.actions import add_partner, add_rule
from mall.earning.models import UnknownDealers
from mall.points.models import Programme
from mall.web.db import transact
from tests.conftest import Clock


@dataclass
class Partner:
    """A partner's system. `sign` is written here anew, from the documentation alone."""

    app: Flask
    clock: Clock
    key_id: str
    secret: str
    sent: list[dict[str, str]] = field(default_factory=list)

    def headers(self, method: str, target: str, body: bytes, **instead: str) -> dict[str, str]:
        at = instead.get("timestamp", str(int(self.clock().timestamp())))
        nonce = instead.get("nonce", secrets.token_urlsafe(12))
        text = f"{method}\n{target}\n{at}\n{nonce}\n{sha256(body).hexdigest()}"
        signature = hmac.new(instead.get("secret", self.secret).encode(), text.encode(), sha256).hexdigest()
        signed = {
            "X-Mall-Key": instead.get("key", self.key_id),
            "X-Mall-Timestamp": at,
            "X-Mall-Nonce": nonce,
            "X-Mall-Signature": signature,
        }
        self.sent.append(signed)
        return signed

    def post(self, path: str, body: Any, **instead: str) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = self.headers("POST", path, raw, **instead)
        return self.app.test_client().post(path, data=raw, content_type="application/json", headers=headers)

    def get(self, target: str, **instead: str) -> TestResponse:
        return self.app.test_client().get(target, headers=self.headers("GET", target, b"", **instead))


def join(session: Any, now: Any, *, seal: Any) -> Any:
    session.add(Programme(id=1, name="测试", zone="Asia/Shanghai", currency="CNY", grace_days=7))
    session.flush()
    facts = {"unknown_dealers": UnknownDealers.CREATE, "seal": seal, "actor": "test"}
    key = add_partner(session, now, source="dms-east", name="华东 DMS", **facts)
    other = add_partner(session, now, source="erp", name="ERP", **facts | {"unknown_dealers": UnknownDealers.PARK})
    add_rule(
        session,
        now,
        code="standard",
        from_on=date(2024, 1, 1),
        points_per_yuan=10_000,
        validity_months=24,
        flags={"custom_made": 15_000},
        actor="test",
    )
    return key, other


@pytest.fixture
def partners(app: Flask, clock: Clock) -> tuple[Partner, Partner]:
    """`dms-east`, whose unknown dealers are created, and `erp`, whose are parked."""
    return known_to(app, clock)


@pytest.fixture
def dms(partners: tuple[Partner, Partner]) -> Partner:
    return partners[0]


@pytest.fixture
def on_sqlite(mall: Flask, clock: Clock) -> Partner:
    """`dms-east` on SQLite alone."""
    return known_to(mall, clock)[0]


def known_to(app: Flask, clock: Clock) -> tuple[Partner, Partner]:
    keys = transact(join, seal=app.extensions["seal"])
    first, second = (Partner(app, clock, key.key_id, key.secret) for key in keys)
    return first, second


def body(external_id: str = "INV-1", revision: int = 1, fen: int = 10_000, **more: Any) -> dict[str, Any]:
    """A document of one line."""
    return {
        "external_id": external_id,
        "revision": revision,
        "kind": "order",
        "dealer": {"code": "D-1"},
        "ordered_at": "2026-11-01T10:00:00+08:00",
        "lines": [{"sku": "A", "quantity": 1, "amount_fen": fen}],
    } | more
