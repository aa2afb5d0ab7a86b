"""A dealer's redemption order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Int, Key, Name, Small, Word
from mall.orders.models.states import CANCELLABLE, HANDED_OUT, NAMES, NEXT, UNDECIDED, WAY, Ended, OrderState
from mall.payments.models import GatewayName


class RedemptionOrder(Base):
    """A dealer's redemption (兑换订单): lines of any kind, one order for the dealer, split into parts for fulfilment.

    `key` was minted with the form, so one form makes one order however often it is sent; `request_hash` covers
    what the form said. Address and remark are a sealed snapshot for `order:<column>:<id>`. `spend_journal` is the
    posting that took the points: a spend where nothing was left to decide, else a hold, captured once it was.
    """

    __tablename__ = "redemption_order"
    __table_args__ = (
        UniqueConstraint("dealer_id", "no"),
        UniqueConstraint("dealer_id", "key"),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["member.dealer_id", "member.id"]),
        ForeignKeyConstraint(
            ["dealer_id", "spend_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_redemption_order_spend_journal",
        ),
        ForeignKeyConstraint(
            ["dealer_id", "refund_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_redemption_order_refund_journal",
        ),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("cash_fen >= 0 AND freight_fen >= 0", name="cash"),
        CheckConstraint("refunded_points >= 0 AND refunded_points <= points", name="refunded_points"),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= cash_fen + freight_fen", name="refunded_fen"),
        CheckConstraint("length(request_hash) = 32", name="request_hash"),
        CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL) AND "
            "(state = 'cancelled') = (refund_journal IS NOT NULL) AND "
            "(state = 'cancelled') = (ended IS NOT NULL)",
            name="cancelled",
        ),
        CheckConstraint(
            "state NOT IN ('awaiting_approval', 'awaiting_payment') OR (close_at IS NOT NULL AND paid_at IS NULL)",
            name="undecided",
        ),
        CheckConstraint(
            "state IN ('awaiting_approval', 'awaiting_payment', 'cancelled') OR paid_at IS NOT NULL", name="paid"
        ),
        Index("ix_redemption_order_dealer_id_placed_at", "dealer_id", "placed_at", "id"),
        Index("ix_redemption_order_dealer_id_state", "dealer_id", "state", "placed_at", "id"),
        Index("ix_redemption_order_dealer_id_member_id", "dealer_id", "member_id", "placed_at"),
        Index("ix_redemption_order_state_close_at", "state", "close_at", "dealer_id", "id"),
        Index("ix_redemption_order_placed_at", "placed_at", "dealer_id", "id"),
        Index("ix_redemption_order_no", "no"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, ForeignKey("dealer.id"), primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    no: Mapped[str] = mapped_column(Key(20))
    key: Mapped[str] = mapped_column(Key(64))
    request_hash: Mapped[bytes] = mapped_column(Bytes)
    member_id: Mapped[int] = mapped_column(Id)
    state: Mapped[OrderState] = mapped_column(Word(OrderState))
    ended: Mapped[Ended | None] = mapped_column(Word(Ended))
    by_parcel: Mapped[int] = mapped_column(Small, server_default="1")
    """1 where any of it travels in a parcel, 0 where all is handed out."""
    points: Mapped[int] = mapped_column(Int)
    cash_fen: Mapped[int] = mapped_column(Int, server_default="0")
    freight_fen: Mapped[int] = mapped_column(Int, server_default="0")
    gateway: Mapped[GatewayName | None] = mapped_column(Word(GatewayName))
    """How the member chose to pay what is to be paid; null where there is nothing."""
    spend_journal: Mapped[int] = mapped_column(Id)
    refund_journal: Mapped[int | None] = mapped_column(Id)
    """The posting that gave the points back when the order was cancelled: all of them, or those left by then."""
    payment_id: Mapped[int | None] = mapped_column(Id)
    """The payment that counted; others of this order were closed, or are given back."""
    refunded_points: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    refunded_fen: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    address_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    region: Mapped[str] = mapped_column(Name(200), server_default="")
    """Province to street of where it goes, in the clear: freight and regional desks go by it."""
    remark_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    placed_at: Mapped[datetime] = mapped_column(Instant)
    close_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it closes by itself if it is not approved, or not paid, by then."""
    approved_by: Mapped[int | None] = mapped_column(Id)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when nothing is left to decide: points redeemed, money paid where there was any."""
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    nudged_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)

    def may_become(self, state: OrderState) -> bool:
        """Whether the order may go from where it stands to that state."""
        return state in NEXT[self.state]

    @property
    def pay_fen(self) -> int:
        """What is to be paid beside the points, freight included, in fen."""
        return self.cash_fen + self.freight_fen

    @property
    def cancellable(self) -> bool:
        """The dealer may take it back until any of it leaves; the verb looks at the parts as well."""
        return self.state in CANCELLABLE

    @property
    def cancelled(self) -> bool:
        """It came to nothing, and its points went back."""
        return self.state is OrderState.CANCELLED

    @property
    def undecided(self) -> bool:
        """Its points are held: it awaits approval or payment."""
        return self.state in UNDECIDED

    @property
    def awaiting_approval(self) -> bool:
        """The owner is to decide."""
        return self.state is OrderState.AWAITING_APPROVAL

    @property
    def awaiting_payment(self) -> bool:
        """The money is to come."""
        return self.state is OrderState.AWAITING_PAYMENT

    @property
    def waiting(self) -> bool:
        """Fulfilment has yet to act on it."""
        return self.state in (OrderState.TO_SHIP, OrderState.PARTLY_SHIPPED)

    @property
    def shipped(self) -> bool:
        """All of it is on the road or has arrived."""
        return self.state is OrderState.SHIPPED

    @property
    def arrived(self) -> bool:
        """The dealer has all of it."""
        return self.state in (OrderState.RECEIVED, OrderState.COMPLETED)

    @property
    def done(self) -> bool:
        """Nothing more will happen to it."""
        return not NEXT[self.state]

    def step(self, state: str) -> str:
        """How a step of the way stands to this order: done, now, or nothing yet."""
        if self.cancelled or self.undecided:
            return ""
        here = OrderState.TO_SHIP if self.state is OrderState.PARTLY_SHIPPED else self.state
        ahead = WAY.index(OrderState(state)) - WAY.index(here)
        return "done" if ahead < 0 else "" if ahead else "now"

    @property
    def state_shown(self) -> str:
        """Its state in words, to be translated when told; what is not shipped is handed out."""
        return state_shown(self.state, by_parcel=bool(self.by_parcel))


def state_shown(state: OrderState, *, by_parcel: bool = True) -> str:
    """A state in words, to be translated when told."""
    return NAMES[state] if by_parcel else (NAMES | HANDED_OUT)[state]
