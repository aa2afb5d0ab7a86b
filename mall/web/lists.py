"""Lists of the back office: what was chosen in one, as its form sends it.

A list with acts for many rows is a form: a box `codes` for each row, a box `all` (1) for everything that fits the
list's filters, those filters under their own names, and `seen`, how many the list said there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mall.web.forms import trimmed, whole

MOST_CODES = 500
LONGEST_CODE = 80


@dataclass(frozen=True)
class Selection:
    """Rows chosen one by one, or all that fit; `seen` is how many were said to fit, none where it was not said."""

    codes: tuple[str, ...]
    all: bool = False
    seen: int | None = None

    def __bool__(self) -> bool:
        return self.all or bool(self.codes)

    def moved(self, fitting: int) -> bool:
        """Whether all that fit are others by now than those that were seen, as far as their number tells."""
        return self.all and self.seen is not None and self.seen != fitting


def selection(form: Any) -> Selection:
    """What was chosen, from a form (a MultiDict). Codes come in the order of the list, each once."""
    if form.get("all") == "1":
        return Selection((), True, whole(form.get("seen", "")))
    codes = (trimmed(code)[:LONGEST_CODE] for code in form.getlist("codes")[:MOST_CODES])
    return Selection(tuple(dict.fromkeys(code for code in codes if code)))


def hidden(selection: Selection, filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """The same choice as hidden fields of the next form: the preview of a bulk act asks it again before it is done."""
    if selection.all:
        seen = [] if selection.seen is None else [("seen", str(selection.seen))]
        return [("all", "1"), *seen, *filters.items()]
    return [("codes", code) for code in selection.codes]
