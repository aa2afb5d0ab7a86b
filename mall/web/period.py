"""The periods that a browser may ask a report for. What makes no sense counts as not asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from mall.base.refused import N_
from mall.base.time import add_months, civil_day, start_of_day

BEGINNING = date(2000, 1, 1)
"""No posting is older: from here on means from the beginning."""
MOST_MONTHS = 36


@dataclass(frozen=True)
class Days:
    """Civil days in the programme's zone, both included."""

    since: date
    until: date
    zone: str

    @property
    def start(self) -> datetime:
        """When it begins."""
        return start_of_day(self.since, self.zone)

    @property
    def end(self) -> datetime:
        """When it is over."""
        return start_of_day(self.until + timedelta(days=1), self.zone)

    @property
    def from_beginning(self) -> bool:
        """Whether it tells everything up to its end."""
        return self.since <= BEGINNING

    @property
    def query(self) -> str:
        """As its address has it."""
        return urlencode({"since": self.since.isoformat(), "until": self.until.isoformat()})

    @classmethod
    def of(cls, args: Mapping[str, str], now: datetime, zone: str) -> Days:
        """Read `?since=2026-11-01&until=2026-11-30`; this month up to today if nothing is asked."""
        today = civil_day(now, zone)
        until = max(min(day(args.get("until", "")) or today, today), BEGINNING)
        since = max(day(args.get("since", "")) or until.replace(day=1), BEGINNING)
        return cls(min(since, until), until, zone)

    @classmethod
    def usual(cls, now: datetime, zone: str) -> list[tuple[str, Days]]:
        """The periods most often asked for, with their names to be translated."""
        today = civil_day(now, zone)
        month, year = today.replace(day=1), today.replace(month=1, day=1)
        return [
            (N_("本月"), cls(month, today, zone)),
            (N_("上月"), cls(add_months(month, -1), month - timedelta(days=1), zone)),
            (N_("今年"), cls(year, today, zone)),
            (N_("去年"), cls(date(year.year - 1, 1, 1), year - timedelta(days=1), zone)),
            (N_("自开账以来"), cls(BEGINNING, today, zone)),
        ]


@dataclass(frozen=True)
class Months:
    """Civil months in the programme's zone by their first days, both included."""

    first: date
    last: date
    zone: str

    @property
    def start(self) -> datetime:
        """When they begin."""
        return start_of_day(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """When they are over."""
        return start_of_day(add_months(self.last, 1), self.zone)

    @property
    def query(self) -> str:
        """As its address has it."""
        return urlencode({"first": f"{self.first:%Y-%m}", "last": f"{self.last:%Y-%m}"})

    @classmethod
    def of(cls, args: Mapping[str, str], now: datetime, zone: str, *, usual: int) -> Months:
        """Read `?first=2025-12&last=2026-11`; the `usual` last months if nothing is asked, 36 at most."""
        this = civil_day(now, zone).replace(day=1)
        last = max(min(day(f"{args.get('last', '')}-01") or this, this), BEGINNING)
        first = day(f"{args.get('first', '')}-01") or add_months(last, 1 - usual)
        return cls(min(max(first, add_months(last, 1 - MOST_MONTHS), BEGINNING), last), last, zone)


def day(text: str) -> date | None:
    """A civil day as 2026-11-30, or nothing."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
