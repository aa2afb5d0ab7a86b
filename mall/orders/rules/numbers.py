"""The number that a dealer reads out on the phone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from mall.base.time import civil_day


def numbers(order_id: int, placed_at: datetime, zone: str) -> list[str]:
    """Four candidates for an order's number, the first free one wins: civil day, then eight digits.

    Digits alone, so that it can be told on the phone; scattered, so that it does not tell how much is sold.
    """
    day = civil_day(placed_at, zone).strftime("%y%m%d")
    digest = sha256(b"order number %d" % order_id).digest()
    return [f"{day}{int.from_bytes(digest[i : i + 8]) % 10**8:08d}" for i in range(0, 32, 8)]


def first_free(candidates: list[str], taken: Collection[str]) -> str:
    """The first number not in use at this dealer. All four in use is one chance in 10^32 for each earlier order."""
    return next(no for no in candidates if no not in taken)
