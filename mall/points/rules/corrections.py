"""Judgements of corrections: how many points a person may move alone, and what a remark may hold."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

ALONE_WITHIN = timedelta(hours=24)
"""What one person posts alone for one dealer within this time counts together against the threshold."""

NOISE = re.compile(r"(?<=[0-9])[\s\-().]+(?=[0-9])")
PERSONAL = (
    re.compile(r"(?<![0-9])(?:\+?86|0086)?1[3-9][0-9]{9}(?![0-9])"),  # a mobile number
    re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"),  # a resident identity number
    re.compile(r"(?<![0-9])[0-9]{16,19}(?![0-9])"),  # a bank card
    re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}"),  # a mailbox
)


def holds_personal_data(remark: str) -> bool:
    """Whether a remark holds what looks like a phone, an identity number, a bank card or a mailbox."""
    plain = unicodedata.normalize("NFKC", remark)
    return any(pattern.search(text) for pattern in PERSONAL for text in (plain, NOISE.sub("", plain)))


def needs_second_person(counted: int, threshold: int) -> bool:
    """Whether somebody else must look: `counted` are the points now asked for and those posted alone shortly before.

    So whoever cuts a large correction into small ones gets no further than the threshold in all.
    """
    return counted > threshold
