"""A person acting for a dealer, and what they sign in with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Name, Word, Words


class MemberRole(StrEnum):
    """What a person is at the dealer."""

    OWNER = "owner"
    BUYER = "buyer"
    CLERK = "clerk"

    @property
    def may_redeem(self) -> bool:
        """Owners and buyers spend the dealer's points; a clerk looks, finds and asks."""
        return self in (MemberRole.OWNER, MemberRole.BUYER)

    @property
    def may_manage(self) -> bool:
        """The owner alone changes members and sees their sign-ins."""
        return self is MemberRole.OWNER


class Member(Base):
    """A person acting for a dealer. One phone may act for several dealers; its password is in Credential.

    `monthly_cap`: points a calendar month, none without a cap. `personal_at`: since when the owner lets this person
    redeem rewards for personal use.
    """

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("dealer_id", "phone_index"),
        ForeignKeyConstraint(["dealer_id"], ["dealer.id"]),
        Index("ix_member_phone_index", "phone_index"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name(60))
    role: Mapped[MemberRole] = mapped_column(Word(MemberRole))
    phone_sealed: Mapped[bytes] = mapped_column(Bytes)
    phone_index: Mapped[bytes] = mapped_column(Bytes)
    created_at: Mapped[datetime] = mapped_column(Instant)
    signed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    monthly_cap: Mapped[int | None] = mapped_column(Int)
    personal_at: Mapped[datetime | None] = mapped_column(Instant)


class Credential(Base):
    """What a dealer's person signs in with: a phone (by its blind index) and an argon2id hash.

    `issued_at` is set while the password is one that somebody else handed out: it is good for a few days, and the
    person chooses their own before anything else.
    """

    __tablename__ = "credential"
    __table_args__ = (strict(),)
    phone_index: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    password_hash: Mapped[str] = mapped_column(Words)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
