"""The numbers under which gateways know our payments and refunds.

A letter, then dealer and row in base 36: 27 digits and letters, within the 32 that WeChat Pay takes. Two ids that are
unique together make it unique everywhere, and a callback finds its dealer without a search.
"""

from __future__ import annotations

import re

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WIDTH = 13
"""63 bits in base 36."""
SHAPE = re.compile(r"[PR][0-9A-Z]{26}")
MOST = 2**63


def payment_no(dealer_id: int, id: int) -> str:  # noqa: A002 - the row's id
    """The number of a payment."""
    return f"P{_digits(dealer_id)}{_digits(id)}"


def refund_no(dealer_id: int, id: int) -> str:  # noqa: A002 - the row's id
    """The number of a refund."""
    return f"R{_digits(dealer_id)}{_digits(id)}"


def dealer_of(no: str) -> int | None:
    """The dealer in a number; none where it is no number of ours."""
    if not SHAPE.fullmatch(no):
        return None
    dealer_id = int(no[1 : 1 + WIDTH], 36)
    return dealer_id if dealer_id < MOST and int(no[1 + WIDTH :], 36) < MOST else None


def _digits(number: int) -> str:
    signs = ""
    for _ in range(WIDTH):
        number, digit = divmod(number, 36)
        signs = DIGITS[digit] + signs
    return signs
