"""How numbers, money and moments are written on screen. The `points` macro of templates/ui prints points."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import Flask, current_app
from flask_babel import get_locale

from mall.base import time as civil
from mall.web.db import now

MINUS = "\N{MINUS SIGN}"


def install(app: Flask) -> None:
    """Give every template these filters by their names."""
    figures = (number, signed, fen, fen_short, phone, stepped_in)
    times = (day, days, moment, clock, month, month_day, year_month, expiry, iso)
    for write in (*figures, *times):
        app.jinja_env.filters[write.__name__] = write


def number(value: int) -> str:
    """An integer with commas and a true minus: `128,460`, `−18,800`."""
    return f"{MINUS if value < 0 else ''}{abs(value):,}"


def signed(value: int) -> str:
    """A change: `+10,820`, `−18,800`, and a bare `0`."""
    return f"+{value:,}" if value > 0 else number(value)


def fen(value: int) -> str:
    """Money where it is paid, from fen: `¥398.00`."""
    sign = MINUS if value < 0 else ""
    return f"{sign}¥{abs(value) // 100:,}.{abs(value) % 100:02d}"


def fen_short(value: int) -> str:
    """Money in a list, from fen: `¥199`, and `¥199.50` only where there are cents."""
    return fen(value).removesuffix(".00")


def day(value: date | datetime) -> str:
    """A day in the programme's zone: `11月30日`, with its year unless it is this year's."""
    on = _civil(value)
    skeleton = "MMMd" if on.year == _civil(now()).year else "yMMMd"
    return format_skeleton(skeleton, _at(on), tzinfo=UTC, locale=get_locale())


def days(value: date | datetime) -> str:
    """A day always with its year: `2027年10月31日`."""
    return format_skeleton("yMMMd", _at(_civil(value)), tzinfo=UTC, locale=get_locale())


def moment(value: datetime) -> str:
    """A moment in the programme's zone: `11月11日 20:03`."""
    return f"{day(value)} {clock(value)}"


def clock(value: datetime) -> str:
    """The time of day in the programme's zone: `20:03`."""
    return value.astimezone(_zone()).strftime("%H:%M")


def month(value: date | datetime) -> str:
    """A month's name alone: `11月`, `Nov`."""
    return format_skeleton("MMM", _at(_civil(value)), tzinfo=UTC, locale=get_locale())


def month_day(value: date | datetime) -> str:
    """A day under a head that tells its year: `12月9日`."""
    return format_skeleton("MMMd", _at(_civil(value)), tzinfo=UTC, locale=get_locale())


def year_month(value: date | datetime) -> str:
    """A month with its year: `2026年11月`."""
    return format_skeleton("yMMM", _at(_civil(value)), tzinfo=UTC, locale=get_locale())


def expiry(expires_at: datetime) -> str:
    """The last day on which something with this exclusive end can be used: `11月30日`."""
    return day(civil.last_day(expires_at, _zone().key))


def iso(value: datetime) -> str:
    """A moment for machines, in UTC: what `<time datetime>` and countdowns read."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def phone(value: str) -> str:
    """A phone number masked for lists: `138 **** 6207`; what is too short to mask shows nothing of itself."""
    digits = value.strip()
    return f"{digits[:3]} **** {digits[-4:]}" if len(digits) >= 9 else "****"


def stepped_in(steps: int) -> str:
    """The blank before a name that stands so many steps within others: a list of choices keeps wide blanks alone."""
    return chr(0x3000) * steps


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.extensions["settings"].zone)


def _civil(value: date | datetime) -> date:
    return value.astimezone(_zone()).date() if isinstance(value, datetime) else value


def _at(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=UTC)
