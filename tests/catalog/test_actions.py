"""What changes the shelves, and the one door of stock, raced by real processes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from mall.catalog.actions import SkuToPut, put_back, put_category, put_item, restock, take
from mall.catalog.models import Because, Item, Reason, Sku, SoldOut, Stock, Term
from mall.catalog.queries import Filters, items
from mall.web.db import now, reading, transact
from tests.catalog.conftest import ANYWHERE, spoken, statements, thermos
from tests.processes import at_once

TEST = Because(Reason.CORRECTION, "T-1", "test")


def stock_of(code: str) -> tuple[int, int]:
    """Id and stock of a SKU, as they lie in the database."""
    found = select(Sku.id, Stock.on_hand).join(Stock, Stock.sku_id == Sku.id).where(Sku.code == code)
    row = reading().execute(found).one()
    reading().rollback()
    return row.id, row.on_hand


def grab(sku_id: int, quantity: int) -> str:
    """Take a piece; for processes."""
    transact(take, {sku_id: quantity}, because=TEST)
    return "taken"


def test_taking_and_putting_back_moves_stock(stocked: Flask) -> None:
    grey, pine = stock_of("TB-750-GREY")[0], stock_of("TB-750-PINE")[0]
    transact(take, {pine: 2, grey: 1}, because=TEST)
    assert (stock_of("TB-750-GREY")[1], stock_of("TB-750-PINE")[1]) == (3, 0)
    transact(put_back, {pine: 1, grey: 1}, because=TEST)
    assert (stock_of("TB-750-GREY")[1], stock_of("TB-750-PINE")[1]) == (4, 1)


def test_too_few_are_refused_whole_and_told(stocked: Flask) -> None:
    grey, pine = stock_of("TB-750-GREY")[0], stock_of("TB-750-PINE")[0]
    with pytest.raises(SoldOut) as refusal:
        transact(take, {grey: 1, pine: 3}, because=TEST)
    assert refusal.value.params == {"left": 2}
    assert (stock_of("TB-750-GREY")[1], stock_of("TB-750-PINE")[1]) == (4, 2)
    with pytest.raises(SoldOut):
        transact(take, {7: 1}, because=TEST)


@pytest.mark.parametrize("quantity", [0, -1])
def test_stock_moves_by_whole_pieces(stocked: Flask, quantity: int) -> None:
    with pytest.raises(ValueError, match="whole pieces"):
        transact(take, {1: quantity}, because=TEST)


def test_taking_is_one_statement_a_sku_and_one_for_all_movements(stocked: Flask) -> None:
    pine, grey = stock_of("TB-750-PINE")[0], stock_of("TB-750-GREY")[0]
    with statements() as seen:
        transact(take, {pine: 1, grey: 1}, because=TEST)
    assert len(seen) == 3


def test_the_last_unit_goes_to_exactly_one(stocked: Flask, database_url: str) -> None:
    sku, left = stock_of("TB-750-PINE")
    transact(take, {sku: left - 1}, because=TEST)
    answers = at_once(database_url, now(), grab, [(sku, 1)] * 4)
    assert sorted(answers) == ["sold_out"] * 3 + ["taken"]
    assert stock_of("TB-750-PINE")[1] == 0


def test_stock_changes_by_a_difference(stocked: Flask) -> None:
    assert transact(restock, sku_code="TB-750-PINE", by=5, because=TEST) == 7
    assert transact(restock, sku_code="TB-750-PINE", by=-7, because=TEST) == 0
    with pytest.raises(SoldOut):
        transact(restock, sku_code="TB-750-PINE", by=-1, because=TEST)


def test_an_item_put_again_keeps_what_was_sold(stocked: Flask) -> None:
    pine = stock_of("TB-750-PINE")[0]
    transact(take, {pine: 1}, because=TEST)
    before = reading().scalars(select(Item.id).where(Item.code == "TB-750-TI")).one()
    assert transact(put_item, thermos(now())) == before
    assert stock_of("TB-750-PINE") == (pine, 1)


def test_prices_and_terms_follow_the_item(stocked: Flask) -> None:
    changed = replace(
        thermos(now()),
        names=spoken("随行杯"),
        skus=[SkuToPut(code="TB-750-GREY", points=9_000), SkuToPut(code="TB-NEW", points=12_000, on_hand=1)],
    )
    transact(put_item, changed)
    [entry] = items(reading(), now(), Filters(q="随行"), available=0, **ANYWHERE).entries
    assert (entry.lowest_points, entry.highest_points, entry.left) == (9_000, 12_000, 5)
    assert not items(reading(), now(), Filters(q="保温"), available=0, **ANYWHERE).entries
    assert not items(reading(), now(), Filters(q="TB-750-PINE"), available=0, **ANYWHERE).entries
    retired = reading().scalars(select(Sku.code).where(Sku.retired_at.is_not(None)).order_by(Sku.code)).all()
    assert retired == ["TB-500-GREY", "TB-500-WHITE", "TB-750-PINE"]
    transact(put_item, thermos(now()))
    assert stock_of("TB-750-PINE")[1] == 2


def test_a_renamed_category_is_found_by_its_new_name(stocked: Flask) -> None:
    transact(put_category, code="virtual", icon="ticket", names=spoken("虚拟权益"), position=9)
    [entry] = items(reading(), now(), Filters(q="虚拟"), available=0, **ANYWHERE).entries
    assert entry.code == "CARD-500"
    assert not items(reading(), now(), Filters(q="充值"), available=0, **ANYWHERE).entries


def test_no_term_is_kept_twice_or_empty(stocked: Flask) -> None:
    terms = reading().scalars(select(Term.term)).all()
    assert all(terms)
    assert all(len(term) <= 80 for term in terms)
