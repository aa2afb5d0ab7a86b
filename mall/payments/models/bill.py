"""Gateways' bills: a day of each, and where it and our own rows do not say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Day, Id, Instant, Int, Key, Name, Word, Words
from mall.payments.models.payment import GatewayName


class LineKind(StrEnum):
    """What a line of a bill tells."""

    PAID = "paid"
    REFUNDED = "refunded"


class DifferenceKind(StrEnum):
    """How a bill and our rows differ."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"
    STATE = "state"
    NOTICE = "notice"
    """Not the bill but a callback or an answer said what cannot be: another amount, merchant or currency."""

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return DIFFERENCES[self]


DIFFERENCES: dict[DifferenceKind, str] = {
    DifferenceKind.MISSING_HERE: N_("商城没有"),
    DifferenceKind.MISSING_THERE: N_("账单没有"),
    DifferenceKind.AMOUNT: N_("金额不符"),
    DifferenceKind.STATE: N_("状态不符"),
    DifferenceKind.NOTICE: N_("通知不符"),
}


@dataclass(frozen=True)
class BillLine:
    """A line of a gateway's bill: a payment, or a refund with its own number."""

    kind: LineKind
    no: str
    gateway_no: str
    fen: int
    refund_no: str = ""

    @property
    def about(self) -> str:
        """Our number of what it speaks of; the gateway's where it names none of ours."""
        return (self.refund_no if self.kind is LineKind.REFUNDED else self.no) or self.gateway_no


class BillDay(Base):
    """A gateway's bill of a civil day, when it was held against our rows and what it sums to."""

    __tablename__ = "bill_day"
    __table_args__ = (strict(),)
    gateway: Mapped[GatewayName] = mapped_column(Word(GatewayName), primary_key=True)
    day: Mapped[date] = mapped_column(Day, primary_key=True)
    fetched_at: Mapped[datetime] = mapped_column(Instant)
    payments: Mapped[int] = mapped_column(Int)
    paid_fen: Mapped[int] = mapped_column(Int)
    refunds: Mapped[int] = mapped_column(Int)
    refunded_fen: Mapped[int] = mapped_column(Int)
    our_payments: Mapped[int] = mapped_column(Int)
    our_paid_fen: Mapped[int] = mapped_column(Int)
    our_refunds: Mapped[int] = mapped_column(Int)
    our_refunded_fen: Mapped[int] = mapped_column(Int)


_UNRESOLVED = text("resolved_at IS NULL")


class BillDifference(Base):
    """Something that a gateway says otherwise than we do. It stays until somebody says what became of it."""

    __tablename__ = "bill_difference"
    __table_args__ = (
        UniqueConstraint("gateway", "day", "kind", "about"),
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved"),
        Index("ix_bill_difference_open", "day", sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    gateway: Mapped[GatewayName] = mapped_column(Word(GatewayName))
    day: Mapped[date] = mapped_column(Day)
    kind: Mapped[DifferenceKind] = mapped_column(Word(DifferenceKind))
    about: Mapped[str] = mapped_column(Key(64))
    line: Mapped[LineKind] = mapped_column(Word(LineKind))
    code: Mapped[str] = mapped_column(Name(40))
    """The refusal's code where a notice was refused."""
    dealer_id: Mapped[int | None] = mapped_column(Id)
    order_no: Mapped[str] = mapped_column(Name(20))
    our_fen: Mapped[int | None] = mapped_column(Int)
    their_fen: Mapped[int | None] = mapped_column(Int)
    our_state: Mapped[str] = mapped_column(Name(24))
    gateway_no: Mapped[str] = mapped_column(Name(64))
    found_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[str | None] = mapped_column(Name(80))
    remark: Mapped[str] = mapped_column(Words)

    @property
    def resolved(self) -> bool:
        """Somebody has said what became of it, or it is gone."""
        return self.resolved_at is not None
