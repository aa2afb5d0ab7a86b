"""What is done with payments: opened, settled by what a gateway said, shut, given back; and the gateways' counter."""

from mall.payments.actions.ask import claim, note_silence, settle_told
from mall.payments.actions.counter import Counter
from mall.payments.actions.forget import forget_callbacks, forget_differences
from mall.payments.actions.open_payment import keep_ticket, open_payment, press
from mall.payments.actions.reconcile import hold_bill, resolve
from mall.payments.actions.refund import claim_refund, pay_outside, resend, settle_refund, want_refund
from mall.payments.actions.settle import settle, shut
from mall.payments.actions.trouble import note_trouble

__all__ = [
    "Counter",
    "claim",
    "claim_refund",
    "forget_callbacks",
    "forget_differences",
    "hold_bill",
    "keep_ticket",
    "note_silence",
    "note_trouble",
    "open_payment",
    "pay_outside",
    "press",
    "resend",
    "resolve",
    "settle",
    "settle_refund",
    "settle_told",
    "shut",
    "want_refund",
]
