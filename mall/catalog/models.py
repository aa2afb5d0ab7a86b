"""Categories, items, SKUs, stock and search terms. Small and shared by all dealers; stock is keyed by SKU."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, NotFound, Refused
from mall.base.types import Id, Instant, Int, Json, Key, Name, Small, Word


class Kind(StrEnum):
    """How a reward reaches the dealer."""

    PHYSICAL = "physical"
    CARD_CODE = "card_code"
    SERVICE = "service"

    @property
    def shipped(self) -> bool:
        """Whether it needs an address and a parcel."""
        return self is Kind.PHYSICAL


class Delivery(StrEnum):
    """What the mall promises about the time until it leaves."""

    TWO_DAYS = "48h"
    A_WEEK = "7d"
    INSTANT = "instant"


TAGS: dict[str, str] = {"new": N_("新品"), "hot": N_("热门")}
"""The tags that merchandisers give, in words; a tag not among them is not shown."""


class Category(Base):
    """A shelf of the catalogue. Names by language: {"zh_Hans": …, "zh_Hant": …, "en": …}."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("code"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    icon: Mapped[str] = mapped_column(Name(40))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Small)


class Item(Base):
    """A reward (礼品). Texts by language; pictures are keys, the first is the main one.

    `lowest_points` and `highest_points` are the prices of its cheapest and dearest SKU, kept by the actions that
    change prices, so that lists can filter and sort by an index and say "from".
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("lowest_points > 0 AND highest_points >= lowest_points", name="price"),
        CheckConstraint("limit_per_dealer IS NULL OR limit_per_dealer > 0", name="limit"),
        Index("ix_item_category_id_lowest_points", "category_id", "lowest_points", "id"),
        Index("ix_item_lowest_points_id", "lowest_points", "id"),
        Index("ix_item_shelved_at_id", "shelved_at", "id"),
        Index("ix_item_pick_position_id", "pick_position", "id"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    category_id: Mapped[int] = mapped_column(Id, ForeignKey("category.id"))
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    brand: Mapped[str] = mapped_column(Name(80))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    subtitles: Mapped[dict[str, str]] = mapped_column(Json)
    descriptions: Mapped[dict[str, str]] = mapped_column(Json)
    pictures: Mapped[list[str]] = mapped_column(Json)
    tags: Mapped[list[str]] = mapped_column(Json)
    list_price_fen: Mapped[int] = mapped_column(Int)
    lowest_points: Mapped[int] = mapped_column(Int)
    highest_points: Mapped[int] = mapped_column(Int)
    limit_per_dealer: Mapped[int | None] = mapped_column(Int)
    delivery: Mapped[Delivery] = mapped_column(Word(Delivery))
    pick_position: Mapped[int | None] = mapped_column(Small)
    created_at: Mapped[datetime] = mapped_column(Instant)
    shelved_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is on the shelf; null is off."""


class Sku(Base):
    """One choice of an item, with its price in points. Attributes: [{"name": {…}, "value": {…}}, …] by language.

    A colour's attribute may carry "dot", how the colour looks. `picture` is the SKU's own, null where it has none.
    """

    __tablename__ = "sku"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("points > 0", name="price"),
        Index("ix_sku_item_id_position", "item_id", "position"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"))
    code: Mapped[str] = mapped_column(Name(40))
    attributes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    points: Mapped[int] = mapped_column(Int)
    position: Mapped[int] = mapped_column(Small)
    picture: Mapped[str | None] = mapped_column(Name(80))
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is no longer offered; orders keep pointing at it."""


class Stock(Base):
    """What is left of a SKU. The database refuses to go below nothing; `catalog.actions` is its one door."""

    __tablename__ = "stock"
    __table_args__ = (CheckConstraint("on_hand >= 0", name="on_hand"), strict(fillfactor=70))
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"), primary_key=True, autoincrement=False)
    on_hand: Mapped[int] = mapped_column(Int)


class Term(Base):
    """An inverted index of one table that works the same on every engine: Han bigrams and single characters,
    Latin words, pinyin and its initials, codes (`rules/search.py`). Two characters find; trigrams would not.
    """

    __tablename__ = "item_term"
    __table_args__ = (Index("ix_item_term_item_id", "item_id"), strict())
    term: Mapped[str] = mapped_column(Key(80), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"), primary_key=True, autoincrement=False)
    weight: Mapped[int] = mapped_column(Small)


class SoldOut(Refused):
    """Fewer left than asked for."""

    code = "sold_out"
    text = N_("库存不足，还剩 %(left)s 件。积分没有扣减。")


class NoSuchItem(NotFound):
    """No such reward, or it is off the shelf."""

    text = N_("这件礼品已经下架，或者换了地方。")


class NoSuchChoice(Refused):
    """No SKU has this combination of attributes."""

    code = "no_such_choice"
    status = 422
    text = N_("没有这个规格组合，请重新选择。")
