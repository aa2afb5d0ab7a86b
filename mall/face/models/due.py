"""Layouts that go live by themselves at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, NotFound, Refused
from mall.base.types import Id, Instant, Int, Json, Name, Word
from mall.face.models.layout import Document

MOST_DUE = 12
"""Layouts that wait at once."""
FURTHEST = timedelta(days=366)


class DueState(StrEnum):
    """What became of it. One that failed could not go live when its time had come, and is not tried again."""

    WAITING = "waiting"
    LIVE = "live"
    CANCELLED = "cancelled"
    FAILED = "failed"


class DueLayout(Base):
    """A layout that is to go live (定时发布): the draft as it stood when somebody set it, which never changes.

    The draft may be worked on meanwhile. `region` is what its maker looked after; who may call it back is judged by it.
    `no` is the version that it became, `fault` why it did not, as a text and its numbers.
    """

    __tablename__ = "face_due"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state = 'live') = (no IS NOT NULL)", name="no"),
        Index("ix_face_due_state_due_at", "state", "due_at"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    due_at: Mapped[datetime] = mapped_column(Instant)
    document: Mapped[Document] = mapped_column(Json)
    note: Mapped[str] = mapped_column(Name(200))
    draft_revision: Mapped[int] = mapped_column(Int)
    live_no: Mapped[int] = mapped_column(Int)
    """The version that was live when it was set."""
    region: Mapped[str] = mapped_column(Name(200))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(Name(80))
    state: Mapped[DueState] = mapped_column(Word(DueState))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(Name(80))
    no: Mapped[int | None] = mapped_column(Int)
    fault: Mapped[dict[str, Any] | None] = mapped_column(Json)

    @property
    def waits(self) -> bool:
        """Whether its time is still to come."""
        return self.state is DueState.WAITING

    @property
    def failed(self) -> bool:
        """Whether its time came and it did not go live."""
        return self.state is DueState.FAILED


class NoSuchDue(NotFound):
    """Nothing was set to go live under this number."""

    text = N_("没有这个定时发布。")


class WrongMoment(Refused):
    """A moment that is over, or so far off that it is a slip of the finger."""

    code = "wrong_moment"
    status = 422
    text = N_("定时发布的时间要晚于现在，最远一年。")


class MomentTaken(Refused):
    """Another layout goes live at that very moment."""

    code = "moment_taken"
    text = N_("这个时间已经有一个定时发布，请换一个时间，或先取消那一个。")


class TooManyDue(Refused):
    """As many layouts wait as may."""

    code = "too_many_due"
    text = N_("最多同时定 %(most)s 个，请先取消不要的。")


class DueOver(Refused):
    """It has gone live already; going back is a matter of versions."""

    code = "due_over"
    text = N_("它已经发布了，不能再取消；要撤回，请在历史版本里回到旧版。")
