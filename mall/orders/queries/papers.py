"""One order with all that fulfilment, finance and the account manager ask about it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.refused import NotFound
from mall.dealers.models import Dealer, Member, Staff
from mall.orders.models import RedemptionOrder
from mall.points.models import Entry, Journal


@dataclass(frozen=True)
class Papers:
    """An order, whose it is, and who placed it."""

    order: RedemptionOrder
    dealer: Dealer
    member: Member


@dataclass(frozen=True)
class PostingShown:
    """A posting of the ledger for an order, with the balance after it."""

    journal: Journal
    entry: Entry


@dataclass(frozen=True)
class Trace:
    """A line of the audit log, with the person's name where one is known."""

    entry: AuditEntry
    by: str


def papers_of(session: Session, *, dealer_code: str, no: str) -> Papers:
    """The order of this number at this dealer; refused as not found where there is none."""
    row = session.execute(
        select(RedemptionOrder, Dealer, Member)
        .join(Dealer, Dealer.id == RedemptionOrder.dealer_id)
        .join(Member, and_(Member.dealer_id == RedemptionOrder.dealer_id, Member.id == RedemptionOrder.member_id))
        .where(Dealer.code == dealer_code, RedemptionOrder.no == no)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Papers(*row)


def postings_of(session: Session, order: RedemptionOrder) -> list[PostingShown]:
    """What the ledger posted for an order, first to last: the taking of its points, and all that refers to it."""
    rows = session.execute(
        select(Journal, Entry)
        .join(Entry, and_(Entry.dealer_id == Journal.dealer_id, Entry.journal_id == Journal.journal_id))
        .where(
            Journal.dealer_id == order.dealer_id,
            or_(Journal.journal_id == order.spend_journal, Journal.ref_journal == order.spend_journal),
            Entry.kind == Journal.kind,
        )
        .order_by(Entry.seq)
    )
    return [PostingShown(*row) for row in rows]


def traces_of(session: Session, dealer_id: int, subject: str) -> list[Trace]:
    """The audit log of a dealer's order or claim, such as `order:2611213847`, newest first."""
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc())
    ).all()

    def ids(kind: str) -> set[int]:
        return {int(entry.actor.split(":")[1]) for entry in entries if entry.actor.startswith(f"{kind}:")}

    people = {f"staff:{one.id}": one.name for one in session.scalars(select(Staff).where(Staff.id.in_(ids("staff"))))}
    of_dealer = select(Member).where(Member.dealer_id == dealer_id, Member.id.in_(ids("member")))
    people |= {f"member:{one.id}": one.name for one in session.scalars(of_dealer)}
    return [Trace(entry, people.get(entry.actor, entry.actor)) for entry in entries]
