"""What a browser may ask of the points pages. All of it is in addresses; what makes no sense counts as not asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.routing import BaseConverter

from mall.base.types import micros, moment
from mall.points.queries import Shown

NUMBER = re.compile(r"[0-9]{1,18}")
TURN = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
MOST_MICROS = 253_402_300_799_000_000
"""The last moment that can be told."""


@dataclass(frozen=True)
class HistoryAsked:
    """Which movements, older than which, and the month whose head already stands above them."""

    shown: Shown
    before: int | None
    under: date | None

    @classmethod
    def of(cls, args: Mapping[str, str]) -> HistoryAsked:
        """Read `?kind=earned&before=120&under=2026-11`."""
        kind, under = args.get("kind", ""), MONTH.fullmatch(args.get("under", ""))
        return cls(
            shown=Shown(kind) if kind in Shown.__members__.values() else Shown.ALL,
            before=_number(args.get("before", "")),
            under=_month(under) if under else None,
        )


@dataclass(frozen=True)
class LotsAsked:
    """Open lots after a turn, or closed ones before a number."""

    closed: bool
    after: tuple[datetime, int] | None
    before: int | None

    @classmethod
    def of(cls, args: Mapping[str, str]) -> LotsAsked:
        """Read `?state=closed&before=12` or `?after=1795968000000000-7`."""
        turn = TURN.fullmatch(args.get("after", ""))
        return cls(
            closed=args.get("state") == "closed",
            after=(moment(min(int(turn[1]), MOST_MICROS)), int(turn[2])) if turn else None,
            before=_number(args.get("before", "")),
        )


@dataclass(frozen=True)
class StatementsAsked:
    """Statements of months before this one."""

    before: date | None

    @classmethod
    def of(cls, args: Mapping[str, str]) -> StatementsAsked:
        """Read `?before=2026-03`."""
        month = MONTH.fullmatch(args.get("before", ""))
        return cls(_month(month) if month else None)


@dataclass(frozen=True)
class StatementAsked:
    """Which part of a long month's movements, or all of them on one sheet."""

    page: int
    whole: bool

    @classmethod
    def of(cls, args: Mapping[str, str]) -> StatementAsked:
        """Read `?page=3` or `?all=1`."""
        return cls(_number(args.get("page", "")) or 1, args.get("all") == "1")


class CivilMonth(BaseConverter):
    """A month in an address: `/points/statements/2026-10`. What is no month is no address of ours."""

    regex = MONTH.pattern.replace("(", "(?:")

    def to_python(self, value: str) -> date:
        """Its first day."""
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        """The month of a day."""
        return f"{value:%Y-%m}"


def turn_text(turn: tuple[datetime, int]) -> str:
    """A lot's place in the order of spending, as `LotsAsked` reads it."""
    return f"{micros(turn[0])}-{turn[1]}"


def _number(text: str) -> int | None:
    return int(text) if NUMBER.fullmatch(text) and int(text) > 0 else None


def _month(match: re.Match[str]) -> date:
    return date(int(match[1]), int(match[2]), 1)
