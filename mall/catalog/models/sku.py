"""The choices of a reward."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Json, Name, Small


class Sku(Base):
    """One choice of an item. Attributes: [{"name": {…}, "value": {…}}, …] by language.

    A colour's attribute may carry "dot", how the colour looks. `picture` is the SKU's own, null where it has none.
    """

    __tablename__ = "sku"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("cost_fen >= 0", name="cost"),
        Index("ix_sku_item_id_position", "item_id", "position"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"))
    code: Mapped[str] = mapped_column(Name(40))
    attributes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    cost_fen: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    """What a piece costs the brand, without tax; 0 is not known."""
    held_fen: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    """A higher cost that one person lowered: its prices are held against it until `held_until`."""
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    position: Mapped[int] = mapped_column(Small)
    picture: Mapped[str | None] = mapped_column(Name(80))
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is no longer offered; orders keep pointing at it."""
