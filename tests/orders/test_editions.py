"""What a region says of a reward follows its dealers all the way: cart, wishes, checkout, the order, the alert."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.catalog.actions import PlanToPut, add_plan
from mall.catalog.actions.editions import give_up, say
from mall.catalog.models import Stock
from mall.dealers.models import Dealer, Notice
from mall.jobs.tasks import restocked
from mall.orders.models import OffShelf, OrderLine
from mall.web.db import reading, transact
from tests.cast import Cast, Visitor, sign_in
from tests.orders import scene
from tests.orders.conftest import address_of, gathered
from tests.orders.scene import COOKER

REGION = "华东/浙江"
NAME = "之江压力锅"


@pytest.fixture
def people(app: Flask) -> Cast:
    """宁波海曙 is in another region of the east than 临安恒泰."""
    everybody = gathered(app)
    moved = update(Dealer).where(Dealer.id == everybody.ningbo.id).values(region="华东/上海")
    transact(lambda session, _now: session.execute(moved) and None)
    return everybody


def write(**said: Any) -> None:
    transact(say, code="CK-5L", region=REGION, said=said, revision=0, actor="staff:1")


def named() -> dict[str, dict[str, str]]:
    return {"names": {"zh_Hans": NAME}}


def bought(people: Cast) -> OrderLine:
    own = {"dealer_id": people.linan.id, "member_id": people.owner.id, "address_id": address_of(people.linan.id)}
    scene.order(COOKER, 1, **own)
    return reading().scalars(select(OrderLine).order_by(OrderLine.order_id.desc()).limit(1)).one()


def test_a_regions_name_is_in_cart_wishes_and_checkout_and_stays_with_the_order(owner: Visitor, people: Cast) -> None:
    write(**named(), pictures=["rice"])
    owner.post("/cart", data={"sku": COOKER, "quantity": "1"})
    heart = owner.post("/wishes/CK-5L", data={"wanted": "1"}, headers={"HX-Request": "true"})
    assert NAME in heart.text
    pages = ("/cart", "/wishes", f"/orders/new?sku={COOKER}", "/catalog", "/catalog/CK-5L", "/", "/catalog?q=之江")
    for path in pages:
        assert NAME in owner.get(path).text, path
    line = bought(people)
    assert (line.names, line.picture) == ({"zh_Hans": NAME}, "rice")
    transact(give_up, code="CK-5L", region=REGION, revision=1, actor="staff:1")
    assert NAME not in owner.get("/cart").text
    assert NAME in owner.get("/orders").text, "what was ordered keeps the name it was ordered by"
    sign_in(owner, people.other_owner)
    write(**named())
    for path in pages:
        assert NAME not in owner.get(path).text, path


def test_what_a_region_takes_off_cannot_be_redeemed_there_and_can_elsewhere(owner: Visitor, people: Cast) -> None:
    owner.post("/cart", data={"sku": COOKER, "quantity": "1"})
    transact(lambda session, now: say(
        session, now, code="CK-5L", region=REGION, said={"off_from": now.isoformat()}, revision=0, actor="staff:1"
    ) and None)  # fmt: skip
    assert owner.get("/catalog/CK-5L").status_code == 404
    for path in ("/cart", f"/orders/new?sku={COOKER}"):
        assert "已下架" in owner.get(path).text, path
    with pytest.raises(OffShelf):
        bought(people)
    sign_in(owner, people.other_owner)
    assert owner.get("/catalog/CK-5L").status_code == 200
    assert "已下架" not in owner.get(f"/orders/new?sku={COOKER}").text


def test_an_alert_names_the_reward_as_the_region_does_and_none_comes_of_what_it_hides(
    owner: Visitor, people: Cast
) -> None:
    write(**named())
    _left(0)
    owner.post("/restock-alerts", data={"sku": COOKER})
    sign_in(owner, people.other_owner)
    owner.post("/restock-alerts", data={"sku": COOKER})
    _left(3)
    assert restocked.run() == 2
    told = dict(reading().execute(select(Notice.dealer_id, Notice.facts).where(Notice.what == "restocked")).all())
    assert told[people.linan.id]["item"] == {"zh_Hans": NAME}
    assert told[people.ningbo.id]["item"] != {"zh_Hans": NAME}


def test_a_regions_price_is_what_its_dealers_are_charged(owner: Visitor, people: Cast) -> None:
    put = PlanToPut(points=18_000, region=REGION)
    transact(add_plan, sku_code=COOKER, put=put, costs=None, confined=True, actor="staff:1")
    assert "18,000" in owner.get("/catalog/CK-5L").text
    sign_in(owner, people.other_owner)
    page = owner.get("/catalog/CK-5L").text
    assert "18,000" not in page
    assert "18,800" in page


def test_reading_what_regions_say_costs_a_checkout_no_statement_more(owner: Visitor, people: Cast) -> None:
    with scene.statements() as before:
        owner.get(f"/orders/new?sku={COOKER}")
    write(**named())
    with scene.statements() as after:
        assert NAME in owner.get(f"/orders/new?sku={COOKER}").text
    assert len(after) <= len(before)


def _left(pieces: int) -> None:
    left = update(Stock).where(Stock.sku_id == scene.sku_id(COOKER)).values(on_hand=pieces)
    transact(lambda session, _now: session.execute(left) and None)
