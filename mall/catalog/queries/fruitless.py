"""Searches that found nothing, as the desk shows them: the most wanted first, without those that were seen to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, Table, func, or_, select
from sqlalchemy.orm import Session

from mall.base.found import plain
from mall.catalog.models import FruitlessSearch, SearchSeenTo

_search, _seen_to = cast(Table, FruitlessSearch.__table__), cast(Table, SearchSeenTo.__table__)


@dataclass(frozen=True)
class Fruitless:
    """What was looked for in vain: how many times, on how many days, and when last."""

    words: str
    times: int
    days: int
    last_at: datetime


@dataclass(frozen=True)
class FruitlessFound:
    """A page of them; how many different ones there are in all, and how many times they were looked for."""

    rows: list[Fruitless]
    total: int
    times: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))


def fruitless(
    session: Session, *, since: date, q: str = "", sort: str = "", page: int = 1, size: int = 50
) -> FruitlessFound:
    """A page of what was looked for in vain since a civil day; in two statements.

    `sort` is a name of `_ORDERS`, with a minus the other way round; the most wanted first without.
    """
    asked = _asked(since, q)
    total, times = _counted(session, asked)
    first = _ORDERS[sort.lstrip("-")]
    order = first.desc() if sort.startswith("-") or not sort else first
    each = asked.order_by(order, _LAST.desc(), _search.c.words).limit(size).offset((page - 1) * size)
    rows = session.execute(each).all() if total > (page - 1) * size else []
    return FruitlessFound([Fruitless(*row) for row in rows], total, times, size)


def fruitless_count(session: Session, *, since: date) -> tuple[int, int]:
    """How many different searches found nothing since a civil day, and how many times; in one statement."""
    return _counted(session, _asked(since, ""))


_TIMES, _LAST = func.sum(_search.c.times), func.max(_search.c.last_at)
_ORDERS: dict[str, Any] = {"": _TIMES, "times": _TIMES, "days": func.count(), "last": _LAST, "words": _search.c.words}


def _asked(since: date, q: str) -> Select[Any]:
    asked = (
        select(_search.c.words, _TIMES.label("times"), func.count().label("days"), _LAST.label("last_at"))
        .outerjoin(_seen_to, _seen_to.c.words == _search.c.words)
        .where(
            _search.c.searched_on >= since,
            or_(_seen_to.c.words.is_(None), _search.c.last_at > _seen_to.c.seen_to_at),
        )
        .group_by(_search.c.words)
    )
    typed = " ".join(plain(q).split())
    return asked.where(_search.c.words.contains(typed, autoescape=True)) if typed else asked


def _counted(session: Session, asked: Select[Any]) -> tuple[int, int]:
    each = asked.subquery()
    sums = select(func.count(), func.coalesce(func.sum(each.c.times), 0)).select_from(each)
    total, times = session.execute(sums).one()
    return total, int(times)
