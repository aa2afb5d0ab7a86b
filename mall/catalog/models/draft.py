"""A reward while it is being written, and what it said each time it was published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Json, Name

Document = dict[str, Any]
"""All that a reward says but for its prices and stock; `rules/document.py` tells its shape."""


class ItemDraft(Base):
    """What a reward is going to say: one for each, shared by all who write on it. It is gone once it is published.

    One of a reward that was never published has no item yet, so that nothing can put it on a shelf.
    """

    __tablename__ = "item_draft"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("item_id"),
        CheckConstraint("revision > 0", name="revision"),
        Index("ix_item_draft_due_at", "due_at"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    item_id: Mapped[int | None] = mapped_column(Id, ForeignKey("item.id"))
    based_on: Mapped[int] = mapped_column(Int)
    """The version that was live when it was begun; 0 where there was none."""
    base: Mapped[Document] = mapped_column(Json)
    """What was live then."""
    revision: Mapped[int] = mapped_column(Int)
    document: Mapped[Document] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(Name(80))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it is published by itself; until then nobody writes on it. Null: when somebody publishes it."""
    due_by: Mapped[str | None] = mapped_column(Name(80))
    due_note: Mapped[str | None] = mapped_column(Name(200))
    fault: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Why it was not published when its time had come: a text and what it names. Gone with the next change."""


class DraftSave(Base):
    """What a draft said after each time it was saved, so that whoever comes late is told what others changed.

    Rows go with their draft.
    """

    __tablename__ = "item_draft_save"
    __table_args__ = (strict(),)
    draft_id: Mapped[int] = mapped_column(Id, ForeignKey("item_draft.id"), primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    document: Mapped[Document] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[str] = mapped_column(Name(80))


class ItemVersion(Base):
    """What a reward said from a moment on, whole. A row never changes.

    Version 0 is what one said that was there before it was first published here.
    """

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("draft_id"), strict())
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    document: Mapped[Document] = mapped_column(Json)
    draft_id: Mapped[int | None] = mapped_column(Id)
    """The draft that it was published from; null where it only went on or off the shelf."""
    note: Mapped[str] = mapped_column(Name(200))
    """What its writer said of it."""
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(Name(80))
