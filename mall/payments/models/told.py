"""What goes to a gateway and what it says: plain values, the same for every gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mall.payments.models.payment import GatewayName, Payment, Way
from mall.payments.models.refund import RefundState


class There(StrEnum):
    """How a payment stands at its gateway."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"
    REFUNDED = "refunded"
    """Paid, and given back wholly or in part."""
    UNKNOWN = "unknown"
    """The gateway has never heard of it: nobody came so far."""


@dataclass(frozen=True, kw_only=True)
class ToPay:
    """A payment as a gateway is asked to take it. `openid` is the payer's inside WeChat, `back` a page of ours."""

    no: str
    way: Way
    fen: int
    currency: str
    what: str
    closes_at: datetime
    back: str = ""
    openid: str = ""
    address: str = ""


@dataclass(frozen=True)
class Ticket:
    """What the person is sent with, and until when it is good."""

    holds: Mapping[str, str]
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a gateway said of a payment: by a callback (then with its notice's id), an answer or a bill."""

    gateway: GatewayName
    no: str
    state: There
    fen: int | None = None
    currency: str = ""
    merchant: str = ""
    app: str = ""
    gateway_no: str = ""
    at: datetime | None = None
    notice_id: str = ""

    @property
    def paid(self) -> bool:
        """Whether it says that the money was paid."""
        return self.state is There.PAID


@dataclass(frozen=True, kw_only=True)
class RefundTold:
    """What a gateway said of a refund: our two numbers, how it stands, and why not where it does not."""

    gateway: GatewayName
    no: str
    refund_no: str
    state: RefundState
    fen: int | None = None
    gateway_no: str = ""
    at: datetime | None = None
    trouble: str = ""
    notice_id: str = ""


@dataclass(frozen=True)
class Settled:
    """The payment as it is now. `news` says that this changed it; what was known before is no news."""

    payment: Payment
    news: bool
