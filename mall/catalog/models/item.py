"""A reward, as everybody sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Int, Json, Name, Small, Word
from mall.catalog.models.kind import Delivery, Kind

NOT_FOR_EVERYBODY = 10**15
"""What an item says it costs everybody while none of its prices is for everybody: more than any price."""
UNPICTURED = text("pictures = '[]'")
"""What has no picture yet. Statements say it so that the index of such rewards serves them."""
TAGS: dict[str, str] = {"new": N_("新品"), "hot": N_("热门")}
"""The tags that merchandisers give, in words; a tag not among them is not shown."""


class Item(Base):
    """A reward (礼品). Texts by language; pictures are keys, the first is the main one.

    `lowest_points` and `highest_points` are the fewest points for which its cheapest and its dearest SKU can be had
    by everybody, `lowest_cash_fen` the cash beside the first. They are copies of price plans, kept by the actions
    that change prices, so that lists ask the plans of few items only; `NOT_FOR_EVERYBODY` where everybody has none.

    `terms` are what the kind needs to be handed out: a top-up its product and face value, a service its life.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("lowest_points > 0 AND highest_points >= lowest_points", name="price"),
        CheckConstraint("limit_per_dealer IS NULL OR limit_per_dealer > 0", name="limit"),
        CheckConstraint("off_at IS NULL OR (shelved_at IS NOT NULL AND off_at > shelved_at)", name="off"),
        Index("ix_item_category_id_lowest_points", "category_id", "lowest_points", "id"),
        Index("ix_item_lowest_points_id", "lowest_points", "id"),
        Index("ix_item_shelved_at_id", "shelved_at", "id"),
        Index("ix_item_pick_position_id", "pick_position", "id"),
        Index("ix_item_unpictured", "id", sqlite_where=UNPICTURED, postgresql_where=UNPICTURED),
        Index("ix_item_created_at_id", "created_at", "id"),
        Index("ix_item_supplier_id", "supplier_id"),
        Index("ix_item_brand", "brand"),
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
    lowest_cash_fen: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    limit_per_dealer: Mapped[int | None] = mapped_column(Int)
    delivery: Mapped[Delivery] = mapped_column(Word(Delivery))
    terms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    personal: Mapped[int] = mapped_column(Small, default=0, server_default="0")
    """1: for a person's own use, which the dealer's owner must have authorised; 0: for the business."""
    freight_template_id: Mapped[int | None] = mapped_column(Id, ForeignKey("freight_template.id"))
    """What sending it costs the dealer; null is free."""
    pick_position: Mapped[int | None] = mapped_column(Small)
    created_at: Mapped[datetime] = mapped_column(Instant)
    shelved_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is on the shelf; null is off."""
    off_at: Mapped[datetime | None] = mapped_column(Instant)
    """From when it is off the shelf again; null stays."""
    supplier_id: Mapped[int | None] = mapped_column(Id, ForeignKey("supplier.id"))
    version: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    """How many times it was published; 0 was never edited at the desk."""

    def on_shelf(self, at: datetime) -> bool:
        """Whether dealers see it at a moment, if it has a price for them."""
        return on_shelf(self.shelved_at, self.off_at, at)


def on_shelf(shelved_at: datetime | None, off_at: datetime | None, at: datetime) -> bool:
    """Whether something with these moments is on the shelf at another: from the first up to but not the second."""
    return shelved_at is not None and shelved_at <= at and (off_at is None or at < off_at)
