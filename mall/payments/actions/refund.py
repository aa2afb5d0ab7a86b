"""Giving money back: to the source it came from, in part or whole, never more than was paid."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.payments.actions.locking import lock_payment, lock_refund
from mall.payments.actions.settle import first_told
from mall.payments.gateways import on_account
from mall.payments.models import (
    AmountDiffers,
    NotPaid,
    Refund,
    RefundNotFailed,
    RefundReused,
    RefundState,
    RefundTold,
    RefundTooLarge,
)
from mall.payments.rules.numbers import refund_no
from mall.payments.rules.pauses import LEASE, next_at


def want_refund(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    payment_id: int,
    fen: int,
    key: str,
    reason: str,
    actor: str,
) -> Refund:
    """Give `fen` of a payment back. The same key again is the same refund; the worker brings it to the gateway.

    On account it is done at once: the ERP takes it off the dealer's statement. Refused: NotPaid, RefundTooLarge (the
    sum of all refunds never exceeds the payment), RefundReused (the key came with another payment or amount).
    """
    payment = lock_payment(session, dealer_id, id=payment_id)
    earlier = session.scalars(select(Refund).where(Refund.dealer_id == dealer_id, Refund.key == key)).one_or_none()
    if earlier is not None:
        if (earlier.payment_id, earlier.fen) != (payment_id, fen):
            raise RefundReused
        return earlier
    if not payment.paid:
        raise NotPaid
    if not 0 < fen <= payment.left_fen:
        raise RefundTooLarge(left=payment.left_fen)
    at_once = not payment.gateway.outside
    refund_id = new_id(now)
    refund = Refund(
        dealer_id=dealer_id,
        id=refund_id,
        payment_id=payment_id,
        order_id=payment.order_id,
        order_no=payment.order_no,
        no=refund_no(dealer_id, refund_id),
        key=key,
        fen=fen,
        reason=reason,
        actor=actor,
        state=RefundState.DONE if at_once else RefundState.WANTED,
        wanted_at=now,
        done_at=now if at_once else None,
        ask_at=None if at_once else now,
        asks=0,
        trouble="",
    )
    session.add(refund)
    payment.refunded_fen += fen
    session.flush()
    if at_once:
        on_account.credit(session, now, payment, refund)
    return refund


def claim_refund(session: Session, now: datetime, *, dealer_id: int, no: str) -> Refund | None:
    """Take a refund that is due to be sent or asked after; none when somebody else has it, or it has ended."""
    refund = lock_refund(session, dealer_id, no)
    if refund.ask_at is None or refund.ask_at > now:
        return None
    refund.asks, refund.ask_at = refund.asks + 1, now + LEASE
    session.flush()
    return refund


def settle_refund(session: Session, now: datetime, *, dealer_id: int, told: RefundTold) -> Refund:
    """Take in what a gateway said of a refund. What is done stays done, and what failed can still turn out done.

    `told.state` WANTED means that it has not reached the gateway: it is sent again after a pause.
    Refused: AmountDiffers, where the gateway gave back another amount.
    """
    refund = lock_refund(session, dealer_id, told.refund_no)
    if told.notice_id and not first_told(session, now, dealer_id=dealer_id, told=told):
        return refund
    if refund.done:
        return refund
    if told.fen is not None and told.fen != refund.fen:
        raise AmountDiffers(ours=refund.fen, theirs=told.fen)
    refund.gateway_no = told.gateway_no or refund.gateway_no
    refund.trouble = told.trouble[:200]
    if told.state is RefundState.DONE:
        refund.state, refund.done_at, refund.ask_at = RefundState.DONE, told.at or now, None
        refund.sent_at = refund.sent_at or now
    elif told.state is RefundState.FAILED:
        refund.state, refund.ask_at = RefundState.FAILED, None
    elif not refund.failed:
        if told.state is RefundState.SENT and refund.state is RefundState.WANTED:
            refund.state, refund.sent_at, refund.asks = RefundState.SENT, now, 1
        refund.ask_at = next_at(now, refund.asks)
    session.flush()
    return refund


def resend(
    session: Session, now: datetime, *, dealer_id: int, no: str, actor: str = "system", address: str = ""
) -> Refund:
    """Try a refund that failed once more, under its own number; anything else is left alone."""
    refund = lock_refund(session, dealer_id, no)
    if refund.failed:
        refund.state, refund.asks, refund.ask_at = RefundState.WANTED, 0, now
        subject, detail = f"refund:{refund.id}", {"no": refund.no, "fen": refund.fen}
        note(session, now, actor=actor, act="refund.resend", subject=subject, address=address, detail=detail)
        session.flush()
    return refund


def pay_outside(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    no: str,
    reference: str,
    remark: str,
    actor: str,
    address: str = "",
) -> Refund:
    """Say that a refund which failed was paid back by bank transfer, under the bank's `reference`: that is its end.

    The same reference again is the same answer. Refused: RefundNotFailed, for what may yet arrive or has arrived.
    """
    refund = lock_refund(session, dealer_id, no)
    if refund.outside and refund.reference == reference:
        return refund
    if not refund.failed:
        raise RefundNotFailed
    refund.state, refund.done_at, refund.ask_at = RefundState.DONE, now, None
    refund.ended_by, refund.reference, refund.remark = actor, reference, remark
    subject = f"refund:{refund.id}"
    detail = {"no": refund.no, "fen": refund.fen, "reference": reference, "remark": remark, "trouble": refund.trouble}
    note(session, now, actor=actor, act="refund.outside", subject=subject, address=address, detail=detail)
    session.flush()
    return refund
