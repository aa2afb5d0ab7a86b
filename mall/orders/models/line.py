"""A line of an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Json, Key, Name, Small, Word
from mall.catalog.models import Delivery, Kind

MOST = 999
"""The most of one choice that a single order takes."""
MOST_LINES = 50
"""The most choices that a single order takes."""


class OrderLine(Base):
    """So many of one choice, with names, attributes, plan and price as they were when it was ordered.

    `account_sealed` (`order_line:account:<order>/<line>`) is what a top-up goes to. `returned_quantity` counts the
    pieces that came back, or never arrived: their points and money were given back.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "order_id"], ["redemption_order.dealer_id", "redemption_order.id"]),
        CheckConstraint(f"quantity > 0 AND quantity <= {MOST}", name="quantity"),
        CheckConstraint("points_each > 0 AND points = points_each * quantity", name="points"),
        CheckConstraint("cash_each_fen >= 0 AND cash_fen = cash_each_fen * quantity", name="cash"),
        CheckConstraint("returned_quantity >= 0 AND returned_quantity <= quantity", name="returned"),
        Index("ix_order_line_dealer_id_item_id", "dealer_id", "item_id"),
        Index("ix_order_line_sku_code", "sku_code", "dealer_id", "order_id"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    part_no: Mapped[int] = mapped_column(Small, server_default="1")
    kind: Mapped[Kind] = mapped_column(Word(Kind), server_default="physical")
    item_id: Mapped[int] = mapped_column(Id)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"))
    plan_id: Mapped[int | None] = mapped_column(Id, ForeignKey("price_plan.id"))
    item_code: Mapped[str] = mapped_column(Name(40))
    sku_code: Mapped[str] = mapped_column(Key(40))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    attributes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    terms: Mapped[dict[str, Any]] = mapped_column(Json, server_default="{}")
    picture: Mapped[str] = mapped_column(Name(80))
    delivery: Mapped[Delivery] = mapped_column(Word(Delivery))
    quantity: Mapped[int] = mapped_column(Int)
    points_each: Mapped[int] = mapped_column(Int)
    points: Mapped[int] = mapped_column(Int)
    cash_each_fen: Mapped[int] = mapped_column(Int, server_default="0")
    cash_fen: Mapped[int] = mapped_column(Int, server_default="0")
    account_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    returned_quantity: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was handed out; a parcel's lines follow their part."""

    @property
    def kept(self) -> int:
        """Pieces that the dealer has, or is still to have."""
        return self.quantity - self.returned_quantity
