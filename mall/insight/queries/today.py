"""What needs a hand today, counted when it is asked for: each question is one statement, and nothing is kept of it.

Counts stand where a list of the desk shows the same rows by the same conditions: a line's number is the list's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, exists, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from mall.base.scope import WHOLE, Scope
from mall.base.time import civil_day
from mall.catalog.models import Alarm, Batch, BatchState, CountState, Item, ItemDraft, StockCount, Supplier
from mall.catalog.queries.batches import seen_by
from mall.catalog.queries.desk_filters import ItemFilters, Lack, Standing, matching
from mall.catalog.queries.ending import ending
from mall.catalog.queries.fruitless import fruitless_count
from mall.catalog.queries.regional import overtaken
from mall.catalog.queries.stock import ringing
from mall.catalog.queries.suppliers import reviews_due
from mall.face.queries.due import failed_count
from mall.face.queries.versions import unpublished
from mall.proposals.queries import waiting_for
from mall.rewards.queries.vault import running_out

SEARCHED = timedelta(days=7)
"""How far back searches that found nothing are looked for: today and the six days before."""


@dataclass(frozen=True)
class Line:
    """Something that needs a hand: how many of it there are, and what more is known of them."""

    key: str
    count: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks, and when: what lies outside their scope is not counted. `decides` are the kinds of proposals that they
    may agree to as the second person.
    """

    now: datetime
    zone: str
    actor: str = ""
    scope: Scope = WHOLE
    decides: frozenset[str] = frozenset()

    @cached_property
    def today(self) -> date:
        """The civil day."""
        return civil_day(self.now, self.zone)


Question = Callable[[Session, Asker], Iterator[Line]]


def today(session: Session, asker: Asker, wanted: Collection[str]) -> list[Line]:
    """The lines that are wanted, by their keys, those with nothing in them too. A statement a question at most."""
    return [
        line
        for keys, question in QUESTIONS
        if not keys.isdisjoint(wanted)
        for line in question(session, asker)
        if line.key in wanted
    ]


def nothing_yet(session: Session) -> bool:
    """Whether there is no reward at all, not even one that is being written: the first day."""
    return not session.scalar(select(or_(exists().where(Item.id > 0), exists().where(ItemDraft.id > 0))))


def _fitting(session: Session, asker: Asker, filters: ItemFilters) -> int:
    return session.scalar(_counted(asker, filters)) or 0


def _counted(asker: Asker, filters: ItemFilters) -> Select[int]:
    return select(func.count()).select_from(matching(asker.now, filters, asker.scope).subquery())


def _unpriced(session: Session, asker: Asker) -> Iterator[Line]:
    yield Line("no_price", _fitting(session, asker, ItemFilters(state=Standing.ON, lacks=Lack.PRICE)))


def _coming_unpriced(session: Session, asker: Asker) -> Iterator[Line]:
    yield Line("coming_no_price", _fitting(session, asker, ItemFilters(state=Standing.COMING, lacks=Lack.PRICE)))


def _unpictured(session: Session, asker: Asker) -> Iterator[Line]:
    """Rewards, and what is being written and was never published: the list shows both."""
    rewards = _counted(asker, ItemFilters(lacks=Lack.PICTURE))
    bare = type_coerce(ItemDraft.document, Text).contains('"pictures":[]', autoescape=True)
    fresh = select(func.count()).where(ItemDraft.item_id.is_(None), bare, *_written_by(asker.scope))
    yield Line("no_picture", session.scalar(select(rewards.scalar_subquery() + fresh.scalar_subquery())) or 0)


def _ending(session: Session, asker: Asker) -> Iterator[Line]:
    found = ending(session, asker.now, asker.scope)
    yield Line("bare", found.bare)
    yield Line("ends", found.skus, {"first_at": found.first_at})


def _ringing(session: Session, asker: Asker) -> Iterator[Line]:
    counts = ringing(session, asker.scope)
    for alarm in Alarm:
        yield Line(alarm.value, counts.get(alarm, 0))


def _codes(session: Session, asker: Asker) -> Iterator[Line]:
    low, empty = running_out(session, asker.scope)
    yield Line("codes", low, {"empty": empty})


def _drafts(session: Session, asker: Asker) -> Iterator[Line]:
    """Drafts of new rewards and of known ones; those that go live by themselves wait for nobody."""
    new, due, fault = ItemDraft.item_id.is_(None), ItemDraft.due_at.is_not(None), ItemDraft.fault.is_not(None)
    sums = (new, ~new, and_(new, due), and_(~new, due), fault)
    oldest = [func.min(case((kind, ItemDraft.changed_at))) for kind in (new, ~new)]
    asked = select(*(func.count(case((kind, 1))) for kind in sums), *oldest, func.min(case((fault, ItemDraft.code))))
    row = session.execute(asked.where(*_written_by(asker.scope))).one()
    yield Line("fault", row[4], {"code": row[7]})
    yield Line("new", row[0], {"due": row[2], "since": row[5]})
    yield Line("drafts", row[1], {"due": row[3], "since": row[6]})


def _written_by(scope: Scope) -> list[ColumnElement[bool]]:
    """Drafts say by its code which supplier a reward comes from."""
    if scope.supplier_id is None:
        return []
    code = func.replace(select(Supplier.code).where(Supplier.id == scope.supplier_id).scalar_subquery(), "_", "\\_")
    said = literal('%"supplier":"').concat(code).concat('"%')
    return [type_coerce(ItemDraft.document, Text).like(said, escape="\\")]


def _batches(session: Session, asker: Asker) -> Iterator[Line]:
    """Batches that somebody has to press on with, and those that a second person has to agree to."""
    waiting, mine = Batch.state == BatchState.WAITING, Batch.made_by == asker.actor
    kinds = (Batch.state == BatchState.CHECKED, waiting, and_(waiting, mine))
    counts: list[Any] = [func.count(case((kind, 1))) for kind in kinds]
    asked = seen_by(select(*counts), asker.scope).where(Batch.state.in_((BatchState.CHECKED, BatchState.WAITING)))
    checked, waits, own = session.execute(asked).one()
    yield Line("batch_checked", checked)
    yield Line("batch_waiting", waits, {"mine": own})


def _proposals(session: Session, asker: Asker) -> Iterator[Line]:
    yield Line("proposals", waiting_for(session, asker.actor, asker.decides))


def _counts(session: Session, _asker: Asker) -> Iterator[Line]:
    counted = select(func.count()).where(StockCount.state == CountState.COUNTED)
    yield Line("counts", session.scalar(counted) or 0)


def _reviews(session: Session, asker: Asker) -> Iterator[Line]:
    yield Line("reviews", reviews_due(session, asker.today))


def _searches(session: Session, asker: Asker) -> Iterator[Line]:
    words, times = fruitless_count(session, since=asker.today - SEARCHED + timedelta(days=1))
    yield Line("searches", words, {"times": times})


def _face(session: Session, _asker: Asker) -> Iterator[Line]:
    since = unpublished(session)
    yield Line("face_draft", 1 if since else 0, {"since": since})


def _face_failed(session: Session, asker: Asker) -> Iterator[Line]:
    yield Line("face_fault", failed_count(session, asker.now, asker.scope))


def _editions(session: Session, asker: Asker) -> Iterator[Line]:
    """Editions that the library has left behind; the line leads to the region that has most of them."""
    found = overtaken(session, asker.scope)
    yield Line("editions", sum(found.values()), {"region": next(iter(found), None)})


QUESTIONS: tuple[tuple[frozenset[str], Question], ...] = (
    (frozenset({"fault", "new", "drafts"}), _drafts),
    (frozenset({"face_fault"}), _face_failed),
    (frozenset({"no_price"}), _unpriced),
    (frozenset({"bare", "ends"}), _ending),
    (frozenset({"out", "safety", "warning"}), _ringing),
    (frozenset({"codes"}), _codes),
    (frozenset({"coming_no_price"}), _coming_unpriced),
    (frozenset({"no_picture"}), _unpictured),
    (frozenset({"editions"}), _editions),
    (frozenset({"reviews"}), _reviews),
    (frozenset({"batch_checked", "batch_waiting"}), _batches),
    (frozenset({"proposals"}), _proposals),
    (frozenset({"face_draft"}), _face),
    (frozenset({"counts"}), _counts),
    (frozenset({"searches"}), _searches),
)
