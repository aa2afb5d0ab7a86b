"""Finding out how a payment ended: a conversation with its gateway, and what was told is written after it.

No verb: it talks to the outside, so it runs outside of any transaction and is handed `transact` for what it writes.
Killed at any line it leaves a payment that is asked about again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from mall.base.refused import Refused
from mall.base.seal import Seal
from mall.orders.actions.confirm import confirm
from mall.payments.actions import Counter, claim, note_silence, note_trouble, settle_told
from mall.payments.models import (
    AmountDiffers,
    AnotherTransaction,
    GatewayDeclined,
    GatewaySilent,
    NoSuchGateway,
    Payment,
    RefundedElsewhere,
    There,
    Told,
    WrongCurrency,
    WrongMerchant,
)

CANNOT_BE = (AmountDiffers, AnotherTransaction, RefundedElsewhere, WrongCurrency, WrongMerchant)
"""Refusals of what a gateway says that finance must look into."""
NOT_NOW = (GatewaySilent, GatewayDeclined, NoSuchGateway)
Transact = Callable[..., Any]


class Found(StrEnum):
    """What came of it."""

    PAID = "paid"
    CLOSED = "closed"
    NOTHING = "nothing"
    """Not paid so far, or somebody else is asking."""
    SILENT = "silent"
    REFUSED = "refused"


def find_out(
    transact: Transact,
    counter: Counter,
    now: datetime,
    *,
    dealer_id: int,
    payment_id: int,
    seal: Seal,
    at_once: bool = False,
) -> Found:
    """Ask how a payment stands, and write it. One that can no longer be wanted is closed at its gateway, too."""
    payment: Payment | None = transact(claim, dealer_id=dealer_id, payment_id=payment_id, at_once=at_once)
    if payment is None:
        return Found.NOTHING
    over = not payment.open or (payment.closes_at is not None and payment.closes_at <= now)
    try:
        gateway = counter.gateway(payment.gateway)
        told = gateway.ask(payment.no)
        if over and told.state in {There.OPEN, There.UNKNOWN}:
            told = gateway.close(payment.no)
    except NOT_NOW:
        transact(note_silence, dealer_id=dealer_id, payment_id=payment_id)
        return Found.SILENT
    found = take_in(transact, dealer_id=dealer_id, told=told, seal=seal)
    if found in {Found.NOTHING, Found.REFUSED}:
        transact(note_silence, dealer_id=dealer_id, payment_id=payment_id)
    return found


def take_in(transact: Transact, *, dealer_id: int, told: Told, seal: Seal) -> Found:
    """Write what a gateway said; what cannot be is listed for finance and changes nothing."""
    try:
        if told.paid:
            transact(confirm, dealer_id=dealer_id, told=told, seal=seal)
            return Found.PAID
        if told.state in {There.CLOSED, There.REFUNDED}:
            transact(settle_told, dealer_id=dealer_id, told=told)
            return Found.CLOSED
    except CANNOT_BE as refusal:
        note_refusal(transact, dealer_id=dealer_id, told=told, refusal=refusal)
        return Found.REFUSED
    return Found.NOTHING


def note_refusal(transact: Transact, *, dealer_id: int | None, told: Any, refusal: Refused) -> None:
    """Put what was refused before finance."""
    transact(note_trouble, dealer_id=dealer_id, told=told, code=refusal.code)
