"""Judgements of redemptions: what may be ordered, at what price, by when it is due."""

from mall.orders.rules.judgement import (
    HELD_FOR,
    Hindrance,
    Offer,
    Windows,
    hindrance,
    judge_lifetime,
    judge_line,
    judge_rest,
    left_of_limit,
    most_for,
)
from mall.orders.rules.numbers import first_free, numbers
from mall.orders.rules.quote import LIFETIME, Asked, Quote, QuotedLine, opened, request_hash, signed
from mall.orders.rules.waiting import PROMISED, Haste, Waiting, due_at, waiting

__all__ = [
    "HELD_FOR",
    "LIFETIME",
    "PROMISED",
    "Asked",
    "Haste",
    "Hindrance",
    "Offer",
    "Quote",
    "QuotedLine",
    "Waiting",
    "Windows",
    "due_at",
    "first_free",
    "hindrance",
    "judge_lifetime",
    "judge_line",
    "judge_rest",
    "left_of_limit",
    "most_for",
    "numbers",
    "opened",
    "request_hash",
    "signed",
    "waiting",
]
