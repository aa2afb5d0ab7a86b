"""The file that a batch came from, and the brand's own limit above which batches take a second person."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Name, Small

FILE_KEPT = timedelta(days=90)
"""How long the file that a batch came from is kept; its name and rows stay."""


class BatchFile(Base):
    """The file that a batch came from, as it came; without its content once it is older than `FILE_KEPT`."""

    __tablename__ = "batch_file"
    __table_args__ = (strict(),)
    batch_id: Mapped[int] = mapped_column(Id, ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name(120))
    data: Mapped[bytes] = mapped_column(Bytes, deferred=True)


class BatchLimit(Base):
    """How much the prices may change before a second person is asked: the brand's own, one row."""

    __tablename__ = "batch_limit"
    __table_args__ = (CheckConstraint("id = 1", name="one"), CheckConstraint("weight >= 0", name="weight"), strict())
    id: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    weight: Mapped[int] = mapped_column(Int)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))
