"""What a region says of a reward in its own words, beside the brand's library."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Int, Json, Key, Name, Small

Edition = dict[str, Any]
"""What a region says: only the parts that are its own; `rules/editions.py` tells their shape. Nothing is {}."""


class Said(StrEnum):
    """What a region may say differently, where the brand lets it. All else follows the library."""

    NAMES = "names"
    SUBTITLES = "subtitles"
    DESCRIPTIONS = "descriptions"
    PICTURES = "pictures"
    SHELF = "shelf"
    PRICE = "price"

    @property
    def name_shown(self) -> str:
        """The part in words, to be translated when told."""
        return SAID[self]


SAID: dict[Said, str] = {
    Said.NAMES: N_("名称"),
    Said.SUBTITLES: N_("副标题"),
    Said.DESCRIPTIONS: N_("说明"),
    Said.PICTURES: N_("图片"),
    Said.SHELF: N_("上下架"),
    Said.PRICE: N_("价格"),
}


class ItemEdition(Base):
    """A region's edition of a reward (区域版). What is null follows the regions above, and these the library.

    A region takes off its shelf and never puts on: from `off_from` until `off_until`, or for good, its dealers do not
    see the reward, nor do those of the regions within it. Its prices are price plans of the region.
    """

    __tablename__ = "item_edition"
    __table_args__ = (
        CheckConstraint("region <> ''", name="region"),
        CheckConstraint("off_until IS NULL OR (off_from IS NOT NULL AND off_until > off_from)", name="off"),
        CheckConstraint("revision > 0", name="revision"),
        Index("ix_item_edition_item_id", "item_id"),
        strict(),
    )
    region: Mapped[str] = mapped_column(Name(200), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"), primary_key=True, autoincrement=False)
    names: Mapped[dict[str, str] | None] = mapped_column(Json)
    subtitles: Mapped[dict[str, str] | None] = mapped_column(Json)
    descriptions: Mapped[dict[str, str] | None] = mapped_column(Json)
    pictures: Mapped[list[str] | None] = mapped_column(Json)
    off_from: Mapped[datetime | None] = mapped_column(Instant)
    off_until: Mapped[datetime | None] = mapped_column(Instant)
    base: Mapped[Edition] = mapped_column(Json)
    """What the library said in the place of these parts when they were written."""
    revision: Mapped[int] = mapped_column(Int)
    """The number of its version; one that was given up and is written anew counts on."""
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))


class EditionVersion(Base):
    """What a region said of a reward from a moment on, whole; {} follows the library. A row never changes."""

    __tablename__ = "item_edition_version"
    __table_args__ = (strict(),)
    region: Mapped[str] = mapped_column(Name(200), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    document: Mapped[Edition] = mapped_column(Json)
    said_at: Mapped[datetime] = mapped_column(Instant)
    said_by: Mapped[str] = mapped_column(Name(80))


class EditionTerm(Base):
    """What dealers of a region find a reward by besides the library's terms: the words of the region's edition."""

    __tablename__ = "item_edition_term"
    __table_args__ = (Index("ix_item_edition_term_item_id", "item_id", "region"), strict())
    region: Mapped[str] = mapped_column(Name(200), primary_key=True)
    term: Mapped[str] = mapped_column(Key(80), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"), primary_key=True, autoincrement=False)
    weight: Mapped[int] = mapped_column(Small)


class EditionBounds(Base):
    """How far regions may leave the library: one row, the brand's own. Percentages are in ten-thousandths.

    `parts` are the words of `Said` that are theirs to write; a region's price lies between the library's less
    `down_bps` and the library's and `up_bps`, points and cash each.
    """

    __tablename__ = "item_edition_bounds"
    __table_args__ = (
        CheckConstraint("id = 1", name="one"),
        CheckConstraint("down_bps BETWEEN 0 AND 10000 AND up_bps BETWEEN 0 AND 10000", name="percent"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    down_bps: Mapped[int] = mapped_column(Int)
    up_bps: Mapped[int] = mapped_column(Int)
    parts: Mapped[list[str]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(Int)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))
