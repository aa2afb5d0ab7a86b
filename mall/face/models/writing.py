"""What the brand writes for its dealers: announcements (公告) and guides (兑换攻略)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Json, Name, Small


class Announcement(Base):
    """News for some dealers or all, for a time. Texts by language, already cleaned; no tiers, no regions: everybody.

    `key` is the form's own, so that one sent twice is one. Null `published_at` is a draft, null `ends_at` no end.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="dates"),
        Index("ix_announcement_starts_at", "starts_at"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Name(40))
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    tiers: Mapped[list[str]] = mapped_column(Json)
    regions: Mapped[list[str]] = mapped_column(Json)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(Int)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))

    def live_at(self, at: datetime) -> bool:
        """Whether it is to be seen at a moment, by whom it is for."""
        return self.published_at is not None and self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


class Guide(Base):
    """A page that explains, by its slug; those published stand in the list by position. Texts by language, cleaned."""

    __tablename__ = "guide"
    __table_args__ = (UniqueConstraint("slug"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(Name(60))
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Small)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(Int)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))
