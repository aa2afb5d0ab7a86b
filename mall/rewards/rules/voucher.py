"""What an item says of its vouchers, their numbers, and until when they are good. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from mall.base.time import start_of_day
from mall.rewards.models.voucher import Service

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, so that a number can be read out and typed."""
MOST_DAYS = 3660
SERVICE_SYSTEMS = ("dms", "tms")


@dataclass(frozen=True)
class VoucherTerms:
    """What each voucher of a line is."""

    system: str
    days: int
    service: str | None = None
    fen: int = 0
    least_fen: int = 0


def service_terms(terms: Mapping[str, Any]) -> VoucherTerms | None:
    """The terms of a service benefit; none where the item does not say what is needed."""
    service, system, days = terms.get("service"), terms.get("system"), terms.get("days")
    if service not in set(Service) or system not in SERVICE_SYSTEMS or not _number(days, 1, MOST_DAYS):
        return None
    return VoucherTerms(system=str(system), days=int(days or 0), service=str(service))


def coupon_terms(terms: Mapping[str, Any]) -> VoucherTerms | None:
    """The terms of a coupon for the next order in the DMS; none where the item does not say what is needed."""
    fen, least, days = terms.get("fen"), terms.get("least_fen", 0), terms.get("days")
    if not (_number(fen, 1, 10**10) and _number(least, 0, 10**12) and _number(days, 1, MOST_DAYS)):
        return None
    return VoucherTerms(system="dms", days=int(days or 0), fen=int(fen or 0), least_fen=int(least))


def ends(today: date, days: int, zone: str) -> datetime:
    """Good to the end of the day that lies so many days after the one of its issue: the instant after its last."""
    return start_of_day(today + timedelta(days=days + 1), zone)


def number(dealer_id: int, voucher_id: int) -> str:
    """Its number: the id in thirteen signs, and three that follow from dealer and id, so that a slip is noticed."""
    check = int.from_bytes(sha256(f"{dealer_id}/{voucher_id}".encode()).digest()[:8], "big") % 32**3
    return _signs(voucher_id, 13) + _signs(check, 3)


def plain_number(typed: str) -> str:
    """A number as it was typed or read out, in the signs it is kept in."""
    signs = typed.upper().translate(str.maketrans("OIL", "011", " -"))
    return signs if len(signs) == 16 and set(signs) <= set(DIGITS) else ""


def _signs(value: int, many: int) -> str:
    return "".join(DIGITS[value >> 5 * at & 31] for at in reversed(range(many)))


def _number(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
