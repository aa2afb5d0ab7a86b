"""What points make as a rebate, and how much of it a dealer may still have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mall.rewards.models.rebate import OverRebateCap, OverYearlyRebateCap, RebateTooSmall

FEN = 100


def rebate_fen(points: int, points_per_yuan: int) -> int:
    """Points as fen at so many points to ¥1: rounded down, once for a whole line, so that no fraction is given twice.

    At 100 points to ¥1 a point is exactly a fen, and nothing is ever rounded.
    """
    return points * FEN // points_per_yuan


def returned_fen(fen: int, quantity: int, returned: int) -> int:
    """What of a line's fen goes with so many of its pieces: a share rounded down, and all of it with the last piece."""
    return fen * returned // quantity


def month_of(day: date) -> int:
    """A civil month as a number, such as 202611."""
    return day.year * 100 + day.month


@dataclass(frozen=True)
class Room:
    """What a dealer has had this month and this year, and what the terms allow; all in fen, none is no cap."""

    month_fen: int
    year_fen: int
    monthly_cap_fen: int | None
    yearly_cap_fen: int | None

    @property
    def left_this_month(self) -> int | None:
        """What the month's cap leaves; nothing, never less, where a newer cap is smaller than what was had."""
        return None if self.monthly_cap_fen is None else max(self.monthly_cap_fen - self.month_fen, 0)

    @property
    def left_this_year(self) -> int | None:
        """What the year's cap leaves."""
        return None if self.yearly_cap_fen is None else max(self.yearly_cap_fen - self.year_fen, 0)

    @property
    def left(self) -> int | None:
        """What may still be had now; none where nothing is capped."""
        caps = [one for one in (self.left_this_month, self.left_this_year) if one is not None]
        return min(caps, default=None)


def judge(room: Room, amounts: Sequence[int]) -> None:
    """Refuse the fen of an order's lines: points that make less than a fen, more than a cap leaves for all of them."""
    if min(amounts) <= 0:
        raise RebateTooSmall
    fen, year, month = sum(amounts), room.left_this_year, room.left_this_month
    if year is not None and fen > year and (month is None or year <= month):
        raise OverYearlyRebateCap(left=yuan(year), left_fen=year)
    if month is not None and fen > month:
        raise OverRebateCap(left=yuan(month), left_fen=month)


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, as a refusal or a page says them."""
    return f"{fen // 100:,}.{fen % 100:02d}"
