"""Places in long lists: a page begins behind the last row of the one before it, however many rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import literal, tuple_

from mall.base.types import micros, moment

LAST_MICROS = 253_402_300_799_000_000
"""The end of the year 9999: beyond it a number in an address is no moment."""

Place = tuple[datetime, int]


def behind(asked: Any, place: Sequence[Any] | None, *order: Any, oldest: bool = False) -> Any:
    """A statement in the order of these columns, the last first unless `oldest`, from behind a place in it on."""
    if place is not None:
        here = tuple_(*order)
        there = tuple_(*(literal(value, column.type) for value, column in zip(place, order, strict=True)))
        asked = asked.where(here > there if oldest else here < there)
    return asked.order_by(*order) if oldest else asked.order_by(*(column.desc() for column in order))


def place_to(place: Place) -> str:
    """A moment and an id, as an address carries them."""
    return f"{micros(place[0])}-{place[1]}"


def place_from(text: str) -> Place | None:
    """Where a list goes on; what makes no sense starts at the top."""
    first, _, second = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 19 for part in (first, second)):
        return None
    at, number = int(first), int(second)
    return (moment(at), number) if at < LAST_MICROS and number < 2**63 else None


def id_from(text: str) -> int | None:
    """An id that a list goes on behind; anything else is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 2**63 else None
