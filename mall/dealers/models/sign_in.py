"""A session of a member or a staff person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Name, Word


class SignInStage(StrEnum):
    """How far a person has come in: only `FULL` opens anything but the next step of signing in."""

    SECOND_FACTOR = "second_factor"
    NEW_PASSWORD = "new_password"  # noqa: S105 - a state, not a secret
    FULL = "full"


class SignIn(Base):
    """A session: the SHA-256 of the cookie's 256-bit token, and whose it is. Member or staff, never both."""

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint("(member_id IS NULL) <> (staff_id IS NULL)", name="one_principal"),
        CheckConstraint("(member_id IS NULL) = (dealer_id IS NULL)", name="member_of_dealer"),
        Index("ix_sign_in_dealer_id_member_id", "dealer_id", "member_id"),
        Index("ix_sign_in_staff_id", "staff_id"),
        Index("ix_sign_in_expires_at", "expires_at"),
        UniqueConstraint("public_id"),
        strict(),
    )
    token_hash: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    public_id: Mapped[int] = mapped_column(Id)
    dealer_id: Mapped[int | None] = mapped_column(Id)
    member_id: Mapped[int | None] = mapped_column(Id)
    staff_id: Mapped[int | None] = mapped_column(Id)
    stage: Mapped[SignInStage] = mapped_column(Word(SignInStage))
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    device: Mapped[str] = mapped_column(Name(200))
    address: Mapped[str] = mapped_column(Name(64))
    second_factor_at: Mapped[datetime | None] = mapped_column(Instant)
