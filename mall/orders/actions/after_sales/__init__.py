"""What is done with claims: applied for, answered, sent back, looked at, paid back or replaced, or let lapse."""

from mall.orders.actions.after_sales.answer import agree, decline_claim
from mall.orders.actions.after_sales.apply import Wanted, apply, withdraw_claim
from mall.orders.actions.after_sales.come_back import accept, refuse_return, resend, send_back
from mall.orders.actions.after_sales.worker import close_refunded, lapse_claims

__all__ = [
    "Wanted",
    "accept",
    "agree",
    "apply",
    "close_refunded",
    "decline_claim",
    "lapse_claims",
    "refuse_return",
    "resend",
    "send_back",
    "withdraw_claim",
]
