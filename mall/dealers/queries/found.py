"""Which dealers a person at the desk means by what they typed: the same in every list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from mall.base.found import letters
from mall.dealers.models import Dealer

MOST_NAMED = 200


def named(words: str, who: Any = Dealer) -> ColumnElement[bool]:
    """A dealer whose code begins with the words, or whose name holds them, as it is written or by pinyin or initials.

    `who` is the table of dealers where a statement has it twice.
    """
    said = (who.code.istartswith(words, autoescape=True), who.name.icontains(words, autoescape=True))
    typed = letters(words)
    return or_(*said, who.spelled.contains(typed)) if typed else or_(*said)


@dataclass(frozen=True)
class Meant:
    """The dealers that somebody means: few by their ids, many by a statement that finds them."""

    ids: Any
    nobody: bool = False

    def of(self, column: Any) -> ColumnElement[bool]:
        """Whether a row is one of theirs, by its column of the dealer's id; never where nobody is meant."""
        return false() if self.nobody else cast("ColumnElement[bool]", column.in_(self.ids))


NOBODY = Meant((), True)


def dealers_meant(session: Session, words: str) -> Meant:
    """The dealers that words mean, looked for first: then a long list goes by the index of its dealers' ids."""
    found = list(session.scalars(select(Dealer.id).where(named(words)).limit(MOST_NAMED + 1)))
    if not found:
        return NOBODY
    return Meant(found if len(found) <= MOST_NAMED else select(Dealer.id).where(named(words)))
