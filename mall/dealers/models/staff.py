"""A person working for the brand."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Name, Word, Words


class StaffRole(StrEnum):
    """What a person does for the brand."""

    MERCHANDISER = "merchandiser"
    FULFILMENT = "fulfilment"
    FINANCE = "finance"
    ACCOUNT_MANAGER = "account_manager"
    ADMINISTRATOR = "administrator"


class Staff(Base):
    """A person working for the brand. TOTP is enrolled at the first sign-in and asked ever after."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("login"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    login: Mapped[str] = mapped_column(Name(60))
    name: Mapped[str] = mapped_column(Name(60))
    role: Mapped[StaffRole] = mapped_column(Word(StaffRole))
    password_hash: Mapped[str] = mapped_column(Words)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    totp_enrolled_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_last_step: Mapped[int] = mapped_column(Id, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
