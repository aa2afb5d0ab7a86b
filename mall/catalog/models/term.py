"""What rewards are found by."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Key, Small


class Term(Base):
    """An inverted index of one table that works the same on every engine: Han bigrams and single characters,
    Latin words, pinyin and its initials, codes (`rules/search.py`). Two characters find; trigrams would not.
    """

    __tablename__ = "item_term"
    __table_args__ = (Index("ix_item_term_item_id", "item_id"), strict())
    term: Mapped[str] = mapped_column(Key(80), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"), primary_key=True, autoincrement=False)
    weight: Mapped[int] = mapped_column(Small)
