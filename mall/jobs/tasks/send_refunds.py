"""Bring refunds to their gateways, and ask how they ended. Sent twice they are one: each has its own number there."""

from __future__ import annotations

import time
from collections import Counter as Tally

from flask import current_app
from huey import crontab

from mall.orders.actions.find_out import note_refusal
from mall.payments.actions import Counter, claim_refund, settle_refund
from mall.payments.models import (
    AmountDiffers,
    GatewayDeclined,
    GatewayName,
    GatewaySilent,
    NoSuchGateway,
    Payment,
    Refund,
    RefundState,
    RefundTold,
)
from mall.payments.queries import due_refunds
from mall.web.db import now, reading, transact

SCHEDULE = crontab(minute="*")
AT_ONCE = 50
SECONDS = 40.0
SILENCES = 3
"""So many refunds without an answer, and a gateway is left alone till the next run: one alone holds up no other."""
TRIES = 10
"""So often a gateway may decline a refund and the question after it too, some forty minutes; then a person sees to it.
"""


def run() -> int:
    """Send or ask after what is due and give how many came to their end."""
    counter: Counter = current_app.extensions["counter"]
    until, ended = time.monotonic() + SECONDS, 0
    silent: Tally[GatewayName] = Tally()
    answering: list[GatewayName] = list(counter.offered())
    while answering and time.monotonic() < until:
        due = due_refunds(reading(), now(), answering, limit=AT_ONCE)
        reading().rollback()
        for dealer_id, no in due:
            refund: Refund | None = transact(claim_refund, dealer_id=dealer_id, no=no)
            if refund is None:
                continue
            payment = reading().get_one(Payment, (dealer_id, refund.payment_id))
            reading().rollback()
            told = bring(counter, payment, refund)
            if told is None:
                silent[payment.gateway] += 1
                if silent[payment.gateway] >= SILENCES:
                    answering = [name for name in answering if name is not payment.gateway]
                    break
            else:
                ended += keep(dealer_id, told)
            if time.monotonic() > until:
                break
        else:
            if len(due) < AT_ONCE:
                break
    return ended


def bring(counter: Counter, payment: Payment, refund: Refund) -> RefundTold | None:
    """Send a refund, or ask how it stands if it was sent before; none where nobody answered."""
    try:
        gateway = counter.gateway(payment.gateway)
    except NoSuchGateway:
        return None
    try:
        if refund.state is RefundState.WANTED:
            return gateway.refund(payment.no, refund.no, fen=refund.fen, of=payment.fen, reason=refund.reason_told)
        return gateway.ask_refund(payment.no, refund.no)
    except GatewaySilent:
        return None
    except GatewayDeclined as refusal:
        # It may have been taken before, its answer lost: only what is not there has failed.
        state = RefundState.FAILED
        try:
            told = gateway.ask_refund(payment.no, refund.no)
            if told.state is not RefundState.WANTED:
                return told
        except GatewaySilent:
            return None
        except GatewayDeclined:
            # Nobody knows. It is tried again with the pauses of all questions, and not for ever.
            if refund.asks < TRIES or not refund.trouble:
                state = RefundState.WANTED
        said = str(refusal.params.get("said", "")) or refusal.code
        return RefundTold(gateway=payment.gateway, no=payment.no, refund_no=refund.no, state=state, trouble=said)


def keep(dealer_id: int, told: RefundTold) -> bool:
    """Write what was told of a refund; whether that was its end."""
    try:
        refund = transact(settle_refund, dealer_id=dealer_id, told=told)
    except AmountDiffers as refusal:
        note_refusal(transact, dealer_id=dealer_id, told=told, refusal=refusal)
        return False
    return bool(refund.done or refund.failed)
