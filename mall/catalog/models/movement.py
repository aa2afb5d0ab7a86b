"""The ledger of the pieces: every change of a SKU's stock is a row that nobody changes afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Int, Name, Word


class Move(StrEnum):
    """What happened to pieces.

    IN, ADJUST and COUNT change how many there are in all; RESERVE and RELEASE how many of them orders keep; OUT is
    pieces that orders keep leaving a warehouse, and changes where they are alone.
    """

    IN = "in"
    OUT = "out"
    RESERVE = "reserve"
    RELEASE = "release"
    ADJUST = "adjust"
    COUNT = "count"


MOVES: dict[Move, str] = {
    Move.IN: N_("入库"),
    Move.OUT: N_("出库"),
    Move.RESERVE: N_("占用"),
    Move.RELEASE: N_("释放"),
    Move.ADJUST: N_("调整"),
    Move.COUNT: N_("盘点"),
}
CHANGES_ALL = (Move.IN, Move.ADJUST, Move.COUNT)
FOR_ORDERS = (Move.RESERVE, Move.RELEASE)


class Reason(StrEnum):
    """Why pieces moved."""

    OPENING = "opening"
    SUPPLY = "supply"
    FOUND = "found"
    DAMAGED = "damaged"
    LOST = "lost"
    SAMPLE = "sample"
    TO_SUPPLIER = "to_supplier"
    CORRECTION = "correction"
    MOVED = "moved"
    COUNT = "count"
    ORDER = "order"
    CANCELLED = "cancelled"
    FAILED = "failed"
    CLAIM = "claim"
    EXCHANGE = "exchange"
    SHIPPED = "shipped"
    CODES = "codes"


REASONS: dict[Reason, str] = {
    Reason.OPENING: N_("期初"),
    Reason.SUPPLY: N_("到货"),
    Reason.FOUND: N_("找到"),
    Reason.DAMAGED: N_("破损"),
    Reason.LOST: N_("丢失"),
    Reason.SAMPLE: N_("样品领用"),
    Reason.TO_SUPPLIER: N_("退供应商"),
    Reason.CORRECTION: N_("更正录入"),
    Reason.MOVED: N_("调仓"),
    Reason.COUNT: N_("盘点差异"),
    Reason.ORDER: N_("兑换下单"),
    Reason.CANCELLED: N_("订单取消"),
    Reason.FAILED: N_("无法交付"),
    Reason.CLAIM: N_("售后"),
    Reason.EXCHANGE: N_("换货"),
    Reason.SHIPPED: N_("发货"),
    Reason.CODES: N_("卡密库"),
}
MORE = (Reason.FOUND, Reason.CORRECTION)
LESS = (Reason.DAMAGED, Reason.LOST, Reason.SAMPLE, Reason.TO_SUPPLIER, Reason.CORRECTION)
"""What staff may say when pieces become more, or fewer, without an order."""


@dataclass(frozen=True)
class Because:
    """What a change of stock tells of itself: why, by which paper (an order's number), whose doing, in what words.

    `key` is the form's own, where a person sent it: sent again it is the same change.
    """

    reason: Reason
    reference: str
    actor: str
    remark: str = ""
    key: str | None = None


class StockMovement(Base):
    """One movement of a SKU. `seq` counts from 1 without a gap; `on_hand` is what could be redeemed after it.

    `pieces` is signed. On all but OUT it changes what can be redeemed; wherever a warehouse is named it changes what
    lies there. So the sums are the proof: all but OUT give the stock, those of a warehouse what lies in it, RESERVE and
    RELEASE what orders keep.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("pieces <> 0", name="pieces"),
        CheckConstraint("on_hand >= 0 AND seq > 0", name="on_hand"),
        CheckConstraint("kind <> 'reserve' OR (warehouse_id IS NULL AND pieces < 0)", name="reserve"),
        CheckConstraint("kind NOT IN ('in', 'release') OR pieces > 0", name="more"),
        CheckConstraint("kind <> 'out' OR (warehouse_id IS NOT NULL AND pieces < 0)", name="out"),
        Index("ix_stock_movement_at_sku_id", "at", "sku_id"),
        Index(
            "uq_stock_movement_sku_id_key",
            "sku_id",
            "key",
            unique=True,
            sqlite_where=text("key IS NOT NULL"),
            postgresql_where=text("key IS NOT NULL"),
        ),
        strict(),
    )
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("stock.sku_id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    kind: Mapped[Move] = mapped_column(Word(Move))
    pieces: Mapped[int] = mapped_column(Int)
    on_hand: Mapped[int] = mapped_column(Int)
    warehouse_id: Mapped[int | None] = mapped_column(Id, ForeignKey("warehouse.id"))
    reason: Mapped[Reason] = mapped_column(Word(Reason))
    reference: Mapped[str] = mapped_column(Name(80))
    remark: Mapped[str] = mapped_column(Name(200))
    actor: Mapped[str] = mapped_column(Name(80))
    key: Mapped[str | None] = mapped_column(Name(60))
    at: Mapped[datetime] = mapped_column(Instant)
