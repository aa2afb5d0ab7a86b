"""What a piece costs in points and cash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Name, Small, Word
from mall.dealers.models import Tier

NARROWED = text("withdrawn_at IS NULL AND (tier IS NOT NULL OR region <> '')")
"""What is not for everybody. Statements say it in these very words, so that the index of such prices serves them."""
BEGINS_LATER = text("withdrawn_at IS NULL AND starts_at > created_at")
"""What holds from a later moment than it was written at: the item has to be told when it begins."""

CUT = 2
"""In `bounded`: a region's standing price that ends when the brand's own moves too far from it."""


class PricePlan(Base):
    """A way to have a piece of a SKU: so many points, or so many and cash beside them (`step` 1 and up).

    It may be for a tier, for a region (a path such as 华东/浙江, with all beneath it), for a time. A row never changes
    but for being withdrawn: a new price is a new row, so that what an order was charged stays readable.
    """

    __tablename__ = "price_plan"
    __table_args__ = (
        CheckConstraint("points > 0 AND cash_fen >= 0", name="price"),
        CheckConstraint("step >= 0 AND (step = 0) = (cash_fen = 0)", name="step"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="dates"),
        CheckConstraint("bounded = 0 OR (bounded IN (1, 2) AND region <> '')", name="bounded"),
        Index("ix_price_plan_sku_id", "sku_id", "step"),
        Index("ix_price_plan_narrowed", "region", "tier", "sku_id", sqlite_where=NARROWED, postgresql_where=NARROWED),
        Index("ix_price_plan_began", "starts_at", "sku_id", sqlite_where=BEGINS_LATER, postgresql_where=BEGINS_LATER),
        Index("ix_price_plan_ends_at", "ends_at"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"))
    step: Mapped[int] = mapped_column(Small)
    points: Mapped[int] = mapped_column(Int)
    cash_fen: Mapped[int] = mapped_column(Int)
    tier: Mapped[Tier | None] = mapped_column(Word(Tier))
    region: Mapped[str] = mapped_column(Name(200))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    bounded: Mapped[int] = mapped_column(Small, default=0, server_default="0")
    """0: the brand wrote it, who is bound by nothing; 1: a region, within the brand's bounds; 2: a region, as its
    standing price, which ends when the brand's own price moves too far from it.
    """
