"""A payment: one attempt to pay the cash part of one order at one gateway."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Day, Id, Instant, Int, Json, Key, Name, Small, Word


class GatewayName(StrEnum):
    """Where the cash part can be paid."""

    ON_ACCOUNT = "on_account"
    WECHAT = "wechat"
    ALIPAY = "alipay"

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return GATEWAYS[self]

    @property
    def outside(self) -> bool:
        """Whether money moves at somebody else's, who must be asked how it ended."""
        return self is not GatewayName.ON_ACCOUNT


class Way(StrEnum):
    """How a gateway is reached: what the person's device can do decides."""

    ACCOUNT = "account"
    JSAPI = "jsapi"
    """WeChat Pay inside WeChat."""
    H5 = "h5"
    """WeChat Pay from a phone's browser."""
    NATIVE = "native"
    """WeChat Pay by a code on a screen."""
    WAP = "wap"
    """Alipay from a phone's browser."""


class PaymentState(StrEnum):
    """Where a payment stands. One that was closed can still turn out paid: then it is given back whole."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return STATES[self]


GATEWAYS: dict[GatewayName, str] = {
    GatewayName.ON_ACCOUNT: N_("挂账"),
    GatewayName.WECHAT: N_("微信支付"),
    GatewayName.ALIPAY: N_("支付宝"),
}
STATES: dict[PaymentState, str] = {
    PaymentState.OPEN: N_("待支付"),
    PaymentState.PAID: N_("已支付"),
    PaymentState.CLOSED: N_("已关闭"),
}
_ASKED = text("ask_at IS NOT NULL")


class Payment(Base):
    """What a dealer was asked to pay for an order, `fen` in all.

    `no` is the number under which the gateway knows it; it carries the dealer's id, so that a callback needs no search.
    `merchant` and `app` are ours at that gateway when the person was sent there: what comes back must name the same.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("dealer_id", "no"),
        ForeignKeyConstraint(["dealer_id"], ["dealer.id"]),
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= fen", name="refunded"),
        CheckConstraint("refunded_fen = 0 OR state = 'paid'", name="refunded_paid"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid"),
        CheckConstraint("length(no) <= 32", name="no"),
        Index("ix_payment_order", "dealer_id", "order_id"),
        Index("ix_payment_ask_at", "ask_at", sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("ix_payment_opened_at", "opened_at", "dealer_id", "id"),
        Index("ix_payment_paid_at", "gateway", "paid_at"),
        Index("ix_payment_no", "no"),
        strict(fillfactor=70),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id)
    order_no: Mapped[str] = mapped_column(Key(20))
    no: Mapped[str] = mapped_column(Key(32))
    gateway: Mapped[GatewayName] = mapped_column(Word(GatewayName))
    way: Mapped[Way] = mapped_column(Word(Way))
    fen: Mapped[int] = mapped_column(Int)
    currency: Mapped[str] = mapped_column(Name(3))
    state: Mapped[PaymentState] = mapped_column(Word(PaymentState))
    actor: Mapped[str] = mapped_column(Name(80))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the gateway stops taking it; none for what is paid at once."""
    pressed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the person was first sent to the gateway: from then on the end is unknown until it is told."""
    merchant: Mapped[str] = mapped_column(Name(64))
    app: Mapped[str] = mapped_column(Name(64))
    ticket: Mapped[dict[str, Any]] = mapped_column(Json)
    """What the gateway gave for the person to be sent with: a link, a code, a prepay id."""
    ticket_until: Mapped[datetime | None] = mapped_column(Instant)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    shut_at: Mapped[datetime | None] = mapped_column(Instant)
    gateway_no: Mapped[str | None] = mapped_column(Key(64))
    """The gateway's own number of it."""
    refunded_fen: Mapped[int] = mapped_column(Int)
    """What was given back or is on its way back."""
    ask_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the gateway is to be asked next how it ended; none when nothing more is expected."""
    asks: Mapped[int] = mapped_column(Small)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    billed_on: Mapped[date | None] = mapped_column(Day)
    """The day of the gateway's bill on which it was found."""

    @property
    def open(self) -> bool:
        """It can still be paid."""
        return self.state is PaymentState.OPEN

    @property
    def paid(self) -> bool:
        """The money is with the brand."""
        return self.state is PaymentState.PAID

    @property
    def unsure(self) -> bool:
        """Somebody may be paying, or have paid, and nobody has said how it ended."""
        return not self.paid and self.pressed_at is not None and self.ask_at is not None

    @property
    def left_fen(self) -> int:
        """What can still be given back."""
        return self.fen - self.refunded_fen if self.paid else 0

    def usable(self, now: datetime) -> bool:
        """Whether the person can be sent with the ticket it has."""
        return self.open and self.ticket_until is not None and now < self.ticket_until
