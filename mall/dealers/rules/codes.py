"""One-time codes by SMS: six digits, good for five minutes and five tries, once."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import timedelta

GOOD_FOR = timedelta(minutes=5)
TRIES = 5
DIGITS = 6


def fresh() -> str:
    """Six digits that nobody can guess, zeros in front included."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def normal(text: str) -> str:
    """The digits of what a person typed: full-width digits and spaces are fine. What is no code becomes empty."""
    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return digits if re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits) else ""
