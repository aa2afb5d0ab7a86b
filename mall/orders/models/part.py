"""A part of an order: what fulfilment works on as one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Key, Name, Small, Word
from mall.catalog.models import Kind
from mall.orders.models.carriers import carrier_shown
from mall.orders.models.states import PART_HANDED_OUT, PART_NAMES, PART_NEXT, PartState


class OrderPart(Base):
    """The lines of one order that go one way (履约单): of one kind; one order for the dealer, so many for fulfilment.

    It is held until the order is approved and paid; from then on its promise runs.
    """

    __tablename__ = "order_part"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "order_id"], ["redemption_order.dealer_id", "redemption_order.id"]),
        CheckConstraint("(state IN ('held', 'cancelled')) OR due_at IS NOT NULL", name="due"),
        CheckConstraint("state <> 'shipped' OR shipped_at IS NOT NULL", name="shipped"),
        CheckConstraint("state <> 'done' OR done_at IS NOT NULL", name="done"),
        Index("ix_order_part_state_due_at", "state", "due_at", "dealer_id", "order_id", "part_no"),
        Index("ix_order_part_waybill", "waybill"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    part_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    state: Mapped[PartState] = mapped_column(Word(PartState))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    """By when it should have left, or been handed out: the promise made when it was paid."""
    picked_at: Mapped[datetime | None] = mapped_column(Instant)
    shipped_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    carrier: Mapped[str | None] = mapped_column(Name(24))
    waybill: Mapped[str | None] = mapped_column(Key(40))

    def may_become(self, state: PartState) -> bool:
        """Whether the part may go from where it stands to that state."""
        return state in PART_NEXT[self.state]

    @property
    def ready(self) -> bool:
        """It waits to be picked, sent or handed out."""
        return self.state is PartState.READY

    @property
    def picked(self) -> bool:
        """It is in somebody's hands and has not left."""
        return self.state is PartState.PICKED

    @property
    def waiting(self) -> bool:
        """Fulfilment has yet to act on it."""
        return self.state in (PartState.READY, PartState.PICKED)

    @property
    def shipped(self) -> bool:
        """It is on the road."""
        return self.state is PartState.SHIPPED

    @property
    def done(self) -> bool:
        """The dealer has it."""
        return self.state is PartState.DONE

    @property
    def cancelled(self) -> bool:
        """It was given back before it left."""
        return self.state is PartState.CANCELLED

    @property
    def untouched(self) -> bool:
        """Nobody has begun with it."""
        return self.state in (PartState.HELD, PartState.READY)

    @property
    def state_shown(self) -> str:
        """Its state in words, to be translated when told; what is not shipped is handed out."""
        words = PART_NAMES if self.kind.shipped else PART_NAMES | PART_HANDED_OUT
        return words[self.state]

    @property
    def carrier_shown(self) -> str:
        """With whom it left, in words, to be translated when told."""
        return carrier_shown(self.carrier)
