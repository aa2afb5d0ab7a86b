"""Documents as they stand: for their partner, and for the staff who mend the dead ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from mall.base.places import behind
from mall.dealers.models import Dealer
from mall.dealers.queries.found import dealers_meant
from mall.earning.models import Document, DocumentState, Earned
from mall.earning.models.document import OPEN

BEGINNING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*")
"""How an external id may begin; other words name dealers alone."""


@dataclass(frozen=True)
class Filter:
    """Which documents are wanted; what is none does not count."""

    source: str | None = None
    state: DocumentState | None = None
    reason: str | None = None
    words: str | None = None
    """The beginning of an external id, or whose it is."""


@dataclass(frozen=True)
class Page:
    """A part of a list, newest first, and where the next part begins."""

    documents: Sequence[Document]
    next: str | None


def revisions(session: Session, source: str, external_id: str) -> list[Document]:
    """All revisions of one partner's document, newest first; empty if there is none."""
    wanted = select(Document).where(Document.source == source, Document.external_id == external_id)
    return list(session.scalars(wanted.order_by(Document.revision.desc())))


def one(session: Session, source: str, external_id: str, revision: int) -> Document | None:
    """One revision of a document."""
    return session.get(Document, (source, external_id, revision))


def documents(
    session: Session, wanted: Filter, *, after: str | None = None, limit: int = 50, oldest: bool = False
) -> Page:
    """Documents by the moment they came, newest first unless asked otherwise, from a cursor on."""
    order = (Document.received_at, Document.source, Document.external_id, Document.revision)
    query = select(Document).limit(limit + 1)
    if wanted.source:
        query = query.where(Document.source == wanted.source)
    if wanted.state:
        query = query.where(Document.state == wanted.state)
        if wanted.state in (DocumentState.DEAD, DocumentState.WAITING):
            query = query.where(OPEN)
    if wanted.reason:
        query = query.where(Document.reason == wanted.reason)
    if wanted.words:
        query = query.where(_meant(session, wanted.words, query))
    rows = list(session.scalars(behind(query, _place(session, after, wanted.source), *order, oldest=oldest)))
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], f"{more.source}~{more.external_id}~{more.revision}" if more else None)


def _meant(session: Session, words: str, query: Select[Any]) -> ColumnElement[bool]:
    """The beginning of an external id, or dealers. Only what there is of these is asked for, so that the documents of
    dealers who have few are found by their index.
    """
    whose = dealers_meant(session, words)
    if not BEGINNING.fullmatch(words):
        return whose.of(Document.dealer_id)
    begins = Document.external_id.startswith(words, autoescape=True)
    if whose.nobody:
        return begins
    both = session.scalar(query.with_only_columns(Document.revision).where(begins).limit(1))
    return or_(begins, whose.of(Document.dealer_id)) if both else whose.of(Document.dealer_id)


def _place(session: Session, after: str | None, source: str | None) -> tuple[Any, ...] | None:
    """Where a cursor points; one that points nowhere begins at the beginning, and so does another partner's."""
    parts = (after or "").split("~")
    if len(parts) != 3 or not parts[2].isascii() or not parts[2].isdigit() or len(parts[2]) > 10:
        return None
    if source and parts[0] != source:
        return None
    found = one(session, parts[0], parts[1], int(parts[2]))
    return (found.received_at, found.source, found.external_id, found.revision) if found else None


def open_counts(session: Session) -> dict[tuple[str, DocumentState, str], int]:
    """How many documents are dead or waiting, by source, state and reason."""
    open_states = (DocumentState.DEAD, DocumentState.WAITING)
    query = (
        select(Document.source, Document.state, Document.reason, func.count())
        .where(Document.state.in_(open_states), OPEN)
        .group_by(Document.source, Document.state, Document.reason)
        .order_by(Document.source, Document.state, Document.reason)
    )
    return {(source, state, reason or ""): count for source, state, reason, count in session.execute(query)}


def dead_count(session: Session) -> int:
    """How many documents wait to be mended."""
    return session.scalar(select(func.count()).where(Document.state == DocumentState.DEAD, OPEN)) or 0


def dealer_of_partner(session: Session, source: str, code: str) -> int | None:
    """The id of a dealer for whom this partner has posted documents; others it cannot find."""
    known = exists().where(Earned.dealer_id == Dealer.id, Earned.source == source)
    return session.scalar(select(Dealer.id).where(Dealer.code == code, known))


def dealer_names(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Code and name of dealers by id."""
    rows = session.execute(select(Dealer.id, Dealer.code, Dealer.name).where(Dealer.id.in_(set(ids))))
    return {dealer_id: (code, name) for dealer_id, code, name in rows}
