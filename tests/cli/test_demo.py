"""The demo: seeded once, seeded again, seeded on another day, it is the same mall."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image
from sqlalchemy import func, select

from mall import create_app
from mall.audit.models import AuditEntry
from mall.catalog.actions import restock
from mall.catalog.models import Because, Item, Reason, Sku, Stock, Term
from mall.catalog.queries import Filters, categories, items
from mall.cli.demo.catalogue import written
from mall.config import Settings
from mall.dealers.models import Address, Dealer, Member, Staff, Tier
from mall.orders.actions.after_sales import photo_place
from mall.orders.models import Claim, ClaimEvent, ClaimKind, ClaimPhoto, ClaimState, OrderState, RedemptionOrder
from mall.orders.queries.proof import Looked, order_faults
from mall.points.models import Entry, Journal
from mall.points.queries import balance, balances_as_of
from mall.web.db import db, now, reading, transact
from tests.conftest import SECRET, Clock
from tests.points.checkpointing import write_key

COUNTED = (
    Item, Sku, Term, Member, Staff, Address, RedemptionOrder, Journal, Entry, Claim, ClaimEvent, ClaimPhoto, AuditEntry,
)  # fmt: skip


@pytest.fixture
def shown(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    """A demonstration mall, on each engine."""
    outside = {"checkpoint_folder": tmp_path / "checkpoints", "checkpoint_key": write_key(tmp_path / "key.pem")}
    app = create_app(Settings(database_url=database_url, secret_key=SECRET, testing=True, demo=True, **outside), clock)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def seed(app: Flask) -> str:
    ran = FlaskCliRunner(app).invoke(args=["demo", "seed"])
    assert ran.exit_code == 0, ran.output
    return ran.output


def mall_now() -> dict[str, Any]:
    """How many there are of everything, and what every dealer has."""
    session = reading()
    seen: dict[str, Any] = {
        model.__tablename__: session.scalar(select(func.count()).select_from(model)) for model in COUNTED
    }
    seen["balances"] = [(row.dealer_code, row.available, row.debt) for row in balances_as_of(session, now())]
    session.rollback()
    return seen


def test_seeding_again_changes_nothing_even_on_another_day(shown: Flask, clock: Clock) -> None:
    said = seed(shown)
    assert "13805716207" in said
    first = mall_now()
    transact(restock, sku_code="AP-1001-G", by=-6, because=Because(Reason.DAMAGED, "", "test"))
    seed(shown)
    assert mall_now() == first
    clock.tick(days=1, hours=5)
    seed(shown)
    assert mall_now() == first
    left = reading().scalar(select(Stock.on_hand).join(Sku, Sku.id == Stock.sku_id).where(Sku.code == "AP-1001-G"))
    assert left == 30


def test_the_demo_has_something_of_everything(shown: Flask) -> None:
    seed(shown)
    session, at = reading(), now()
    dealers = {row.code: row.id for row in session.execute(select(Dealer.code, Dealer.id))}
    linan = balance(session, dealers["LA0571"], at)
    assert linan.available > 100_000
    assert linan.soon_points == 4_800
    assert balance(session, dealers["SX0575"], at).debt > 0
    states = session.scalars(select(RedemptionOrder.state).where(RedemptionOrder.dealer_id == dealers["LA0571"])).all()
    assert {OrderState.TO_SHIP, OrderState.CANCELLED, OrderState.AWAITING_APPROVAL} <= set(states)
    claims = session.execute(select(Claim.kind, Claim.state)).all()
    assert {kind for kind, _ in claims} == set(ClaimKind)
    assert {state for _, state in claims} >= {
        ClaimState.APPLIED, ClaimState.CHECKING, ClaimState.RETURN_AWAITED, ClaimState.RETURNED, ClaimState.DONE,
        ClaimState.DECLINED,
    }  # fmt: skip
    photo = session.execute(select(ClaimPhoto.claim_id, ClaimPhoto.image_sealed)).first()
    assert photo is not None
    picture = shown.extensions["seal"].open_bytes(photo.image_sealed, photo_place(photo.claim_id, 1))
    assert Image.open(BytesIO(picture)).size == (800, 600)
    looked = Looked()
    assert list(order_faults(session, at, looked)) == []
    assert looked.orders >= 18
    assert len([code for code in dealers if code.startswith("OR-")]) > 10
    anywhere: dict[str, Any] = {"tier": Tier.BASE, "region": ""}
    shelves = categories(session, at)
    assert len(shelves) == 8
    assert all(shelf.count for shelf in shelves)
    assert sum(shelf.count for shelf in shelves) == len(written()["item"]) >= 60
    for q in ("保温", "baowenbei", "bwb", "保溫杯", "vacuum flask", "HM-4001"):
        found = items(session, at, Filters(q=q), available=0, **anywhere).entries
        assert "HM-4001" in [entry.code for entry in found]


def test_every_reward_is_told_in_three_languages() -> None:
    for item in written()["item"]:
        for texts in (item["name"], item["subtitle"], item["description"]):
            assert set(texts) == {"zh_Hans", "zh_Hant", "en"}, item["code"]
            assert all(text.strip() for text in texts.values()), item["code"]


def test_a_mall_that_serves_real_dealers_is_not_seeded(app: Flask) -> None:
    for command in ("seed", "reset"):
        ran = FlaskCliRunner(app).invoke(args=["demo", command])
        assert ran.exit_code == 1
        assert "MALL_DEMO=1" in ran.output
    assert reading().scalar(select(func.count()).select_from(Dealer)) == 0
