"""Searches that found nothing: counted by day, seen to by a merchandiser, and forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Insert

from mall.audit.actions import note
from mall.base.time import civil_day
from mall.base.types import Day, Instant, Int, Key
from mall.catalog.models import LONGEST_SEARCH, FruitlessSearch, NoSuchSearch, SearchSeenTo
from mall.dealers.models import Scope

MOST_A_DAY = 5_000
"""Different searches of one day that are kept: whoever types nonsense by machine fills no disk."""
KEPT_DAYS = 180
AT_ONCE = 500

_search, _seen_to = cast(Table, FruitlessSearch.__table__), cast(Table, SearchSeenTo.__table__)


def found_nothing(session: Session, now: datetime, *, words: str, zone: str) -> None:
    """Count a search that found nothing, in one statement. `words` are what `kept_of` left of it.

    Nobody's name is taken: the same words are counted together, whoever typed them.
    """
    given = {"day": civil_day(now, zone), "typed": words, "at": now, "most": MOST_A_DAY}
    session.connection().execute(_COUNT[session.get_bind().dialect.name], given)


def see_to(session: Session, now: datetime, *, words: str, actor: str, address: str, scope: Scope) -> None:
    """Take a search off the list until it is looked for in vain again. Pressed twice it is one press.

    Refused: who looks after less than the whole brand; nobody looked for it.
    """
    scope.must_be_whole()
    last_at = session.scalar(select(func.max(_search.c.last_at)).where(_search.c.words == words))
    if last_at is None:
        raise NoSuchSearch
    known = session.get(SearchSeenTo, words, populate_existing=True)
    if known is not None and known.seen_to_at >= last_at:
        return
    if known is None:
        session.add(SearchSeenTo(words=words, seen_to_at=now, seen_to_by=actor))
    else:
        known.seen_to_at, known.seen_to_by = now, actor
    note(session, now, actor=actor, act="search.see_to", subject=f"search:{words}", address=address, detail={})


def forget_searches(session: Session, now: datetime) -> int:
    """Remove some searches of more than 180 days ago; for the worker. Gives how many."""
    old = _search.c.searched_on < (now - timedelta(days=KEPT_DAYS)).date()
    gone = session.execute(
        select(_search.c.searched_on, _search.c.words).where(old).order_by(_search.c.searched_on).limit(AT_ONCE)
    ).all()
    for row in gone:
        session.execute(delete(_search).where(_search.c.searched_on == row.searched_on, _search.c.words == row.words))
    return len(gone)


def _statement(insert: Any) -> Insert:
    day, typed = bindparam("day", type_=Day), bindparam("typed", type_=Key(LONGEST_SEARCH))
    at = bindparam("at", type_=Instant)
    today = _search.c.searched_on == day
    known = select(literal(1)).where(today, _search.c.words == typed).exists()
    room = select(func.count()).where(today).scalar_subquery() < bindparam("most", type_=Int)
    row = select(day, typed, literal(1, Int), at).where(or_(known, room))
    fresh = insert(_search).from_select(["searched_on", "words", "times", "last_at"], row)
    return cast(
        Insert,
        fresh.on_conflict_do_update(
            index_elements=["searched_on", "words"],
            set_={"times": _search.c.times + 1, "last_at": fresh.excluded.last_at},
        ),
    )


_COUNT = {"sqlite": _statement(sqlite.insert), "postgresql": _statement(postgresql.insert)}
