"""Placing an order: what comes of it, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.audit.models import AuditEntry
from mall.base.refused import NotFound, Refused
from mall.catalog.models import Item, Sku, SoldOut, Stock
from mall.dealers.models import Address, MayNotRedeem, MemberRole
from mall.orders.actions import Asked, Placed, Quote, place
from mall.orders.models import (
    AddressNeeded,
    BadQuantity,
    FormReused,
    OffShelf,
    OrderLine,
    OverLimit,
    PriceChanged,
)
from mall.orders.queries import mine
from mall.orders.queries.destination import destination_of, remark_of
from mall.points.models import TooFewPoints
from mall.web.db import db, reading, transact
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.scene import CARD, COOKER, DEALER, RICE, SEAL, everything, orders, points_of, stock_of


def test_points_leave_and_a_piece_leaves_with_them(set_up: Flask) -> None:
    placed = scene.order(COOKER, 2, remark="送货前请致电")
    assert points_of() == 100_000 - 2 * 18_800
    assert stock_of() == 48
    made = mine.order_of(reading(), DEALER, placed.no)
    line = db.session.scalars(select(OrderLine)).one()
    assert (line.quantity, line.points_each, line.points) == (2, 18_800, 37_600)
    assert made.points == 37_600
    assert line.names["zh_Hans"] == "智能电压力锅 5L"
    assert line.picture == "cooker"
    assert made.cancellable
    assert made.waiting
    assert not made.done
    assert placed.no.isdigit()
    assert len(placed.no) == 14
    assert placed.no.startswith("261112")


def test_the_address_is_kept_as_it_was_and_lies_sealed(set_up: Flask) -> None:
    placed = scene.order(remark="请放门卫")
    db.session.execute(update(Address).values(region="别处/别处", removed_at=None))
    db.session.commit()
    made = mine.order_of(reading(), DEALER, placed.no)
    goes_to = destination_of(made, SEAL)
    assert goes_to
    assert goes_to.line == "浙江省 杭州市 临安区 钱王街 826 号"
    assert goes_to.phone == "13812346207"
    assert remark_of(made, SEAL) == "请放门卫"
    assert "钱王街".encode() not in (made.address_sealed or b"")
    assert "门卫".encode() not in (made.remark_sealed or b"")


def test_the_points_that_expire_first_pay_first_and_the_order_can_say_so(set_up: Flask) -> None:
    placed = scene.order(CARD)
    paid = mine.lots_paid(reading(), mine.order_of(reading(), DEALER, placed.no))
    assert [lot.points for lot in paid] == [33_333, 16_667]
    assert paid[0].expires_at < paid[1].expires_at


def test_a_second_tap_gives_the_same_order(set_up: Flask) -> None:
    first = scene.order(key="form-1")
    second = scene.order(key="form-1")
    assert (second.no, second.repeated, first.repeated) == (first.no, True, False)
    assert orders() == 1
    assert points_of() == 100_000 - 18_800
    assert stock_of() == 49


@pytest.mark.parametrize("said", [{"quantity": 2}, {"code": RICE}, {"remark": "另一句"}, {"points_seen": 1}])
def test_a_form_sent_again_with_another_wish_is_refused(set_up: Flask, said: dict[str, Any]) -> None:
    scene.order(key="form-1")
    before = everything()
    with pytest.raises(FormReused):
        scene.order(key="form-1", **said)
    assert everything() == before


def test_two_dealers_may_hold_the_same_key(set_up: Flask) -> None:
    scene.order(key="form-1")
    scene.order(key="form-1", dealer_id=DEALER + 1)
    assert orders() == 2


def test_cards_need_no_address(set_up: Flask) -> None:
    placed = scene.order(CARD, address_id=None)
    made = mine.order_of(reading(), DEALER, placed.no)
    assert destination_of(made, SEAL) is None
    assert made.state_shown == "待发放"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"role": MemberRole.CLERK}, MayNotRedeem),
        ({"quantity": 0}, BadQuantity),
        ({"quantity": -3}, BadQuantity),
        ({"quantity": 1000}, BadQuantity),
        ({"points_seen": 18_799}, PriceChanged),
        ({"quantity": 51}, SoldOut),
        ({"quantity": 6}, TooFewPoints),
        ({"address_id": None}, AddressNeeded),
        ({"address_id": DEALER + 1}, AddressNeeded),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    set_up: Flask, said: dict[str, Any], refusal: type[Refused]
) -> None:
    before = everything()
    with pytest.raises(refusal):
        scene.order(**said)
    assert everything() == before


def test_a_removed_address_is_no_address(set_up: Flask, clock: Clock) -> None:
    db.session.execute(update(Address).values(removed_at=clock()))
    db.session.commit()
    with pytest.raises(AddressNeeded):
        scene.order()


def test_what_left_the_shelf_is_refused(set_up: Flask) -> None:
    db.session.execute(update(Item).values(shelved_at=None))
    db.session.commit()
    with pytest.raises(OffShelf):
        scene.order()


def test_a_choice_that_is_no_longer_offered_is_refused(set_up: Flask, clock: Clock) -> None:
    db.session.execute(update(Sku).where(Sku.code == COOKER).values(retired_at=clock()))
    db.session.commit()
    with pytest.raises(OffShelf):
        scene.order()


def test_the_limit_counts_what_was_kept_and_forgets_what_was_cancelled(set_up: Flask) -> None:
    db.session.execute(update(Item).values(limit_per_dealer=2))
    db.session.commit()
    first = scene.order()
    scene.order()
    with pytest.raises(OverLimit) as refused:
        scene.order()
    assert refused.value.params == {"limit": 2, "had": 2, "left": 0}
    scene.take_back(first.no)
    scene.order()
    scene.order(dealer_id=DEALER + 1)


def test_what_nobody_sells_is_not_found(set_up: Flask) -> None:
    quote = scene.quote(address_id=DEALER)
    forged = replace(quote, lines=(replace(quote.lines[0], sku_id=1),))
    with pytest.raises(NotFound):
        placed(forged)


def test_the_timeline_and_the_audit_log_begin_with_the_placing(set_up: Flask) -> None:
    placed = scene.order()
    made = mine.order_of(reading(), DEALER, placed.no)
    assert [(event.what, event.by) for event in mine.events_of(reading(), made)] == [("placed", "周敏")]
    trace = db.session.scalars(select(AuditEntry)).one()
    assert (trace.act, trace.actor, trace.subject) == ("order.place", f"member:{DEALER}", f"order:{made.id}")


def test_an_order_takes_few_statements(set_up: Flask) -> None:
    scene.order()
    quote = scene.quote(address_id=DEALER)
    with scene.statements() as seen:
        placed(quote)
    assert len(seen) <= 21, "\n".join(seen)
    assert seen[-2].startswith("UPDATE stock"), "the row everybody wants is locked last"
    assert seen[-1].startswith("INSERT INTO stock_movement")


def placed(quote: Quote) -> Placed:
    asked = Asked(address_id=quote.address_id)
    who: dict[str, Any] = {"dealer_id": DEALER, "member_id": DEALER, "role": MemberRole.OWNER}
    result: Placed = transact(place, quote=quote, asked=asked, seal=SEAL, **who)
    return result


def test_another_dealers_order_is_not_found(set_up: Flask) -> None:
    placed = scene.order()
    with pytest.raises(NotFound):
        mine.order_of(reading(), DEALER + 1, placed.no)
    with pytest.raises(NotFound):
        scene.take_back(placed.no, dealer_id=DEALER + 1)


def test_the_stock_is_never_below_nothing(set_up: Flask) -> None:
    db.session.execute(update(Stock).values(on_hand=1))
    db.session.commit()
    scene.order()
    with pytest.raises(SoldOut):
        scene.order(dealer_id=DEALER + 1)
    assert stock_of() == 0
