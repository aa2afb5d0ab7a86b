"""Phone numbers of mainland China: mobiles to sign in with, and whatever a courier can ring."""

from __future__ import annotations

import re
import unicodedata

from mall.dealers.models import NotReachable, WrongPhone

MOBILE = re.compile(r"1[3-9]\d{9}")
NOISE = re.compile(r"[\s\-().]")
AREA = r"0(?:10|2\d|[3-9]\d{2})"
"""Area codes: Beijing's 010, those of the large cities with three digits, all others with four."""
LANDLINE = re.compile(rf"[(]?({AREA})[)]?[\s-]?(\d{{7,8}})(?:\s?(?:转|-|#|ext\.?)\s?(\d{{1,6}}))?", re.I)


def normal(text: str) -> str:
    """Eleven digits from what a person typed: full-width digits, spaces, dashes and +86 are fine; refuses the rest."""
    digits = NOISE.sub("", unicodedata.normalize("NFKC", text)).removeprefix("+86").removeprefix("0086")
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if not digits.isascii() or not MOBILE.fullmatch(digits):
        raise WrongPhone
    return digits


def reachable(text: str) -> str:
    """A mobile number, or a landline with its area code (`0571-63721234`, `0571-63721234-801`); refuses the rest."""
    plain = unicodedata.normalize("NFKC", text).strip()
    landline = LANDLINE.fullmatch(plain)
    if landline and plain.isascii() | ("转" in plain):
        return "-".join(part for part in landline.groups() if part)
    try:
        return normal(text)
    except WrongPhone as refusal:
        raise NotReachable from refusal
