"""What claims say went back, beside what ledger, refunds and order lines say of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import String, Table, and_, exists, func, literal, or_, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from mall.orders.models import OPEN, Claim, ClaimKind, ClaimLine, ClaimState, OrderLine, OrderPart, PartState
from mall.orders.queries.promises import Found
from mall.payments.models import Refund
from mall.points.models import Journal

RULES: dict[str, str] = {
    "claim_points": "the ledger gave back other points for it than it says",
    "claim_cash": "the refund of it is not what it says",
    "claim_pieces": "its order's lines have given back, or can give back, fewer pieces than its claims are about",
    "empty_part": "it waits or is on the road, and none of its pieces is kept",
    "claim_overdue": "its time to be sent back is over, and nobody closed it",
}

_claim, _claimed = cast(Table, Claim.__table__), cast(Table, ClaimLine.__table__)
_line, _refund = cast(Table, OrderLine.__table__), cast(Table, Refund.__table__)
_journal, _part = cast(Table, Journal.__table__), cast(Table, OrderPart.__table__)
_KEY = literal("claim/", String) + as_type(_claim.c.id, String)
_PAYING = (ClaimKind.REFUND_ONLY, ClaimKind.RETURN)
_PAID = (ClaimState.REFUNDING, ClaimState.DONE)


def broken_claims(session: Session, late: datetime) -> Iterator[Found]:
    """Every claim that does not tie; one that should have lapsed before `late` is told as well."""
    yield from _paid_back(session)
    yield from _pieces(session)
    yield from _empty_parts(session)
    overdue = select(_claim.c.no, _claim.c.dealer_id, _claim.c.due_at).where(
        _claim.c.state == ClaimState.RETURN_AWAITED, _claim.c.due_at < late
    )
    for row in session.execute(overdue):
        yield "claim_overdue", _where(row), row.due_at, "lapsed"


def _paid_back(session: Session) -> Iterator[Found]:
    """What was paid back has its posting and its refund, and nothing else has: not what is open, declined or over.

    An exchange that was paid back instead has them too, so those alone may or may not.
    """
    posting = and_(
        _journal.c.dealer_id == _claim.c.dealer_id, _journal.c.source == "mall", _journal.c.idem_key == _KEY
    )
    money = and_(_refund.c.dealer_id == _claim.c.dealer_id, _refund.c.key == _KEY)
    pays = and_(_claim.c.kind.in_(_PAYING), _claim.c.state.in_(_PAID))
    posted, owed = _journal.c.journal_id.is_not(None), _refund.c.id.is_not(None)
    points, fen = func.coalesce(_journal.c.points, 0), func.coalesce(_refund.c.fen, 0)
    rows = session.execute(
        select(
            _claim.c.no,
            _claim.c.dealer_id,
            _claim.c.points,
            _claim.c.fen,
            pays.label("pays"),
            points.label("booked"),
            fen.label("refunded"),
        )
        .outerjoin(_journal, posting)
        .outerjoin(_refund, money)
        .where(
            or_(
                and_(or_(pays, posted), or_(points != _claim.c.points, fen != _claim.c.fen)),
                and_(~_claim.c.state.in_(_PAID), or_(posted, owed)),
            )
        )
    )
    for row in rows:
        if row.booked != row.points:
            yield "claim_points", _where(row), row.booked, row.points
        if row.refunded != row.fen or row.booked == row.points:
            yield "claim_cash", _where(row), row.refunded, row.fen


def _pieces(session: Session) -> Iterator[Found]:
    """Of each line: pieces in paid claims are given back, and those in open claims are still there."""
    paid = and_(_claim.c.kind.in_(_PAYING), _claim.c.state.in_(_PAID))
    still = and_(_claim.c.state.in_(OPEN), _claim.c.state != ClaimState.REFUNDING)
    returned = func.coalesce(func.sum(_claimed.c.quantity).filter(paid), 0)
    waiting = func.coalesce(func.sum(_claimed.c.quantity).filter(still), 0)
    rows = session.execute(
        select(
            func.min(_claim.c.no).label("no"),
            _claimed.c.dealer_id,
            _line.c.quantity,
            _line.c.returned_quantity,
            returned.label("returned"),
            waiting.label("waiting"),
        )
        .join(_claim, and_(_claim.c.dealer_id == _claimed.c.dealer_id, _claim.c.id == _claimed.c.claim_id))
        .join(
            _line,
            and_(
                _line.c.dealer_id == _claimed.c.dealer_id,
                _line.c.order_id == _claimed.c.order_id,
                _line.c.line_no == _claimed.c.line_no,
            ),
        )
        .group_by(
            _claimed.c.dealer_id,
            _claimed.c.order_id,
            _claimed.c.line_no,
            _line.c.quantity,
            _line.c.returned_quantity,
        )
        .having(or_(returned > _line.c.returned_quantity, waiting > _line.c.quantity - _line.c.returned_quantity))
    )
    for row in rows:
        found = f"{row.returned_quantity} of {row.quantity} given back"
        yield "claim_pieces", _where(row), found, f"{row.returned} paid back, {row.waiting} claimed"


def _empty_parts(session: Session) -> Iterator[Found]:
    """A part of which everything was given back has ended as well: else somebody would send an empty parcel."""
    kept = exists().where(
        _line.c.dealer_id == _part.c.dealer_id,
        _line.c.order_id == _part.c.order_id,
        _line.c.part_no == _part.c.part_no,
        _line.c.quantity > _line.c.returned_quantity,
    )
    live = (PartState.HELD, PartState.READY, PartState.PICKED, PartState.SHIPPED)
    told = (_part.c.dealer_id, _part.c.order_id, _part.c.part_no, _part.c.state)
    rows = session.execute(select(*told).where(_part.c.state.in_(live), ~kept))
    for row in rows:
        yield "empty_part", f"part {row.part_no} of order {row.order_id}", row.state, "an end"


def _where(row: Any) -> str:
    return f"claim {row.no} of dealer {row.dealer_id}"
