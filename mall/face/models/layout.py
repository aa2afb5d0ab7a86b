"""The home page and the theme: versions as they were published, and the one draft that will be the next.

A document is {"blocks": [{"id", "what", "starts_at", "ends_at", "tiers", "regions", …own fields}, …], "theme": {…}};
moments in it are microseconds since 1970 UTC or null, no tiers and no regions mean everybody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Json, Name, Small

Block = dict[str, Any]
Document = dict[str, Any]


class Layout(Base):
    """A published version, numbered from 1; the highest number is live. A row never changes.

    `draft_revision` is the draft it was published from, so that one revision is published once; null for a roll back.
    `theme_no` is the version in which its theme is found first: browsers keep the theme's style sheet by that number.
    """

    __tablename__ = "face_layout"
    __table_args__ = (
        UniqueConstraint("draft_revision"),
        CheckConstraint("no > 0 AND theme_no > 0 AND theme_no <= no", name="no"),
        CheckConstraint("restored_from IS NULL OR restored_from < no", name="restored"),
        strict(),
    )
    no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    document: Mapped[Document] = mapped_column(Json)
    theme_no: Mapped[int] = mapped_column(Int)
    draft_revision: Mapped[int | None] = mapped_column(Int)
    restored_from: Mapped[int | None] = mapped_column(Int)
    note: Mapped[str] = mapped_column(Name(200))
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(Name(80))


class LayoutDraft(Base):
    """The one draft. Every change raises `revision`; whoever saw an older one is refused.

    `last_act` is a digest of the last change and the revision it was made to: the same change sent twice is one.
    """

    __tablename__ = "face_draft"
    __table_args__ = (CheckConstraint("id = 1", name="one"), CheckConstraint("revision > 0", name="revision"), strict())
    id: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(Int)
    based_on: Mapped[int] = mapped_column(Int)
    """The version it was last the same as; 0 is the layout that the mall came with."""
    document: Mapped[Document] = mapped_column(Json)
    last_act: Mapped[str] = mapped_column(Name(64))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))
