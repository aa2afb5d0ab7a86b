"""What is not ordered yet: a member's cart, a dealer's wish list, who wants to be told when there is stock again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Key, Small
from mall.orders.models.line import MOST

MOST_IN_CART = 100
"""The most choices that one member's cart takes."""

MOST_WISHES = 200
"""The most wishes that a dealer's list takes."""


class CartLine(Base):
    """So many of one choice that a member has put into the cart (兑换车), by one of its prices.

    `key` is the form's that put pieces in last: the same form sent again adds nothing. The price is the plan's, and
    is asked anew each time: the cart holds neither points nor stock.
    """

    __tablename__ = "cart_line"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "member_id"], ["member.dealer_id", "member.id"]),
        CheckConstraint(f"quantity > 0 AND quantity <= {MOST}", name="quantity"),
        CheckConstraint("chosen IN (0, 1)", name="chosen"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"), primary_key=True, autoincrement=False)
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("price_plan.id"))
    quantity: Mapped[int] = mapped_column(Int)
    chosen: Mapped[int] = mapped_column(Small, server_default="1")
    key: Mapped[str] = mapped_column(Key(64), server_default="")
    added_at: Mapped[datetime] = mapped_column(Instant)


class Wish(Base):
    """A choice that a dealer's people save points for (心愿单): one list for all of them, with who wished it first."""

    __tablename__ = "wish"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "member_id"], ["member.dealer_id", "member.id"]),
        Index("ix_wish_dealer_id_wished_at", "dealer_id", "wished_at"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id)
    wished_at: Mapped[datetime] = mapped_column(Instant)


class RestockAlert(Base):
    """A member asked to be told once when a choice that was sold out is there again (到货提醒)."""

    __tablename__ = "restock_alert"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "member_id"], ["member.dealer_id", "member.id"]),
        Index("ix_restock_alert_told_at_sku_id", "told_at", "sku_id"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"), primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    """When they were told; null while they wait."""
