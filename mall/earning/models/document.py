"""Documents as they came in, whose they are, and what each has earned so far."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Json, Name, Word, Words


class DocumentState(StrEnum):
    """What became of a document."""

    POSTED = "posted"
    WAITING = "waiting"
    """A return whose purchase has not come; it takes effect by itself when the purchase does."""
    SUPERSEDED = "superseded"
    """A newer revision was there first; this one changes nothing."""
    DEAD = "dead"
    """It could not be posted. Mended and posted again it comes back to life."""

    @property
    def done(self) -> bool:
        """Whether nothing more is to be done about it."""
        return self in (DocumentState.POSTED, DocumentState.SUPERSEDED)


OPEN = text("state IN ('dead', 'waiting')")
"""Said with these very words, a statement goes by the index of the few that are open."""


class Document(Base):
    """One revision of a partner's document, as it came. It is the record that makes a re-send harmless."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("revision > 0", name="revision"),
        CheckConstraint("(state = 'dead') <= (reason IS NOT NULL)", name="reason"),
        CheckConstraint("length(payload_hash) = 32", name="payload_hash"),
        Index("ix_document_open", "state", "received_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_document_received_at", "received_at"),
        Index("ix_document_dealer_id", "dealer_id", "received_at"),
        strict(),
    )
    source: Mapped[str] = mapped_column(Name(32), ForeignKey("partner.source"), primary_key=True)
    external_id: Mapped[str] = mapped_column(Name(100), primary_key=True)
    revision: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    dealer_id: Mapped[int | None] = mapped_column(Id, ForeignKey("dealer.id"))
    payload: Mapped[str] = mapped_column(Words)
    """What came, as canonical JSON text."""
    payload_hash: Mapped[bytes] = mapped_column(Bytes)
    state: Mapped[DocumentState] = mapped_column(Word(DocumentState))
    reason: Mapped[str | None] = mapped_column(Name(40))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    received_at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    points: Mapped[int] = mapped_column(Int)
    """By how many points this revision changed its dealer's account: earned positive, taken back negative."""
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    """What the partner was told: the ledger entries (seq, hash) that came of it, what it waits for."""

    @property
    def is_dead(self) -> bool:
        """It could not be posted, and waits to be mended."""
        return self.state is DocumentState.DEAD

    @property
    def is_waiting(self) -> bool:
        """It waits for its purchase."""
        return self.state is DocumentState.WAITING


class Claim(Base):
    """Whose a document is: settled by its first revision, so that a later one cannot credit another dealer."""

    __tablename__ = "document_claim"
    __table_args__ = (strict(),)
    source: Mapped[str] = mapped_column(Name(32), primary_key=True)
    external_id: Mapped[str] = mapped_column(Name(100), primary_key=True)
    dealer_id: Mapped[int] = mapped_column(Id, ForeignKey("dealer.id"))


class Earned(Base):
    """What a purchase or a return stands at: its newest revision, what that is worth, and what was posted so far.

    Postings make up the difference between the two, so that late, repeated and out-of-order revisions end alike.
    """

    __tablename__ = "earned"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id"], ["dealer.id"]),
        CheckConstraint("points >= 0 AND weight >= 0", name="worth"),
        Index(
            "ix_earned_returns",
            "dealer_id",
            "source",
            "returns",
            sqlite_where=text("returns IS NOT NULL"),
            postgresql_where=text("returns IS NOT NULL"),
        ),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Name(32), primary_key=True)
    external_id: Mapped[str] = mapped_column(Name(100), primary_key=True)
    kind: Mapped[str] = mapped_column(Name(8))
    revision: Mapped[int] = mapped_column(Int)
    ordered_at: Mapped[datetime] = mapped_column(Instant)
    returns: Mapped[str | None] = mapped_column(Name(100))
    """The purchase that a return gives back, where it names one."""
    rule: Mapped[str | None] = mapped_column(Name(60))
    """Code and version of the rule that judged it; null for a return judged by its purchase's rule."""
    groups: Mapped[list[Any]] = mapped_column(Json)
    """Its fen by category and flags: [[category, [flag, …], fen], …]. Empty when cancelled."""
    points: Mapped[int] = mapped_column(Int)
    """What the newest revision is worth before returns; for a return without a purchase, what it takes back."""
    weight: Mapped[int] = mapped_column(Int)
    """Σ fen × coefficient in ten-thousandths: what returns are measured against."""
    posted: Mapped[int] = mapped_column(Int)
    """Net points posted so far for this document; a named return's are counted with its purchase."""
