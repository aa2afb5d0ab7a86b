"""Top-ups as people look after them, and those whose orders have not heard how they ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.places import behind
from mall.base.refused import NotFound
from mall.dealers.models import Dealer
from mall.dealers.queries.found import dealers_meant
from mall.rewards.models import TopUp, TopUpState
from mall.rewards.models.top_up import PATIENCE

PAGE = 50


class View(StrEnum):
    """What the list is opened for."""

    OPEN = "open"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DONE = "done"


STATES: dict[View, tuple[TopUpState, ...]] = {
    View.OPEN: (TopUpState.WANTED, TopUpState.SENT),
    View.UNKNOWN: (TopUpState.UNKNOWN,),
    View.FAILED: (TopUpState.FAILED,),
    View.DONE: (TopUpState.DONE,),
}


@dataclass(frozen=True)
class Shown:
    """A top-up with the dealer whose it is."""

    top_up: TopUp
    dealer: Dealer


def top_ups(
    session: Session, view: View, before: int | None = None, *, words: str = "", oldest: bool = False, size: int = PAGE
) -> list[Shown]:
    """A page of them, newest first unless asked otherwise, and one more where there are more; `before` is the id of the
    last one shown. `words` are a number, of the top-up or its order, or the dealer.
    """
    asked = select(TopUp, Dealer).join(Dealer, Dealer.id == TopUp.dealer_id).where(_of(view))
    if words:
        whose = dealers_meant(session, words).of(TopUp.dealer_id)
        asked = asked.where(or_(TopUp.no == words.upper(), TopUp.order_no == words, whose))
    asked = behind(asked, None if before is None else (before,), TopUp.id, oldest=oldest)
    return [Shown(one, dealer) for one, dealer in session.execute(asked.limit(size + 1))]


def under_way(session: Session, dealer_id: int, order_id: int) -> bool:
    """Whether a supplier has, or is about to have, a top-up of this order whose end nobody knows."""
    of_order = (TopUp.dealer_id == dealer_id, TopUp.order_id == order_id)
    return session.scalar(select(TopUp.id).where(*of_order, TopUp.ended_at.is_(None)).limit(1)) is not None


def with_supplier(session: Session, dealer_id: int, order_id: int) -> set[int]:
    """The lines of an order that a supplier has, or whose end it has told and the order has not heard yet."""
    of_order = (TopUp.dealer_id == dealer_id, TopUp.order_id == order_id)
    return set(session.scalars(select(TopUp.line_no).where(*of_order, TopUp.told_at.is_(None))))


def contradicted(session: Session, ids: Sequence[int]) -> set[int]:
    """Those of which the supplier said another end afterwards: the account may be filled and the points back."""
    asked = select(AuditEntry.subject).where(
        AuditEntry.subject.in_([f"top_up:{one}" for one in ids]), AuditEntry.act == "top_up.contrary"
    )
    return {int(subject.removeprefix("top_up:")) for subject in session.scalars(asked)}


def counts(session: Session) -> dict[View, int]:
    """How many there are in each view."""
    by_state = Counter[TopUpState]()
    for state, number in session.execute(select(TopUp.state, func.count()).group_by(TopUp.state)):
        by_state[state] = number
    return {view: sum(by_state[state] for state in states) for view, states in STATES.items()}


def overdue(session: Session, now: datetime) -> int:
    """How many have been open for so long that people should find out: what the side's link counts."""
    asked = select(func.count()).select_from(TopUp).where(TopUp.ask_at.is_not(None), TopUp.created_at < now - PATIENCE)
    return session.scalar(asked) or 0


def top_up(session: Session, dealer_id: int, top_up_id: int) -> TopUp:
    """One top-up of a dealer."""
    found = session.get(TopUp, (dealer_id, top_up_id))
    if found is None:
        raise NotFound
    return found


def numbered(session: Session, no: str) -> TopUp | None:
    """The top-up of a number that a supplier names."""
    return session.scalars(select(TopUp).where(TopUp.no == no)).one_or_none()


def untold(session: Session, most: int = 100) -> Sequence[tuple[int, int]]:
    """Dealer and id of those that have ended and whose orders have not heard of it, the oldest first."""
    asked = select(TopUp.dealer_id, TopUp.id).where(TopUp.ended_at.is_not(None), TopUp.told_at.is_(None))
    return [(dealer, one) for dealer, one in session.execute(asked.order_by(TopUp.ended_at, TopUp.id).limit(most))]


def _of(view: View) -> ColumnElement[bool]:
    return TopUp.state.in_(STATES[view])
