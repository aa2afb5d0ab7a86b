"""A person working for the brand."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
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


SCOPED = (StaffRole.MERCHANDISER,)
"""Whose work can be narrowed to a region or a supplier; everybody else works for the whole brand."""


class Staff(Base):
    """A person working for the brand. TOTP is enrolled at the first sign-in and asked ever after.

    `region` and `supplier_id` are the person's Scope: '' and null are the whole brand.
    """

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("login"),
        CheckConstraint("region = '' OR supplier_id IS NULL", name="scope"),
        strict(),
    )
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
    region: Mapped[str] = mapped_column(Name(200), default="", server_default="")
    supplier_id: Mapped[int | None] = mapped_column(Id, ForeignKey("supplier.id"))
