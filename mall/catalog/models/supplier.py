"""Who the rewards come from, and whether they may."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Bytes, Day, Id, Instant, Int, Name, Word

MOST_FILES = 20
"""Quality files of one supplier."""


class Admission(StrEnum):
    """How far a supplier has come."""

    CANDIDATE = "candidate"
    ADMITTED = "admitted"
    SUSPENDED = "suspended"

    @property
    def name_shown(self) -> str:
        """The state in words, to be translated when told."""
        return ADMISSIONS[self]


ADMISSIONS: dict[Admission, str] = {
    Admission.CANDIDATE: N_("待准入"),
    Admission.ADMITTED: N_("已准入"),
    Admission.SUSPENDED: N_("已暂停"),
}


class Supplier(Base):
    """A supplier (供应商). Only what comes from an admitted one goes on the shelf."""

    __tablename__ = "supplier"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("admission = 'candidate' OR admitted_on IS NOT NULL", name="admitted"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    name: Mapped[str] = mapped_column(Name(120))
    admission: Mapped[Admission] = mapped_column(Word(Admission))
    admitted_on: Mapped[date | None] = mapped_column(Day)
    review_on: Mapped[date | None] = mapped_column(Day)
    """By when it is to be looked at again."""
    notes: Mapped[str] = mapped_column(Name(2000))
    revision: Mapped[int] = mapped_column(Int)
    """Counts its changes: a form that was opened before the last one is stale."""
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))

    @property
    def admitted(self) -> bool:
        """Whether its rewards may go on the shelf."""
        return self.admission is Admission.ADMITTED

    @property
    def suspended(self) -> bool:
        """Whether it was admitted once and is not now."""
        return self.admission is Admission.SUSPENDED

    def review_due(self, today: date) -> bool:
        """Whether the day on which it was to be looked at again has come."""
        return self.review_on is not None and self.review_on <= today


class SupplierFile(Base):
    """A quality file (PDF, JPEG or PNG) as it came. Certificates name people, so it is sealed for
    `supplier_file:data:<id>`; the same file twice is kept once.
    """

    __tablename__ = "supplier_file"
    __table_args__ = (UniqueConstraint("supplier_id", "digest"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    supplier_id: Mapped[int] = mapped_column(Id, ForeignKey("supplier.id"))
    name: Mapped[str] = mapped_column(Name(120))
    media_type: Mapped[str] = mapped_column(Name(40))
    size: Mapped[int] = mapped_column(Int)
    digest: Mapped[bytes] = mapped_column(Bytes)
    data_sealed: Mapped[bytes] = mapped_column(Bytes, deferred=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(Name(80))
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is no longer shown; it is kept, since it was what an admission rested on."""
