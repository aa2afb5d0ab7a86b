"""The programme and the account: the one lock, the cached balance and the head of the chain."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Name, Small


class AccountStatus(IntEnum):
    """What an account may do. Points can be earned and taken back in every state but closed."""

    ACTIVE = 1
    NO_SPENDING = 2
    CLOSED = 3


class Programme(Base):
    """A brand's points programme: its time zone, its grace for lots that expired meanwhile, its closed period."""

    __tablename__ = "programme"
    __table_args__ = (
        CheckConstraint("grace_days >= 0", name="grace"),
        CheckConstraint("approval_points >= 0", name="approval"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name(80))
    zone: Mapped[str] = mapped_column(Name(40))
    currency: Mapped[str] = mapped_column(Name(3))
    grace_days: Mapped[int] = mapped_column(Small, default=7)
    closed_until: Mapped[datetime | None] = mapped_column(Instant)
    """Nothing may take effect before this moment; null while no period has been closed."""
    approval_points: Mapped[int] = mapped_column(Int, default=5_000)
    """A correction of more points than this needs a second person."""


class Account(Base):
    """A dealer's points: four balances, each never negative; owing and having at once is impossible."""

    __tablename__ = "points_account"
    __table_args__ = (
        CheckConstraint("pending >= 0 AND available >= 0 AND held >= 0 AND debt >= 0", name="balances"),
        CheckConstraint("debt = 0 OR available = 0", name="debt_first"),
        CheckConstraint("status IN (1, 2, 3)", name="status"),
        CheckConstraint("last_seq >= 0 AND last_lot >= 0", name="counters"),
        CheckConstraint("length(head_hash) = 32", name="head_hash"),
        Index("ix_points_account_programme_id", "programme_id"),
        Index("ix_points_account_next_due_at", "next_due_at"),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, ForeignKey("dealer.id"), primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id"))
    status: Mapped[int] = mapped_column(Small)
    pending: Mapped[int] = mapped_column(Int)
    available: Mapped[int] = mapped_column(Int)
    held: Mapped[int] = mapped_column(Int)
    debt: Mapped[int] = mapped_column(Int)
    last_seq: Mapped[int] = mapped_column(Int)
    last_lot: Mapped[int] = mapped_column(Int)
    last_posted_at: Mapped[datetime | None] = mapped_column(Instant)
    next_due_at: Mapped[datetime] = mapped_column(Instant)
    """No lot becomes active or expires before this moment: until then the balances stand as they are."""
    head_hash: Mapped[bytes] = mapped_column(Bytes)
    opened_at: Mapped[datetime] = mapped_column(Instant)
