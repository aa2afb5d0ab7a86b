"""What is done with claims: applied for, answered, sent back, looked at, paid back or replaced, or let lapse."""

from mall.orders.actions.after_sales.answer import agree, decline_claim, needs_two
from mall.orders.actions.after_sales.apply import Photo, Wanted, apply, photo_place, withdraw_claim, words_place
from mall.orders.actions.after_sales.come_back import accept, refuse_return, resend, send_back
from mall.orders.actions.after_sales.worker import close_refunded, lapse_claims, remind_claims

__all__ = [
    "Photo",
    "Wanted",
    "accept",
    "agree",
    "apply",
    "close_refunded",
    "decline_claim",
    "lapse_claims",
    "needs_two",
    "photo_place",
    "refuse_return",
    "remind_claims",
    "resend",
    "send_back",
    "withdraw_claim",
    "words_place",
]
