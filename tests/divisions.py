"""The country's divisions for tests: all of them as rows, or a few of them in the table."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from mall.cli.divisions import PACKAGE, rows_of
from mall.dealers.actions.divisions import DivisionRow, load_divisions
from mall.dealers.models import Level
from mall.dealers.rules.gazetteer import Gazetteer, Place

LINAN = ("33", "3301", "330112", "330112006")
"""浙江省 杭州市 临安区 锦城街道, as the selects name them."""
FEW = ("3301", "3302", "1101", "4419", "4290", "3201", "3203")
"""杭州, 宁波, 北京, 东莞, 湖北's counties without a city, and two cities with a 鼓楼区 each."""


@cache
def country() -> tuple[DivisionRow, ...]:
    """Every division there is."""
    return tuple(rows_of(PACKAGE))


@cache
def places() -> Gazetteer:
    """The whole country as the rules know it."""
    return Gazetteer(Place(row.code, row.parent, row.level, row.name, row.path) for row in country())


def load_some(session: Session, now: datetime) -> None:
    """All provinces, a few cities, and all that lies in those."""
    load_divisions(
        session, now, rows=[row for row in country() if row.level is Level.PROVINCE or row.code.startswith(FEW)]
    )
