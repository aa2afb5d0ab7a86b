"""Civil time of the programme: months, days and their ends as instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def civil_day(at: datetime, zone: str) -> date:
    """The civil day of an instant in a time zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """The instant at which a civil day begins in a time zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The first day of the month that lies `months` after the day's own month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def end_of_month(day: date, months: int, zone: str) -> datetime:
    """The instant at which the month `months` after the day's month has ended: midnight at the start of the next.

    A lot earned on 31 January with 12 months lives to the end of January next year; what is
    spendable ends with the last instant before the returned one.
    """
    return start_of_day(add_months(day, months + 1), zone)


def last_day(ends_at: datetime, zone: str) -> date:
    """The last civil day before an exclusive end: how people say when something expires."""
    return civil_day(ends_at - timedelta(microseconds=1), zone)
