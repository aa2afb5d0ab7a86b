"""Partners: the systems (DMS, ERP) that may post documents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Instant, Int, Name, Word
from mall.dealers.models import ChannelLevel

OUR_OWN = frozenset({"ledger", "mall"})
"""Sources of the mall's own postings: a partner's document under one of them could take a key that the mall needs."""


class UnknownDealers(StrEnum):
    """What becomes of a document whose dealer is not known: the dealer is created, or the document waits for people."""

    CREATE = "create"
    PARK = "park"


class Partner(Base):
    """A system that posts documents under its own source name. One without a key is fed by operators alone."""

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("key_id"),
        CheckConstraint("(key_id IS NULL) = (secret_sealed IS NULL)", name="key"),
        strict(),
    )
    source: Mapped[str] = mapped_column(Name(32), primary_key=True)
    name: Mapped[str] = mapped_column(Name(80))
    key_id: Mapped[str | None] = mapped_column(Name(40))
    secret_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    """Sealed for `partner:secret:<key id>`; signatures are made with it, so it cannot be a mere hash."""
    unknown_dealers: Mapped[UnknownDealers] = mapped_column(Word(UnknownDealers))
    region: Mapped[str] = mapped_column(Name(200))
    channel_level: Mapped[ChannelLevel] = mapped_column(Word(ChannelLevel))
    """What a dealer created from a document of this partner gets, unless the document says more."""
    shift_days: Mapped[int | None] = mapped_column(Int)
    """By how many days a feed of past orders was moved at its first run; later runs move by the same."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class PartnerNonce(Base):
    """A nonce that was used: the same signed request is not taken twice. Old ones are forgotten."""

    __tablename__ = "partner_nonce"
    __table_args__ = (Index("ix_partner_nonce_seen_at", "seen_at"), strict())
    key_id: Mapped[str] = mapped_column(Name(40), primary_key=True)
    nonce: Mapped[str] = mapped_column(Name(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
