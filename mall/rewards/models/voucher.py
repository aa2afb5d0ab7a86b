"""Vouchers: service benefits and coupons that the DMS or TMS honours, each with a life of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, NotFound, Refused
from mall.base.types import Id, Instant, Int, Key, Name, Small, Word, Words
from mall.catalog.models import Kind
from mall.dealers.models import StaffRole
from mall.outbox.models import System

MAY_SEE_VOUCHERS = (StaffRole.FULFILMENT, StaffRole.ACCOUNT_MANAGER)
REMINDED = timedelta(days=3)
"""So long before a voucher ends its dealer is told, once."""
MOST_PIECES = 100
"""So many vouchers one line of an order makes at most; each is told to its system by a message of its own."""


class Service(StrEnum):
    """What a service benefit gives."""

    PRIORITY_PRODUCTION = "priority_production"
    DEDICATED_LOGISTICS = "dedicated_logistics"
    TRAINING_SEAT = "training_seat"

    @property
    def name_shown(self) -> str:
        """The service in words, to be translated when told."""
        return SERVICES[self]


SERVICES: dict[Service, str] = {
    Service.PRIORITY_PRODUCTION: N_("优先排产"),
    Service.DEDICATED_LOGISTICS: N_("专属物流"),
    Service.TRAINING_SEAT: N_("培训席位"),
}


class VoucherState(StrEnum):
    """Where a voucher stands in its life. It ends used, expired or returned, and never changes after that."""

    ISSUED = "issued"
    USED = "used"
    EXPIRED = "expired"
    RETURNED = "returned"

    @property
    def name_shown(self) -> str:
        """The state in words, to be translated when told."""
        return VOUCHER_STATES[self]


VOUCHER_STATES: dict[VoucherState, str] = {
    VoucherState.ISSUED: N_("可用"),
    VoucherState.USED: N_("已使用"),
    VoucherState.EXPIRED: N_("已过期"),
    VoucherState.RETURNED: N_("已退回"),
}
_ISSUED = text("state = 'issued'")


class Voucher(Base):
    """One benefit or coupon, for one use, by the dealer it was issued to, at the system it was issued to.

    `token` says all of it, signed (rules/token.py), so that the system can believe it without asking. Over is over at
    `expires_at`, whether the worker has written it down or not.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("dealer_id", "no"),
        UniqueConstraint("dealer_id", "order_id", "line_no", "piece_no"),
        CheckConstraint("(kind = 'service') = (service IS NOT NULL)", name="service"),
        CheckConstraint("(kind = 'coupon') = (fen > 0) AND fen >= 0 AND least_fen >= 0", name="fen"),
        CheckConstraint("issued_at < expires_at", name="life"),
        CheckConstraint("(state = 'used') = (used_at IS NOT NULL)", name="used"),
        CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name="returned"),
        Index("ix_voucher_dealer_id_state", "dealer_id", "state", "expires_at", "id"),
        Index("ix_voucher_expires_at", "expires_at", sqlite_where=_ISSUED, postgresql_where=_ISSUED),
        Index("ix_voucher_state_issued_at", "state", "issued_at", "dealer_id", "id"),
        Index("ix_voucher_no", "no"),
        strict(fillfactor=80),
    )
    dealer_id: Mapped[int] = mapped_column(Id, ForeignKey("dealer.id"), primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    no: Mapped[str] = mapped_column(Key(20))
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    service: Mapped[Service | None] = mapped_column(Word(Service))
    system: Mapped[System] = mapped_column(Word(System))
    order_id: Mapped[int] = mapped_column(Id)
    order_no: Mapped[str] = mapped_column(Key(20))
    line_no: Mapped[int] = mapped_column(Small)
    piece_no: Mapped[int] = mapped_column(Small)
    sku_code: Mapped[str] = mapped_column(Key(40))
    fen: Mapped[int] = mapped_column(Int)
    """What a coupon takes off; nothing for a service."""
    least_fen: Mapped[int] = mapped_column(Int)
    """The smallest order it may be used on."""
    token: Mapped[str] = mapped_column(Words)
    state: Mapped[VoucherState] = mapped_column(Word(VoucherState))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    reference: Mapped[str] = mapped_column(Name(100))
    """What the system used it on: its own order's number."""
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the dealer was told that it ends soon."""
    ended_by: Mapped[str] = mapped_column(Name(80))

    @property
    def number_shown(self) -> str:
        """Its number in groups of four, as people read it out."""
        return " ".join(self.no[at : at + 4] for at in range(0, len(self.no), 4))

    @property
    def is_coupon(self) -> bool:
        """It takes money off an order."""
        return self.kind is Kind.COUPON

    @property
    def used(self) -> bool:
        """It was honoured."""
        return self.state is VoucherState.USED

    @property
    def returned(self) -> bool:
        """It was given back for its points."""
        return self.state is VoucherState.RETURNED

    def usable(self, now: datetime) -> bool:
        """Whether it may still be used at that moment."""
        return self.state is VoucherState.ISSUED and now < self.expires_at

    def over(self, now: datetime) -> bool:
        """Its day has passed unused."""
        return self.standing(now) is VoucherState.EXPIRED

    def standing(self, now: datetime) -> VoucherState:
        """Its state at that moment: over is over before anybody writes it down."""
        over = self.state is VoucherState.ISSUED and now >= self.expires_at
        return VoucherState.EXPIRED if over else self.state


class TermsMissing(Refused):
    """The item does not say what its kind needs; a merchandiser must mend it."""

    code = "terms_missing"
    text = N_("这件礼品的资料还不完整，暂时不能兑换。积分没有扣减。")


class TooManyPieces(Refused):
    """More vouchers than one line makes."""

    code = "too_many_pieces"
    status = 422
    text = N_("权益和抵扣券一次最多兑换 %(most)s 份。积分没有扣减。")


class NoSuchVoucher(NotFound):
    """No voucher of this number that was issued to who asks."""

    code = "not_found"
    text = N_("没有这张券。")


class VoucherUsed(Refused):
    """It was used before, on something else."""

    code = "voucher_used"
    text = N_("这张券已经使用过。")


class VoucherExpired(Refused):
    """Its day has passed."""

    code = "voucher_expired"
    text = N_("这张券已经过期。")


class VoucherReturned(Refused):
    """It was given back for its points."""

    code = "voucher_returned"
    text = N_("这张券已经退回。")


class OrderTooSmall(Refused):
    """The order is smaller than the coupon asks for."""

    code = "order_too_small"
    text = N_("订单金额不足，满 ¥%(least)s 才能使用这张券。")
