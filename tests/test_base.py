"""The ground floor keeps its words."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mall.base.ids import new_id
from mall.base.money import Rounding, divide
from mall.base.seal import Seal
from mall.base.time import civil_day, end_of_month, last_day
from mall.base.types import micros, moment
from mall.web.db import db


def test_ids_of_one_instant_are_all_different_and_rise() -> None:
    now = datetime(2026, 11, 12, tzinfo=UTC)
    made = [new_id(now) for _ in range(20_000)]
    assert made == sorted(set(made))
    assert made[-1] < 2**63


def test_a_lot_of_31_january_with_twelve_months_ends_with_january() -> None:
    day = civil_day(datetime(2026, 1, 31, 15, 59, tzinfo=UTC), "Asia/Shanghai")
    ends = end_of_month(day, 12, "Asia/Shanghai")
    assert ends == datetime(2027, 1, 31, 16, 0, tzinfo=UTC)
    assert str(last_day(ends, "Asia/Shanghai")) == "2027-01-31"


def test_rounding_is_exact() -> None:
    assert [divide(5, 2, r) for r in (Rounding.FLOOR, Rounding.HALF_UP, Rounding.CEILING)] == [2, 3, 3]
    assert divide(4, 3, Rounding.HALF_UP) == 1


def test_a_sealed_field_does_not_open_in_another_row() -> None:
    seal = Seal("secret")
    sealed = seal.seal("13800000000", "member:phone:1")
    assert seal.open(sealed, "member:phone:1") == "13800000000"
    with pytest.raises(ValueError, match="another place"):
        seal.open(sealed, "member:phone:2")


def test_moments_survive_as_microseconds() -> None:
    at = datetime(2026, 11, 12, 12, 0, 0, 123456, tzinfo=UTC)
    assert moment(micros(at)) == at


def test_the_database_refuses_a_text_in_a_number(app: Flask) -> None:
    with pytest.raises(DBAPIError):
        db.session.execute(text("INSERT INTO stock (sku_id, on_hand) VALUES (1, 'abc')"))
