"""A refund: part or all of a payment on its way back to who paid."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Day, Id, Instant, Int, Key, Name, Small, Word


class RefundState(StrEnum):
    """Where a refund stands. A failed one is still owed: a person sees to it."""

    WANTED = "wanted"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return STATES[self]


STATES: dict[RefundState, str] = {
    RefundState.WANTED: N_("待退款"),
    RefundState.SENT: N_("退款中"),
    RefundState.DONE: N_("已退款"),
    RefundState.FAILED: N_("退款失败"),
}
REASONS: dict[str, str] = {
    "late": "订单已关闭，款项原路退回",
    "by_member": "兑换已取消",
    "by_staff": "兑换已取消",
    "unpaid": "订单已关闭，款项原路退回",
    "undeliverable": "未能送达，款项原路退回",
}
"""What the payer reads in the gateway's own app, which speaks Chinese."""
_ASKED = text("ask_at IS NOT NULL")


class Refund(Base):
    """So many fen of a payment going back. `key` says what it is for: a repeat is the same refund."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("dealer_id", "key"),
        UniqueConstraint("dealer_id", "no"),
        ForeignKeyConstraint(["dealer_id", "payment_id"], ["payment.dealer_id", "payment.id"]),
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        Index("ix_refund_payment", "dealer_id", "payment_id"),
        Index("ix_refund_order", "dealer_id", "order_id"),
        Index("ix_refund_ask_at", "ask_at", sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("ix_refund_wanted_at", "wanted_at", "dealer_id", "id"),
        Index("ix_refund_state", "state", "wanted_at"),
        Index("ix_refund_no", "no"),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    payment_id: Mapped[int] = mapped_column(Id)
    order_id: Mapped[int] = mapped_column(Id)
    order_no: Mapped[str] = mapped_column(Key(20))
    no: Mapped[str] = mapped_column(Key(32))
    key: Mapped[str] = mapped_column(Key(100))
    fen: Mapped[int] = mapped_column(Int)
    reason: Mapped[str] = mapped_column(Name(80))
    actor: Mapped[str] = mapped_column(Name(80))
    state: Mapped[RefundState] = mapped_column(Word(RefundState))
    wanted_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    gateway_no: Mapped[str | None] = mapped_column(Key(64))
    ask_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it is to be sent, or asked after, next."""
    asks: Mapped[int] = mapped_column(Small)
    trouble: Mapped[str] = mapped_column(Name(200))
    """What the gateway said last, where it would not."""
    billed_on: Mapped[date | None] = mapped_column(Day)
    ended_by: Mapped[str | None] = mapped_column(Name(80))
    """Who said that it was paid back past the gateway, by bank transfer; none where the gateway brought it back."""
    reference: Mapped[str | None] = mapped_column(Name(64))
    """Of that transfer."""
    remark: Mapped[str | None] = mapped_column(Name(200))
    """Why it went that way."""

    @property
    def reason_told(self) -> str:
        """Why, for the payer."""
        return REASONS.get(self.reason, "积分商城退款")

    @property
    def done(self) -> bool:
        """The money is back with who paid."""
        return self.state is RefundState.DONE

    @property
    def outside(self) -> bool:
        """Whether the money went back past the gateway, which knows nothing of it."""
        return self.ended_by is not None

    @property
    def failed(self) -> bool:
        """The gateway could not bring it back; a person must see to it."""
        return self.state is RefundState.FAILED
