"""Lots, and which of them each spend or hold took: derived from the lines, guarded by the database."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Name, Small, Word


class LotKind(StrEnum):
    """Where a lot came from."""

    BASE = "base"
    BONUS = "bonus"
    GRACE = "grace"
    TRANSFER = "transfer"
    ADJUST = "adjust"
    REINSTATED = "reinstated"


_OPEN = text("is_open = 1")
_HELD = text('"open" > 0')


class Lot(Base):
    """Points of one origin and one expiry, and where each of them is now.

    The eight counters always add up to `points`; `is_open` is 1 while any is pending or available (a rarely
    changing flag, so that the partial indexes keep PostgreSQL's cheap in-place updates).
    """

    __tablename__ = "points_lot"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "account_no"], ["points_account.dealer_id", "points_account.account_no"]),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint(
            "pending >= 0 AND available >= 0 AND held >= 0 AND redeemed >= 0 AND expired >= 0 AND clawed >= 0 "
            "AND settled >= 0 AND moved >= 0",
            name="counters",
        ),
        CheckConstraint(
            "points = pending + available + held + redeemed + expired + clawed + settled + moved",
            name="conservation",
        ),
        CheckConstraint("reversed >= 0 AND reversed <= points", name="reversed"),
        CheckConstraint("active_at < expires_at", name="life"),
        CheckConstraint(
            "(is_open = 1 AND pending + available > 0) OR (is_open = 0 AND pending + available = 0)", name="is_open"
        ),
        Index(
            "ix_points_lot_fifo",
            "dealer_id",
            "account_no",
            "expires_at",
            "lot_no",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_points_lot_source_ref", "dealer_id", "source", "source_ref"),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    lot_no: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[LotKind] = mapped_column(Word(LotKind))
    origin_lot: Mapped[int | None] = mapped_column(Int)
    source: Mapped[str] = mapped_column(Name(32))
    source_ref: Mapped[str] = mapped_column(Name(160))
    fund_code: Mapped[str] = mapped_column(Name(40))
    rule_version: Mapped[str] = mapped_column(Name(60))
    multiplier_bps: Mapped[int] = mapped_column(Int)
    unit_value: Mapped[int] = mapped_column(Int)
    """What a point was worth when it was earned, in millionths of the currency's unit."""
    points: Mapped[int] = mapped_column(Int)
    pending: Mapped[int] = mapped_column(Int)
    available: Mapped[int] = mapped_column(Int)
    held: Mapped[int] = mapped_column(Int)
    redeemed: Mapped[int] = mapped_column(Int)
    expired: Mapped[int] = mapped_column(Int)
    clawed: Mapped[int] = mapped_column(Int)
    settled: Mapped[int] = mapped_column(Int)
    moved: Mapped[int] = mapped_column(Int)
    reversed: Mapped[int] = mapped_column(Int)
    earned_at: Mapped[datetime] = mapped_column(Instant)
    active_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    expiry_month: Mapped[int] = mapped_column(Int)
    """The civil month of the last usable day in the programme's zone, as 202611."""
    is_open: Mapped[int] = mapped_column(Small)


class Allocation(Base):
    """Which lots a spend or a hold took, in order: a refund walks them backwards into the same lots.

    The database itself holds that a hold resolves at most once and that no more is given back than was spent.
    """

    __tablename__ = "points_allocation"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "journal_id"], ["points_journal.dealer_id", "points_journal.journal_id"]),
        ForeignKeyConstraint(
            ["dealer_id", "account_no", "lot_no"],
            ["points_lot.dealer_id", "points_lot.account_no", "points_lot.lot_no"],
        ),
        CheckConstraint('points > 0 AND "open" >= 0 AND redeemed >= 0 AND voided >= 0', name="counters"),
        CheckConstraint('points = "open" + redeemed + voided', name="resolved_once"),
        CheckConstraint("refunded >= 0 AND refunded <= redeemed", name="refunded"),
        CheckConstraint('"open" = 0 OR held_until IS NOT NULL', name="held"),
        Index("ix_points_allocation_held", "held_until", sqlite_where=_HELD, postgresql_where=_HELD),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    ord: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id)
    lot_no: Mapped[int] = mapped_column(Int)
    points: Mapped[int] = mapped_column(Int)
    open: Mapped[int] = mapped_column(Int)
    redeemed: Mapped[int] = mapped_column(Int)
    voided: Mapped[int] = mapped_column(Int)
    refunded: Mapped[int] = mapped_column(Int)
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    """Of a hold: when the points that are still open come back by themselves."""
