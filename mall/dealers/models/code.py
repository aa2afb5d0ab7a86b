"""One-time codes sent to a member's phone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Small, Word


class CodePurpose(StrEnum):
    """What a code is good for; one sent for one thing opens no other."""

    REDEMPTION = "redemption"
    POWERS = "powers"


class Code(Base):
    """The last code sent to a member for a purpose: its keyed hash, never itself. A newer one takes its place."""

    __tablename__ = "code"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "member_id"], ["member.dealer_id", "member.id"]),
        Index("ix_code_expires_at", "expires_at"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    purpose: Mapped[CodePurpose] = mapped_column(Word(CodePurpose), primary_key=True)
    code_index: Mapped[bytes] = mapped_column(Bytes)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Small)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
