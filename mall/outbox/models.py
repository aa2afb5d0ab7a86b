"""Messages to the brand's own systems, where each stands, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Id, Instant, Int, Json, Name, Small, Word


class System(StrEnum):
    """Whom a message is for."""

    ERP = "erp"
    DMS = "dms"
    TMS = "tms"


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    SET_ASIDE = "set_aside"

    @property
    def name_shown(self) -> str:
        """The state in words, to be translated when told."""
        return STATES[self]


STATES: dict[MessageState, str] = {
    MessageState.WAITING: N_("等待送出"),
    MessageState.DELIVERED: N_("已送达"),
    MessageState.DEAD: N_("送不出去"),
    MessageState.SET_ASIDE: N_("已搁置"),
}

KEPT = timedelta(days=400)
"""For so long a message that was delivered can be looked up; then the worker forgets it."""
_WAITING = text("state = 'waiting'")
_OPEN = text("state IN ('waiting', 'dead')")
"""What stands in the way of the messages after it."""


class Message(Base):
    """One thing that a system of the brand is told about a dealer, once for a key.

    `seq` counts a dealer's messages to one system without a gap, in the order in which they were committed: that is
    the order in which they are told. One that is dead stands in the way of those after it, until it is sent again or
    set aside. `lease` says who is delivering it, and until when nobody else will.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id"], ["dealer.id"]),
        UniqueConstraint("dealer_id", "system", "key"),
        UniqueConstraint("dealer_id", "system", "seq"),
        CheckConstraint("seq > 0 AND tries >= 0", name="counters"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered"),
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease"),
        Index("ix_outbox_message_due_at", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_outbox_message_open", "dealer_id", "system", "seq", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_outbox_message_state", "state", "created_at", "dealer_id", "id"),
        strict(fillfactor=80),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    system: Mapped[System] = mapped_column(Word(System))
    seq: Mapped[int] = mapped_column(Int)
    topic: Mapped[str] = mapped_column(Name(40))
    key: Mapped[str] = mapped_column(Name(160))
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    """What is told; no personal data, for it is kept and shown on the desk."""
    state: Mapped[MessageState] = mapped_column(Word(MessageState))
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Small)
    lease: Mapped[int | None] = mapped_column(Id)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(Name(300))
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def delivered(self) -> bool:
        """The system has said that it has it."""
        return self.state is MessageState.DELIVERED

    @property
    def dead(self) -> bool:
        """It was tried as often as it is tried; people must look at it."""
        return self.state is MessageState.DEAD

    @property
    def resendable(self) -> bool:
        """It may be put in line again, at once: dead, set aside, or waiting for its next try."""
        return not self.delivered

    @property
    def state_shown(self) -> str:
        """Its state in words, to be translated when told."""
        return self.state.name_shown


class NotResendable(Refused):
    """The message has been delivered; telling it again is for the system to ask for."""

    code = "not_resendable"
    text = N_("这条消息已经送达，不需要重发。")


class NotDead(Refused):
    """Only what could not be delivered is set aside."""

    code = "not_dead"
    text = N_("只有送不出去的消息才能搁置。")
