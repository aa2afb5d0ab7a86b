"""Top-ups: what a supplier is to fill, and what is known of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Bytes, Id, Instant, Int, Key, Name, Small, Word
from mall.dealers.models import StaffRole

MAY_TEND = (StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR)
"""Who looks after top-ups."""
PATIENCE = timedelta(hours=24)
"""How long people wait for the supplier's word before they may find out by themselves and say how it ended."""


class TopUpState(StrEnum):
    """What is known of a top-up. It ends as done or failed, and never changes after that."""

    WANTED = "wanted"
    SENT = "sent"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"

    @property
    def name_shown(self) -> str:
        """The state in words, to be translated when told."""
        return TOP_UP_STATES[self]


TOP_UP_STATES: dict[TopUpState, str] = {
    TopUpState.WANTED: N_("等待充值"),
    TopUpState.SENT: N_("充值中"),
    TopUpState.UNKNOWN: N_("正在确认结果"),
    TopUpState.DONE: N_("已到账"),
    TopUpState.FAILED: N_("充值失败"),
}
ENDED = (TopUpState.DONE, TopUpState.FAILED)


class TopUp(Base):
    """A line of an order that a supplier fills, under the number `no`, which is never used for another.

    Before it is sent it becomes unknown: whoever dies while sending has perhaps sent, so the next one asks first.
    """

    __tablename__ = "top_up"
    __table_args__ = (
        UniqueConstraint("dealer_id", "order_id", "line_no"),
        CheckConstraint("quantity > 0 AND fen > 0", name="fen"),
        CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state IN ('done', 'failed')) = (ask_at IS NULL)", name="ask_at"),
        CheckConstraint("told_at IS NULL OR ended_at IS NOT NULL", name="told"),
        Index("ix_top_up_ask_at", "ask_at", "dealer_id", "id"),
        Index("ix_top_up_told_at", "told_at", "ended_at", "dealer_id", "id"),
        Index("ix_top_up_no", "no"),
        Index("ix_top_up_state_id", "state", "id"),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, ForeignKey("dealer.id"), primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id)
    order_no: Mapped[str] = mapped_column(Key(20))
    line_no: Mapped[int] = mapped_column(Small)
    no: Mapped[str] = mapped_column(Key(32))
    account_sealed: Mapped[bytes] = mapped_column(Bytes)
    """For `top_up:account:<id>`."""
    account_tail: Mapped[str] = mapped_column(Name(4))
    """Its last four digits, by which people know it again."""
    product: Mapped[str] = mapped_column(Name(40))
    quantity: Mapped[int] = mapped_column(Int)
    fen: Mapped[int] = mapped_column(Int)
    """What all of it is worth."""
    state: Mapped[TopUpState] = mapped_column(Word(TopUpState))
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    asks: Mapped[int] = mapped_column(Int)
    ask_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the supplier is next talked to; null once it has ended."""
    supplier_no: Mapped[str] = mapped_column(Name(64))
    receipt: Mapped[str] = mapped_column(Name(120))
    """The supplier's proof, or why it failed."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str] = mapped_column(Name(80))
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its order heard how it ended."""

    @property
    def waits(self) -> bool:
        """It has not been sent yet."""
        return self.state is TopUpState.WANTED

    @property
    def ended(self) -> bool:
        """Done or failed, for ever."""
        return self.state in ENDED

    @property
    def done(self) -> bool:
        """The account was filled."""
        return self.state is TopUpState.DONE

    @property
    def failed(self) -> bool:
        """The account was not filled, and will not be."""
        return self.state is TopUpState.FAILED

    @property
    def masked(self) -> str:
        """The account as anybody may see it."""
        return f"**** {self.account_tail}"

    @property
    def tone(self) -> str:
        """How its state looks: good, bad or waiting."""
        return "good" if self.done else "bad" if self.failed else "wait"

    def may_be_settled(self, now: datetime) -> bool:
        """Whether people may say how it ended: sent, and the supplier has kept silent for long."""
        return not self.ended and self.sent_at is not None and now - self.sent_at >= PATIENCE
