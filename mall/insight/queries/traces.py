"""The audit log as a whole: who did what with what, by period.

Ids rise with time, so a period is one range of the primary key and a page goes on behind the last id shown. What is
typed is looked for within the period alone: a year of it is read in the end, a month at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.ids import first_id
from mall.base.places import behind
from mall.dealers.models import Dealer, Member, Staff

PAGE = 50
MOST_TYPED = 60
BY_STAFF, BY_MEMBERS, BY_PARTNERS, BY_ITSELF = "staff", "member", "partner", "system"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the audit log is wanted: from a moment until before another (UTC), narrowed by whatever is not empty.

    `actor` is a person (`staff:7`) or a sort of actors (`staff`), `act` an act (`order.ship`) or what it is done with
    (`order`), `subject` one object (`order:2611`), `words` stand in the subject or among what was written down of it.
    """

    since: datetime
    until: datetime
    actor: str = ""
    act: str = ""
    subject: str = ""
    words: str = ""


@dataclass(frozen=True)
class Trace:
    """An entry, with the name of whoever acted, of which dealer where it was one of a dealer's people."""

    entry: AuditEntry
    by: str
    dealer: str


def traces(
    session: Session, asked: Asked, *, before: int | None = None, limit: int = PAGE, oldest: bool = False
) -> list[Trace]:
    """A page of what was asked for, newest first unless `oldest`, from behind the id `before` on; one more than `limit`
    if there is.
    """
    found = select(AuditEntry).where(*_conditions(asked)).limit(limit + 1)
    place = None if before is None else (before,)
    entries = session.scalars(behind(found, place, AuditEntry.id, oldest=oldest)).all()
    names = _names(session, {entry.actor for entry in entries})
    return [Trace(entry, *names.get(entry.actor, (entry.actor, ""))) for entry in entries]


def every_trace(session: Session, asked: Asked, *, most: int) -> Iterator[Trace]:
    """All that was asked for, newest first, at most so many: for a file, read page by page."""
    before, told = None, 0
    while told < most:
        page = traces(session, asked, before=before, limit=min(1_000, most - told))
        shown = page[: min(1_000, most - told)]
        yield from shown
        told += len(shown)
        if len(page) == len(shown):
            return
        before = shown[-1].entry.id


def staff_named(session: Session) -> list[tuple[str, str]]:
    """Everybody who works or has worked for the brand: the actor's word and the name."""
    people = session.execute(select(Staff.id, Staff.name, Staff.login).order_by(Staff.name, Staff.id))
    return [(f"staff:{row.id}", f"{row.name} {row.login}") for row in people]


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [AuditEntry.id >= first_id(asked.since), AuditEntry.id < first_id(asked.until)]
    if asked.subject:
        wanted.append(AuditEntry.subject == asked.subject)
    if asked.actor:
        sort = ":" not in asked.actor and asked.actor != BY_ITSELF
        whose = AuditEntry.actor
        wanted.append(whose.startswith(f"{asked.actor}:", autoescape=True) if sort else whose == asked.actor)
    if asked.act:
        what, one = AuditEntry.act, "." in asked.act
        wanted.append(what == asked.act if one else what.startswith(f"{asked.act}.", autoescape=True))
    if asked.words:
        typed = asked.words[:MOST_TYPED]
        inside = (cast(AuditEntry.detail, Text), AuditEntry.subject, AuditEntry.address)
        wanted.append(or_(*(column.contains(typed, autoescape=True) for column in inside)))
    return wanted


def _names(session: Session, actors: set[str]) -> Mapping[str, tuple[str, str]]:
    ids = {kind: [int(one) for one in _of(actors, kind)] for kind in (BY_STAFF, BY_MEMBERS)}
    staff = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids[BY_STAFF])))
    members = session.execute(
        select(Member.id, Member.name, Dealer.name.label("dealer"))
        .join(Dealer, Dealer.id == Member.dealer_id)
        .where(Member.id.in_(ids[BY_MEMBERS]))
    )
    return {f"{BY_STAFF}:{row.id}": (row.name, "") for row in staff} | {
        f"{BY_MEMBERS}:{row.id}": (row.name, row.dealer) for row in members
    }


def _of(actors: set[str], kind: str) -> Iterator[str]:
    for actor in actors:
        before, _, number = actor.partition(":")
        if before == kind and number.isascii() and number.isdigit():
            yield number
