"""What of a search that found nothing is written down: never what could be somebody's number or address."""

from __future__ import annotations

import re

from mall.base.found import plain, wanted
from mall.catalog.models import LONGEST_SEARCH

DIGITS = 7
"""So many digits are no name of a reward but a phone, an order or an identity."""


def kept_of(query: str) -> str:
    """A search as it is counted: small letters, half width, single spaces; '' where it is not to be kept.

    Left out is what no search can read, a single letter, what looks like an e-mail address, and what holds as many
    digits as a phone number has, however they are parted.
    """
    typed = " ".join(plain(query).split())
    words = typed[:LONGEST_SEARCH].strip()
    digits = sum(sign.isdigit() for sign in typed)
    if "@" in typed or digits >= DIGITS or not wanted(words):
        return ""
    return "" if re.fullmatch("[a-z0-9]", words) else words
