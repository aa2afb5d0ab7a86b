"""Who pays: points and their worth by fund code, for a period and for one redemption."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from mall.base.money import fen_of
from mall.points.models import Allocation, Lot
from mall.points.queries.moves import By, moves
from mall.points.queries.positions import OWED, before, open_positions
from mall.points.rules.movements import EFFECTS, Movement

_allocation = cast(Table, Allocation.__table__)
_lot = cast(Table, Lot.__table__)


@dataclass
class Amount:
    """Points and what they are worth; outflows are negative."""

    points: int = 0
    micros: int = 0

    def add(self, points: int, micros: int) -> None:
        """Add to both."""
        self.points += points
        self.micros += micros

    @property
    def fen(self) -> int:
        """The worth, rounded to the fen once."""
        return fen_of(self.micros)


@dataclass
class Fund:
    """What happened to the points a fund pays for."""

    opening: Amount = field(default_factory=Amount)
    by: dict[Movement, Amount] = field(default_factory=lambda: {movement: Amount() for movement in Movement})
    closing: Amount = field(default_factory=Amount)

    def __getitem__(self, name: str) -> Amount:
        return self.by[Movement(name)]


@dataclass(frozen=True)
class Funding:
    """A period by fund, the largest issue first, and all funds together."""

    funds: dict[str, Fund]
    total: Fund
    owed: int
    """Points taken back beyond what was there in the period: no lot and so no fund stands behind them."""


@dataclass(frozen=True)
class FundCost:
    """What one redemption cost a fund, after what has been given back."""

    fund_code: str
    points: int
    given_back: int
    fen: int


_COST = (
    select(
        _lot.c.fund_code,
        func.sum(_allocation.c.redeemed - _allocation.c.refunded),
        func.sum(_allocation.c.refunded),
        func.sum((_allocation.c.redeemed - _allocation.c.refunded) * _lot.c.unit_value),
    )
    .join(
        _lot,
        (_lot.c.dealer_id == _allocation.c.dealer_id)
        & (_lot.c.account_no == _allocation.c.account_no)
        & (_lot.c.lot_no == _allocation.c.lot_no),
    )
    .where(_allocation.c.dealer_id == bindparam("dealer_id"), _allocation.c.journal_id == bindparam("journal_id"))
    .group_by(_lot.c.fund_code)
    .order_by(_lot.c.fund_code)
)


def cost_by_fund(session: Session, dealer_id: int, journal_id: int) -> list[FundCost]:
    """Which funds paid a spend (or what a hold has captured), at the value of the lots it took; a few key reads."""
    rows = session.execute(_COST, {"dealer_id": dealer_id, "journal_id": journal_id})
    return [FundCost(code, int(points), int(back), fen_of(int(micros))) for code, points, back, micros in rows]


def funding(session: Session, since: datetime, until: datetime) -> Funding:
    """What was posted from `since` (included) to `until` (excluded), by fund, between opening and closing."""
    by = (By.FUND,)
    found = list(moves(session, moments=(since, until), by=by))
    now = open_positions(session, by)
    closing = before(now, [one for one in found if one.span == 2])
    opening = before(closing, [one for one in found if one.span == 1])
    funds: dict[str, Fund] = {}
    total, owed = Fund(), 0
    for positions, name in ((opening, "opening"), (closing, "closing")):
        for (code,), position in positions.items():
            for fund in (funds.setdefault(code, Fund()), total):
                getattr(fund, name).add(position.total(OWED), position.worth(OWED))
    for one in found:
        if one.span != 1:
            continue
        if None in one.key:
            owed += one.points
            continue
        for effect in EFFECTS[one.src, one.dst]:
            if effect.balance == "debt":
                continue
            for fund in (funds.setdefault(one.key[0], Fund()), total):
                fund.by[effect.movement].add(effect.sign * one.points, effect.sign * one.micros)
    ranked = sorted(funds.items(), key=lambda row: (-row[1]["issued"].micros, -row[1].closing.micros, row[0]))
    return Funding(dict(ranked), total, owed)
