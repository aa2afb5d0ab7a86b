"""What is known around a file while it is read: the names of what there is, and how the rewards in it stand now."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from mall.catalog.models import Kind

Named = Mapping[str, str]
"""Codes by what people may write for them, folded; '' where several have the name."""
SLASH = re.compile(r"\s*[/／>＞]\s*")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What there is. `named` are categories, suppliers and freight templates, by the column that names them."""

    now: datetime
    zone: ZoneInfo
    named: Mapping[str, Named]
    is_picture: Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a reward stands that a file names; one without a kind is new."""

    kind: Kind | None = None
    being_written: bool = False
    """It has a draft and was never published."""
    shelved_at: datetime | None = None
    off_at: datetime | None = None
    skus: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """The attributes of its SKUs, by code."""

    def on_shelf(self, at: datetime) -> bool:
        """Whether it is on the shelf at a moment."""
        return self.shelved_at is not None and self.shelved_at <= at and (self.off_at is None or self.off_at > at)


NEW = Standing()


def folded(text: str) -> str:
    """A name as it is compared: half width, small letters, one way of writing a path."""
    return SLASH.sub("/", " ".join(unicodedata.normalize("NFKC", text).casefold().split()))


def names(given: Iterable[tuple[str, Collection[str]]]) -> Named:
    """Codes by their names. A code always means itself; a name that two have means none of them."""
    found: dict[str, str] = {}
    codes = []
    for code, called in given:
        codes.append(code)
        for name in {folded(each) for each in called if each}:
            found[name] = code if name not in found else ""
    return found | {folded(code): code for code in codes}
