"""What dealers looked for and did not find."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, NotFound
from mall.base.types import Day, Instant, Int, Key, Name

LONGEST_SEARCH = 40
"""Characters of a search that are kept."""


class NoSuchSearch(NotFound):
    """Nobody looked for this in vain."""

    text = N_("没有这个搜不到的词。")


class FruitlessSearch(Base):
    """How often a search found nothing on a civil day: what was typed, in small letters, and never who typed it."""

    __tablename__ = "fruitless_search"
    __table_args__ = (strict(fillfactor=80),)
    searched_on: Mapped[date] = mapped_column(Day, primary_key=True)
    words: Mapped[str] = mapped_column(Key(LONGEST_SEARCH), primary_key=True)
    times: Mapped[int] = mapped_column(Int)
    last_at: Mapped[datetime] = mapped_column(Instant)


class SearchSeenTo(Base):
    """A search that somebody has seen to. Looked for in vain after `seen_to_at`, it is told again."""

    __tablename__ = "search_seen_to"
    __table_args__ = (strict(),)
    words: Mapped[str] = mapped_column(Key(LONGEST_SEARCH), primary_key=True)
    seen_to_at: Mapped[datetime] = mapped_column(Instant)
    seen_to_by: Mapped[str] = mapped_column(Name(80))
