"""The append-only truth: a journal per business event, an entry per account touched, a line per move."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Json, Name, Small, Word
from mall.points.rules.buckets import ALLOWED, DEBT


class Kind(StrEnum):
    """What happened."""

    EARN = "earn"
    ACTIVATE = "activate"
    SPEND = "spend"
    REFUND = "refund"
    EXPIRE = "expire"
    CLAWBACK = "clawback"
    REINSTATE = "reinstate"
    ADJUST = "adjust"
    HOLD = "hold"
    CAPTURE = "capture"
    VOID = "void"
    TRANSFER = "transfer"


class Outcome(IntEnum):
    """Refusals of partners' documents are remembered under their key like postings."""

    POSTED = 1
    REFUSED = 2


class Journal(Base):
    """One business event, and the record that makes it happen once: (dealer, source, key) is unique for ever.

    `why` tells a person how the points came about (rule version, base, coefficients, rounding) in numbers and
    codes, never personal data; the chain covers it. `checker` is the second person of a correction: never its maker.
    """

    __tablename__ = "points_journal"
    __table_args__ = (
        UniqueConstraint("dealer_id", "source", "idem_key"),
        ForeignKeyConstraint(["dealer_id", "account_no"], ["points_account.dealer_id", "points_account.account_no"]),
        ForeignKeyConstraint(
            ["dealer_id", "ref_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_points_journal_ref_journal",
        ),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("outcome IN (1, 2)", name="outcome"),
        CheckConstraint("(outcome = 2) = (reason IS NOT NULL)", name="reason"),
        CheckConstraint("length(request_hash) = 32", name="request_hash"),
        CheckConstraint("checker IS NULL OR checker <> actor", name="two_persons"),
        Index(
            "uq_points_journal_reinstate_once",
            "dealer_id",
            "ref_journal",
            unique=True,
            sqlite_where=text("kind = 'reinstate'"),
            postgresql_where=text("kind = 'reinstate'"),
        ),
        Index("ix_points_journal_dealer_id_ref_journal", "dealer_id", "ref_journal"),
        Index(
            "ix_points_journal_transfer_id",
            "transfer_id",
            sqlite_where=text("transfer_id IS NOT NULL"),
            postgresql_where=text("transfer_id IS NOT NULL"),
        ),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id)
    source: Mapped[str] = mapped_column(Name(32))
    idem_key: Mapped[str] = mapped_column(Name(160))
    request_hash: Mapped[bytes] = mapped_column(Bytes)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    outcome: Mapped[int] = mapped_column(Small)
    reason: Mapped[str | None] = mapped_column(Name(40))
    points: Mapped[int] = mapped_column(Int)
    ref_journal: Mapped[int | None] = mapped_column(Id)
    transfer_id: Mapped[int | None] = mapped_column(Id)
    effective_at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(Name(80))
    checker: Mapped[str | None] = mapped_column(Name(80))
    why: Mapped[dict[str, Any]] = mapped_column(Json)
    result: Mapped[dict[str, Any]] = mapped_column(Json)


class Entry(Base):
    """What a journal did to one account: signed deltas, balances after, and the link of the hash chain.

    The foreign key onto itself makes the database refuse a gap, a fork or a wrong link.
    """

    __tablename__ = "points_entry"
    __table_args__ = (
        UniqueConstraint("dealer_id", "account_no", "seq", "hash"),
        ForeignKeyConstraint(["dealer_id", "account_no"], ["points_account.dealer_id", "points_account.account_no"]),
        ForeignKeyConstraint(["dealer_id", "journal_id"], ["points_journal.dealer_id", "points_journal.journal_id"]),
        ForeignKeyConstraint(
            ["dealer_id", "account_no", "prev_seq", "prev_hash"],
            ["points_entry.dealer_id", "points_entry.account_no", "points_entry.seq", "points_entry.hash"],
            name="fk_points_entry_chain",
        ),
        CheckConstraint(
            "(seq = 1 AND prev_seq IS NULL AND prev_hash IS NULL) OR "
            "(seq > 1 AND prev_seq = seq - 1 AND prev_hash IS NOT NULL)",
            name="link",
        ),
        CheckConstraint("pending >= 0 AND available >= 0 AND held >= 0 AND debt >= 0", name="balances"),
        CheckConstraint("debt = 0 OR available = 0", name="debt_first"),
        CheckConstraint("length(hash) = 32", name="hash"),
        Index("ix_points_entry_dealer_id_journal_id", "dealer_id", "journal_id"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    prev_seq: Mapped[int | None] = mapped_column(Int)
    journal_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    d_pending: Mapped[int] = mapped_column(Int)
    d_available: Mapped[int] = mapped_column(Int)
    d_held: Mapped[int] = mapped_column(Int)
    d_debt: Mapped[int] = mapped_column(Int)
    pending: Mapped[int] = mapped_column(Int)
    available: Mapped[int] = mapped_column(Int)
    held: Mapped[int] = mapped_column(Int)
    debt: Mapped[int] = mapped_column(Int)
    effective_at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime] = mapped_column(Instant)
    prev_hash: Mapped[bytes | None] = mapped_column(Bytes)
    hash: Mapped[bytes] = mapped_column(Bytes)


class Line(Base):
    """One move: so many points of one lot from one bucket to one other. Double entry in a single row."""

    __tablename__ = "points_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dealer_id", "account_no", "seq"],
            ["points_entry.dealer_id", "points_entry.account_no", "points_entry.seq"],
        ),
        ForeignKeyConstraint(
            ["dealer_id", "account_no", "lot_no"],
            ["points_lot.dealer_id", "points_lot.account_no", "points_lot.lot_no"],
        ),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint(f"src * 10 + dst IN ({', '.join(str(s * 10 + d) for s, d in sorted(ALLOWED))})", name="move"),
        CheckConstraint(f"(lot_no IS NULL) = (src = {DEBT})", name="lot"),
        Index("ix_points_line_dealer_id_account_no_lot_no", "dealer_id", "account_no", "lot_no"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    lot_no: Mapped[int | None] = mapped_column(Int)
    src: Mapped[int] = mapped_column(Small)
    dst: Mapped[int] = mapped_column(Small)
    points: Mapped[int] = mapped_column(Int)
