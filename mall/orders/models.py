"""Redemption orders, their lines and what happened to them; the states and where each may lead; what is refused."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Bytes, Id, Instant, Int, Json, Key, Name, Small, Word
from mall.catalog.models import Delivery, Kind
from mall.dealers.models import StaffRole

MOST = 999
"""The most of one choice that a single order takes."""

MAY_SEE = (StaffRole.FULFILMENT, StaffRole.FINANCE, StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)
"""Who reads orders: those who send, who account and who answer the dealer. A merchandiser works with totals."""
MAY_SEE_ADDRESSES = (StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR)
"""Who may have an address shown in full, each time written down."""


class OrderState(StrEnum):
    """Where an order stands on its way."""

    TO_SHIP = "to_ship"
    SHIPPED = "shipped"
    RECEIVED = "received"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


NEXT: dict[OrderState, frozenset[OrderState]] = {
    OrderState.TO_SHIP: frozenset({OrderState.SHIPPED, OrderState.CANCELLED}),
    OrderState.SHIPPED: frozenset({OrderState.RECEIVED}),
    OrderState.RECEIVED: frozenset({OrderState.COMPLETED}),
    OrderState.COMPLETED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}
"""Every transition there is; a verb asks `order.may_become(…)` before it writes one."""

WAY = (OrderState.TO_SHIP, OrderState.SHIPPED, OrderState.RECEIVED, OrderState.COMPLETED)
"""The way an order goes when nothing comes between."""

NAMES: dict[OrderState, str] = {
    OrderState.TO_SHIP: N_("待发货"),
    OrderState.SHIPPED: N_("待收货"),
    OrderState.RECEIVED: N_("已签收"),
    OrderState.COMPLETED: N_("已完成"),
    OrderState.CANCELLED: N_("已取消"),
}
TO_HAND_OUT = N_("待发放")
"""What awaits a card code or a service instead of a parcel."""


class Happening(StrEnum):
    """What can happen to an order: the words of its timeline."""

    PLACED = "placed"
    CANCELLED = "cancelled"

    @property
    def name_shown(self) -> str:
        """The event in words, to be translated when told."""
        return HAPPENED[self]


HAPPENED: dict[Happening, str] = {
    Happening.PLACED: N_("已提交兑换"),
    Happening.CANCELLED: N_("已取消，积分退回原批次"),
}


class RedemptionOrder(Base):
    """A dealer's redemption (兑换订单), of one kind: what is shipped and what is handed out never share an order.

    `key` was minted with the form, so one form makes one order however often it is sent; `request_hash` covers
    what the form said. Address and remark are a sealed snapshot for `order:<column>:<id>`.
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
        CheckConstraint("length(request_hash) = 32", name="request_hash"),
        CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL) AND "
            "(state = 'cancelled') = (refund_journal IS NOT NULL)",
            name="cancelled",
        ),
        Index("ix_redemption_order_dealer_id_placed_at", "dealer_id", "placed_at", "id"),
        Index("ix_redemption_order_dealer_id_state", "dealer_id", "state", "placed_at", "id"),
        Index("ix_redemption_order_state_due_at", "state", "due_at", "dealer_id", "id"),
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
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    state: Mapped[OrderState] = mapped_column(Word(OrderState))
    points: Mapped[int] = mapped_column(Int)
    spend_journal: Mapped[int] = mapped_column(Id)
    refund_journal: Mapped[int | None] = mapped_column(Id)
    address_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    remark_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    placed_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    """By when it should have left, or been handed out: the promise made when it was placed."""
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)

    def may_become(self, state: OrderState) -> bool:
        """Whether the order may go from where it stands to that state."""
        return state in NEXT[self.state]

    @property
    def cancellable(self) -> bool:
        """The dealer may take it back until it leaves."""
        return self.may_become(OrderState.CANCELLED)

    @property
    def cancelled(self) -> bool:
        """It was taken back, and its points with it."""
        return self.state is OrderState.CANCELLED

    @property
    def waiting(self) -> bool:
        """Fulfilment has yet to act on it."""
        return self.state is OrderState.TO_SHIP

    @property
    def done(self) -> bool:
        """Nothing more will happen to it."""
        return not NEXT[self.state]

    def step(self, state: str) -> str:
        """How a step of the way stands to this order: done, now, or nothing yet."""
        if self.cancelled:
            return ""
        ahead = WAY.index(OrderState(state)) - WAY.index(self.state)
        return "done" if ahead < 0 else "" if ahead else "now"

    @property
    def state_shown(self) -> str:
        """Its state in words, to be translated when told; what is not shipped is handed out."""
        return state_shown(self.state, self.kind)


def state_shown(state: OrderState, kind: Kind) -> str:
    """A state in words, to be translated when told."""
    return TO_HAND_OUT if state is OrderState.TO_SHIP and not kind.shipped else NAMES[state]


class OrderLine(Base):
    """So many of one choice, with names, attributes and price as they were when it was ordered."""

    __tablename__ = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "order_id"], ["redemption_order.dealer_id", "redemption_order.id"]),
        CheckConstraint(f"quantity > 0 AND quantity <= {MOST}", name="quantity"),
        CheckConstraint("points_each > 0 AND points = points_each * quantity", name="points"),
        Index("ix_order_line_dealer_id_item_id", "dealer_id", "item_id"),
        Index("ix_order_line_sku_code", "sku_code", "dealer_id", "order_id"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(Id)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"))
    item_code: Mapped[str] = mapped_column(Name(40))
    sku_code: Mapped[str] = mapped_column(Key(40))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    attributes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    picture: Mapped[str] = mapped_column(Name(80))
    delivery: Mapped[Delivery] = mapped_column(Word(Delivery))
    quantity: Mapped[int] = mapped_column(Int)
    points_each: Mapped[int] = mapped_column(Int)
    points: Mapped[int] = mapped_column(Int)


class OrderEvent(Base):
    """What happened to an order after it was placed, when, and by whom (`member:7`, `staff:3`). Append-only.

    The placing is the order's own row.
    """

    __tablename__ = "order_event"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "order_id"], ["redemption_order.dealer_id", "redemption_order.id"]),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    event_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[Happening] = mapped_column(Word(Happening))
    actor: Mapped[str] = mapped_column(Name(80))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)


class OffShelf(Refused):
    """No longer, or not yet, on the shelf."""

    code = "off_shelf"
    text = N_("这件礼品已下架，暂时不能兑换。积分没有扣减。")


class PriceChanged(Refused):
    """The price is not the one the person saw."""

    code = "price_changed"
    text = N_("价格刚刚变为每件 %(points)s 积分，请重新确认。积分没有扣减。")


class OverLimit(Refused):
    """More than the dealer may have of this item, counting what was redeemed before and not cancelled."""

    code = "over_limit"
    text = N_("每个经销商限兑 %(limit)s 件，已兑换 %(had)s 件，还可兑换 %(left)s 件。积分没有扣减。")


class FormReused(Refused):
    """The form was sent before, and said something else."""

    code = "form_reused"
    status = 422
    text = N_("这一页先前已提交过另一份兑换，请在订单里查看，或重新确认。积分没有再次扣减。")


class BadQuantity(Refused):
    """Not a whole number of pieces that one order can take."""

    code = "bad_quantity"
    status = 422
    text = N_("数量请填 1 到 %(most)s 的整数。")


class AddressNeeded(Refused):
    """A parcel needs one of the dealer's own addresses."""

    code = "address_needed"
    status = 422
    text = N_("请选择收货地址。积分没有扣减。")


class NotCancellable(Refused):
    """It has left, or ended: too late to take back."""

    code = "not_cancellable"
    text = N_("订单已在处理，不能再取消。")
