"""What is done with messages: sent by any verb, delivered by the worker, sent again or set aside by people."""

from mall.outbox.actions.deliver import Taken, delivered, failed, take
from mall.outbox.actions.forget import forget_delivered
from mall.outbox.actions.hand_over import Answer, hand_over
from mall.outbox.actions.resend import resend, resend_dead, set_aside
from mall.outbox.actions.send import send

__all__ = [
    "Answer",
    "Taken",
    "delivered",
    "failed",
    "forget_delivered",
    "hand_over",
    "resend",
    "resend_dead",
    "send",
    "set_aside",
    "take",
]
