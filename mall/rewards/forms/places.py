"""Places in lists, as an address carries them."""

from __future__ import annotations

from datetime import datetime

from mall.base.types import micros, moment

LAST_MICROS = 253_402_300_799_000_000
"""The end of the year 9999: beyond it a number in an address is no moment."""


def place_to(place: tuple[datetime, int]) -> str:
    """A moment and an id."""
    return f"{micros(place[0])}-{place[1]}"


def place_from(text: str) -> tuple[datetime, int] | None:
    """Where a list goes on; what makes no sense starts at the top."""
    first, _, second = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 19 for part in (first, second)):
        return None
    at, number = int(first), int(second)
    return (moment(at), number) if at < LAST_MICROS and number < 2**63 else None
