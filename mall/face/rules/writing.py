"""Announcements and guides as staff fill them in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mall.base.refused import N_
from mall.face.rules.fields import Field, FieldKind, Judged, judged

TITLES = Field(name="titles", kind=FieldKind.WORDS, label=N_("标题"), most=40, needed=True)
TEXTS = Field(name="texts", kind=FieldKind.RICH, label=N_("正文"), needed=True)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def words_judged(titles: Mapping[str, str], texts: Mapping[str, str]) -> Judged:
    """Title and text by language, put in order and cleaned, and what is wrong with them."""
    return judged((TITLES, TEXTS), {"titles": titles, "texts": texts})


def slug_fits(slug: str) -> bool:
    """Whether a guide's address is one: small Latin letters, digits and hyphens."""
    return SLUG.fullmatch(slug) is not None
