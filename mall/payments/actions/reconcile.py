"""Reconciliation (对账): a gateway's bill of a day is held against our rows; what differs is listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import NotFound
from mall.base.time import start_of_day
from mall.payments.actions.trouble import ZONE
from mall.payments.models import (
    BillDay,
    BillDifference,
    BillLine,
    DifferenceKind,
    GatewayName,
    LineKind,
    Payment,
    PaymentState,
    Refund,
    RefundState,
)
from mall.payments.rules.compare import Difference, Ours, differences

AT_ONCE = 400
"""Numbers in one statement: SQLite binds no more than some thousands."""
BY_ITSELF = "system"
SUMS = (
    "payments",
    "paid_fen",
    "refunds",
    "refunded_fen",
    "our_payments",
    "our_paid_fen",
    "our_refunds",
    "our_refunded_fen",
)
_payment = cast(Table, Payment.__table__)
_refund = cast(Table, Refund.__table__)
Row = Payment | Refund


def hold_bill(
    session: Session, now: datetime, *, gateway: GatewayName, day: date, lines: Sequence[BillLine]
) -> BillDay:
    """Hold a day's bill against our rows. Done again it lists what is new, and resolves by itself what is gone."""
    bill = session.get(BillDay, (gateway, day), with_for_update=True, populate_existing=True)
    if bill is None:
        bill = BillDay(gateway=gateway, day=day, fetched_at=now, **dict.fromkeys(SUMS, 0))
        session.add(bill)
        session.flush()  # whoever does the same at this moment waits here
    known: dict[tuple[LineKind, str], Ours] = {}
    for kind, noun in ((LineKind.PAID, Payment), (LineKind.REFUNDED, Refund)):
        numbers = sorted({line.about for line in lines if line.kind is kind})
        for some in _pieces(numbers):
            for row in session.scalars(select(cast(Any, noun)).where(cast(Any, noun).no.in_(some))):
                known[kind, row.no] = _ours(kind, row)
            table = _payment if kind is LineKind.PAID else _refund
            session.execute(
                update(table).where(table.c.no.in_(some), table.c.billed_on.is_(None)).values(billed_on=day)
            )
    paid, refunded = _ours_of(session, gateway, day)
    unbilled = [
        _ours(kind, row)
        for kind, rows in ((LineKind.PAID, paid), (LineKind.REFUNDED, refunded))
        for row in rows
        if row.billed_on is None and (kind, row.no) not in known
    ]
    found = differences(lines, known, unbilled)
    _list(session, now, gateway, day, found)
    _found_later(session, now, gateway, known)
    _ask_about(session, now, found)
    bill.fetched_at = now
    bill.payments, bill.paid_fen = _sum(lines, LineKind.PAID)
    bill.refunds, bill.refunded_fen = _sum(lines, LineKind.REFUNDED)
    bill.our_payments, bill.our_paid_fen = len(paid), sum(row.fen for row in paid)
    bill.our_refunds, bill.our_refunded_fen = len(refunded), sum(row.fen for row in refunded)
    session.flush()
    return bill


def resolve(
    session: Session, now: datetime, *, difference_id: int, remark: str, actor: str, address: str = ""
) -> BillDifference:
    """Say what became of a difference; who said it first is kept. Refused: NotFound."""
    found = session.get(BillDifference, difference_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    if not found.resolved:
        found.resolved_at, found.resolved_by, found.remark = now, actor, remark
        detail = {"gateway": found.gateway.value, "day": found.day.isoformat(), "about": found.about, "remark": remark}
        note(
            session,
            now,
            actor=actor,
            act="bill.resolve",
            subject=f"difference:{found.id}",
            address=address,
            detail=detail,
        )
        session.flush()
    return found


def _ours_of(session: Session, gateway: GatewayName, day: date) -> tuple[list[Payment], list[Refund]]:
    """What we have as paid and as given back on a civil day in China, the gateways' own days."""
    start, end = start_of_day(day, ZONE), start_of_day(day + timedelta(days=1), ZONE)
    paid = select(Payment).where(Payment.gateway == gateway, Payment.paid_at >= start, Payment.paid_at < end)
    refunded = (
        select(Refund)
        .join(Payment, (Payment.dealer_id == Refund.dealer_id) & (Payment.id == Refund.payment_id))
        .where(Payment.gateway == gateway, Refund.done_at >= start, Refund.done_at < end)
        .where(Refund.ended_by.is_(None))  # what went back by bank transfer is on no gateway's bill
    )
    fresh = {"populate_existing": True}
    return (
        list(session.scalars(paid.execution_options(**fresh))),
        list(session.scalars(refunded.execution_options(**fresh))),
    )


def _ours(kind: LineKind, row: Row) -> Ours:
    # Paid back by bank transfer and on the gateway's bill too is paid back twice: somebody must look.
    outside = isinstance(row, Refund) and row.outside
    fits = row.state in {PaymentState.PAID, RefundState.SENT, RefundState.DONE} and not outside
    number = row.gateway_no or ""
    return Ours(kind, row.no, row.fen, row.state.value, fits, row.dealer_id, row.order_no, number)


def _list(session: Session, now: datetime, gateway: GatewayName, day: date, found: Sequence[Difference]) -> None:
    of_day = select(BillDifference).where(
        BillDifference.gateway == gateway,
        BillDifference.day == day,
        BillDifference.kind != DifferenceKind.NOTICE,
    )
    before = {(row.kind, row.about): row for row in session.scalars(of_day.with_for_update())}
    for one in found:
        if before.pop((one.kind, one.about[:64]), None) is not None:
            continue
        ours, theirs = one.ours, one.theirs
        session.add(
            BillDifference(
                id=new_id(now),
                gateway=gateway,
                day=day,
                kind=one.kind,
                about=one.about[:64],
                line=one.line,
                code="",
                dealer_id=ours.dealer_id if ours else None,
                order_no=ours.order_no if ours else "",
                our_fen=ours.fen if ours else None,
                their_fen=theirs.fen if theirs else None,
                our_state=ours.state if ours else "",
                gateway_no=(theirs.gateway_no if theirs else ours.gateway_no if ours else "")[:64],
                found_at=now,
                remark="",
            )
        )
    for gone in before.values():
        _gone(gone, now)
    session.flush()


def _found_later(
    session: Session, now: datetime, gateway: GatewayName, known: dict[tuple[LineKind, str], Ours]
) -> None:
    """What an earlier day's bill did not have stands on this one: paid around midnight, say."""
    missing = select(BillDifference).where(
        BillDifference.gateway == gateway,
        BillDifference.kind == DifferenceKind.MISSING_THERE,
        BillDifference.resolved_at.is_(None),
    )
    for row in session.scalars(missing):
        if (row.line, row.about) in known:
            _gone(row, now)
    session.flush()


def _ask_about(session: Session, now: datetime, found: Iterable[Difference]) -> None:
    """What the bill says was paid or given back and we do not know so: ask the gateway anew, which heals it."""
    for one in found:
        if one.kind is DifferenceKind.STATE and one.ours:
            table = _payment if one.line is LineKind.PAID else _refund
            where = [table.c.dealer_id == one.ours.dealer_id, table.c.no == one.about]
            if table is _refund:
                where.append(table.c.ended_by.is_(None))
            session.execute(update(table).where(*where).values(ask_at=now, asks=0))


def _gone(row: BillDifference, now: datetime) -> None:
    if row.resolved_at is None:
        row.resolved_at, row.resolved_by = now, BY_ITSELF


def _sum(lines: Sequence[BillLine], kind: LineKind) -> tuple[int, int]:
    mine = [line.fen for line in lines if line.kind is kind]
    return len(mine), sum(mine)


def _pieces(numbers: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(numbers)
    while some := list(islice(rest, AT_ONCE)):
        yield some
