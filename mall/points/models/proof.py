"""What the proofs leave behind: how far each account was proven, each run, and an index of the checkpoints.

None of it is truth. The checkpoints that count lie outside the database, where whoever can write to it cannot reach.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Json, Name, Word


class Scope(StrEnum):
    """How much a run proved."""

    FULL = "full"
    CHANGED = "changed"


class Verified(Base):
    """Up to which entry an account has been proven: a run over what changed begins after it."""

    __tablename__ = "points_verified"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash"),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Int)
    hash: Mapped[bytes] = mapped_column(Bytes)
    verified_at: Mapped[datetime] = mapped_column(Instant)


class ProofRun(Base):
    """One run of the proof: what it looked at and what it found."""

    __tablename__ = "points_proof_run"
    __table_args__ = (CheckConstraint("faults >= 0 AND ended_at >= started_at", name="run"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant, index=True)
    scope: Mapped[Scope] = mapped_column(Word(Scope))
    accounts: Mapped[int] = mapped_column(Int)
    entries: Mapped[int] = mapped_column(Int)
    checkpoints: Mapped[int] = mapped_column(Int)
    """How many checkpoints outside the database it was held against."""
    faults: Mapped[int] = mapped_column(Int)
    found: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """The first faults, each a dict: code, dealer (id), seq or lot where there is one, text."""


class Checkpoint(Base):
    """A signed statement of chain heads at a moment, as the file outside the database has it."""

    __tablename__ = "points_checkpoint"
    __table_args__ = (
        CheckConstraint("no > 0 AND leaves > 0", name="counts"),
        CheckConstraint("length(root) = 32 AND length(hash) = 32", name="hashes"),
        strict(),
    )
    no: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    leaves: Mapped[int] = mapped_column(Int)
    root: Mapped[bytes] = mapped_column(Bytes)
    previous: Mapped[bytes | None] = mapped_column(Bytes)
    hash: Mapped[bytes] = mapped_column(Bytes)
    key_id: Mapped[str] = mapped_column(Name(32))
    signature: Mapped[bytes] = mapped_column(Bytes)


class CheckpointLeaf(Base):
    """Which checkpoint holds an account's head, so that the right file is found by key.

    No foreign key to the account: it would take a lock on each of them, and a checkpoint hinders no posting.
    """

    __tablename__ = "points_checkpoint_leaf"
    __table_args__ = (strict(),)
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    account_no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    checkpoint_no: Mapped[int] = mapped_column(Int, ForeignKey("points_checkpoint.no"))
    head_hash: Mapped[bytes] = mapped_column(Bytes)
