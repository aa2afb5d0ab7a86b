"""What happened to an order: the words of its timeline."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Json, Name, Small, Word


class Happening(StrEnum):
    """What can happen to an order."""

    PLACED = "placed"
    APPROVED = "approved"
    PAID = "paid"
    PAID_LATE = "paid_late"
    HANDED_OUT = "handed_out"
    PICKED = "picked"
    PUT_BACK = "put_back"
    SHIPPED = "shipped"
    RECEIVED = "received"
    COMPLETED = "completed"
    READDRESSED = "readdressed"
    NUDGED = "nudged"
    LINE_FAILED = "line_failed"
    REFUNDED = "refunded"
    REISSUED = "reissued"
    CLAIMED = "claimed"
    CANCELLED = "cancelled"

    @property
    def name_shown(self) -> str:
        """The event in words, to be translated when told."""
        return HAPPENED[self]


HAPPENED: dict[Happening, str] = {
    Happening.PLACED: N_("已提交兑换"),
    Happening.APPROVED: N_("老板已同意"),
    Happening.PAID: N_("现金部分已付清"),
    Happening.PAID_LATE: N_("订单关闭后收到付款，已自动原路退回"),
    Happening.HANDED_OUT: N_("已发放"),
    Happening.PICKED: N_("已拣货"),
    Happening.PUT_BACK: N_("已放回，等待重新拣货"),
    Happening.SHIPPED: N_("已发货"),
    Happening.RECEIVED: N_("已签收"),
    Happening.COMPLETED: N_("已完成"),
    Happening.READDRESSED: N_("已更换收货地址"),
    Happening.NUDGED: N_("已催发货"),
    Happening.LINE_FAILED: N_("有一项没能送达，积分与现金已退回"),
    Happening.REFUNDED: N_("售后退回积分与现金"),
    Happening.REISSUED: N_("已补发"),
    Happening.CLAIMED: N_("已申请售后"),
    Happening.CANCELLED: N_("已取消，积分退回原批次"),
}


class OrderEvent(Base):
    """What happened to an order after it was placed, when, and by whom (`member:7`, `staff:3`, `system`). Append-only.

    The placing is the order's own row.
    """

    __tablename__ = "order_event"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "order_id"], ["redemption_order.dealer_id", "redemption_order.id"]),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    event_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[Happening] = mapped_column(Word(Happening))
    actor: Mapped[str] = mapped_column(Name(80))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
