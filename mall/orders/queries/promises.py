"""What was promised beside the points: that vouchers, rebates and the messages about them tie with their orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, Text, and_, case, func, literal, or_, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from mall.catalog.models import Kind
from mall.dealers.models import Dealer
from mall.orders.models import OrderLine, OrderState, RedemptionOrder
from mall.outbox.models import KEPT, Message, System
from mall.payments.models import GatewayName, Payment, PaymentState, Refund
from mall.rewards.models import Rebate, RebateState, Voucher, VoucherState

RULES: dict[str, str] = {
    "vouchers": "it has another number of vouchers than pieces that were kept",
    "rebates": "its rebate does not stand where its line does",
    "credits": "the ERP was told of another amount than was credited or charged",
    "messages": "a message is missing between the first and the last",
}
Found = tuple[str, str, object, object]
"""Which rule, where, what stands there, and what must."""

_order, _line = cast(Table, RedemptionOrder.__table__), cast(Table, OrderLine.__table__)
_voucher, _rebate = cast(Table, Voucher.__table__), cast(Table, Rebate.__table__)
_message, _dealer = cast(Table, Message.__table__), cast(Table, Dealer.__table__)
_payment, _refund = cast(Table, Payment.__table__), cast(Table, Refund.__table__)


def broken_promises(session: Session, now: datetime) -> Iterator[Found]:
    """Every line whose vouchers or rebate do not tie, credits told wrongly, and chains of messages with a gap.

    A message that was delivered more than 400 days ago may be forgotten: nothing is said of acts that are older.
    """
    yield from _vouchers(session)
    yield from _rebates(session)
    yield from _credits(session, now - KEPT)
    yield from _messages(session, now - KEPT)


def _vouchers(session: Session) -> Iterator[Found]:
    """What was used or has expired was kept; only what was given back was not. People's benefits have no vouchers."""
    held = (
        select(
            _voucher.c.dealer_id,
            _voucher.c.order_id,
            _voucher.c.line_no,
            func.sum(case((_voucher.c.state == VoucherState.RETURNED, 0), else_=1)).label("kept"),
        )
        .group_by(_voucher.c.dealer_id, _voucher.c.order_id, _voucher.c.line_no)
        .subquery()
    )
    kept = _line.c.quantity - _line.c.returned_quantity
    rows = session.execute(
        select(_order.c.no, _line.c.dealer_id, _line.c.line_no, kept.label("kept"), held.c.kept.label("held"))
        .join(_order, _of_order(_line))
        .join(held, _same_line(held))
        .where(or_(_order.c.state == OrderState.CANCELLED, held.c.kept != kept))
    )
    for row in rows:
        yield "vouchers", _where(row), row.held, row.kept


def _rebates(session: Session) -> Iterator[Found]:
    ended = _order.c.state == OrderState.CANCELLED
    due = case(
        (ended, RebateState.RELEASED),
        (_line.c.done_at.is_(None), RebateState.RESERVED),
        (_line.c.returned_quantity == _line.c.quantity, RebateState.TAKEN_BACK),
        else_=RebateState.CREDITED,
    )
    rows = session.execute(
        select(_order.c.no, _line.c.dealer_id, _line.c.line_no, _rebate.c.state, due.label("due"))
        .select_from(_line)
        .join(_order, _of_order(_line))
        .outerjoin(_rebate, _same_line(_rebate))
        .where(
            _line.c.kind == Kind.CASH_REBATE,
            or_(
                _rebate.c.state.is_(None),
                _rebate.c.state != due,
                _rebate.c.points != _line.c.points,
                and_(~ended, _rebate.c.returned_quantity != _line.c.returned_quantity),
            ),
        )
    )
    for row in rows:
        yield "rebates", _where(row), row.state, row.due


def _credits(session: Session, since: datetime) -> Iterator[Found]:
    """Each rebate that was credited, each payment and refund on account has its message, with its amount.

    What a message says is read one by one, for a text cannot be added up.
    """
    on_account = and_(_payment.c.gateway == GatewayName.ON_ACCOUNT, _payment.c.state == PaymentState.PAID)
    rebates = _told(
        _rebate, _rebate.c.order_no, literal("rebate/") + as_type(_rebate.c.id, Text), _rebate.c.credited_at
    )
    payments = _told(_payment, _payment.c.order_no, literal("payment/") + _payment.c.no, _payment.c.paid_at)
    refunds = _told(_refund, _payment.c.order_no, literal("refund/") + _refund.c.no, _refund.c.wanted_at)
    of_payment = and_(_payment.c.dealer_id == _refund.c.dealer_id, _payment.c.id == _refund.c.payment_id)
    for asked in (
        rebates.where(_rebate.c.credited_at.is_not(None)),
        payments.where(on_account),
        refunds.join(_payment, of_payment).where(on_account),
    ):
        for row in session.execute(asked):
            if row.body is None and row.at < since:
                continue
            told = row.body.get("fen") if row.body else None
            if told != row.fen:
                yield "credits", f"order {row.no} of dealer {row.dealer_id}", told, row.fen


def _told(what: Table, order_no: Any, key: Any, at: Any) -> Any:
    of_key = and_(_message.c.dealer_id == what.c.dealer_id, _message.c.system == System.ERP, _message.c.key == key)
    return (
        select(what.c.dealer_id, order_no.label("no"), what.c.fen, at.label("at"), _message.c.body)
        .select_from(what)
        .outerjoin(_message, of_key)
    )


def _messages(session: Session, since: datetime) -> Iterator[Found]:
    """Chains lose their beginning alone, and none of a dealer who has not been here for so long."""
    first, last = func.min(_message.c.seq), func.max(_message.c.seq)
    many, due = func.count(), last - first + 1
    rows = session.execute(
        select(
            _message.c.dealer_id,
            _message.c.system,
            many.label("many"),
            case((_dealer.c.created_at < since, due), else_=last).label("due"),
        )
        .join(_dealer, _dealer.c.id == _message.c.dealer_id)
        .group_by(_message.c.dealer_id, _message.c.system, _dealer.c.created_at)
        .having(or_(many != due, and_(first > 1, _dealer.c.created_at >= since)))
    )
    for row in rows:
        yield "messages", f"messages of dealer {row.dealer_id} to {row.system}", row.many, row.due


def _of_order(line: Any) -> Any:
    return and_(_order.c.dealer_id == line.c.dealer_id, _order.c.id == line.c.order_id)


def _same_line(other: Any) -> Any:
    return and_(
        other.c.dealer_id == _line.c.dealer_id,
        other.c.order_id == _line.c.order_id,
        other.c.line_no == _line.c.line_no,
    )


def _where(row: Any) -> str:
    return f"line {row.line_no} of order {row.no} of dealer {row.dealer_id}"
