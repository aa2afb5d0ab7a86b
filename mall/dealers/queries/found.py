"""Which dealers a person at the desk means by what they typed: the same in every list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
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


def dealers_meant(session: Session, words: str) -> list[int]:
    """The ids of dealers that are meant, at most so many: for long lists, whose rows carry the dealer's id."""
    return list(session.scalars(select(Dealer.id).where(named(words)).order_by(Dealer.code).limit(MOST_NAMED)))
