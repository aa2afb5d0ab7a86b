"""Mobile numbers of mainland China."""

from __future__ import annotations

import re
import unicodedata

from mall.dealers.models import WrongPhone

MOBILE = re.compile(r"1[3-9]\d{9}")
NOISE = re.compile(r"[\s\-().]")


def normal(text: str) -> str:
    """Eleven digits from what a person typed: full-width digits, spaces, dashes and +86 are fine; refuses the rest."""
    digits = NOISE.sub("", unicodedata.normalize("NFKC", text)).removeprefix("+86").removeprefix("0086")
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if not digits.isascii() or not MOBILE.fullmatch(digits):
        raise WrongPhone
    return digits
