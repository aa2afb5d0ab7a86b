"""Claims: what a dealer asks for of an order that has gone wrong, about which pieces, with which pictures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Bytes, Id, Instant, Int, Json, Key, Name, Small, Word
from mall.orders.models.carriers import carrier_shown
from mall.orders.models.claim_words import CLAIM_NEXT, OPEN, TURNS, ClaimKind, ClaimReason, ClaimState, Turn

MOST_CLAIMS = 20
"""Claims an order may have; with more of them a person should talk to a person."""
MOST_PHOTOS = 6
MOST_WORDS = 500


class Claim(Base):
    """A dealer's claim (售后单) about some pieces of an order. Its words are sealed for `after_sales:words:<id>`."""

    __tablename__ = "after_sales"
    __table_args__ = (
        UniqueConstraint("dealer_id", "no"),
        UniqueConstraint("dealer_id", "key"),
        ForeignKeyConstraint(["dealer_id", "order_id"], ["redemption_order.dealer_id", "redemption_order.id"]),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["member.dealer_id", "member.id"]),
        CheckConstraint("points >= 0 AND fen >= 0", name="amounts"),
        CheckConstraint("length(request_hash) = 32", name="request_hash"),
        CheckConstraint(
            "(state IN ('done', 'declined', 'withdrawn', 'lapsed')) = (ended_at IS NOT NULL) AND "
            "(ended_at IS NULL) = (due_at IS NOT NULL)",
            name="ended",
        ),
        CheckConstraint("checked_by IS NULL OR checked_by <> decided_by", name="two_people"),
        Index("ix_after_sales_dealer_id_applied_at", "dealer_id", "applied_at", "id"),
        Index("ix_after_sales_dealer_id_order_id", "dealer_id", "order_id"),
        Index("ix_after_sales_state_due_at", "state", "due_at", "dealer_id", "id"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    no: Mapped[str] = mapped_column(Key(24))
    key: Mapped[str] = mapped_column(Key(64))
    request_hash: Mapped[bytes] = mapped_column(Bytes)
    order_id: Mapped[int] = mapped_column(Id)
    order_no: Mapped[str] = mapped_column(Key(20))
    member_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[ClaimKind] = mapped_column(Word(ClaimKind))
    reason: Mapped[ClaimReason] = mapped_column(Word(ClaimReason))
    words_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    state: Mapped[ClaimState] = mapped_column(Word(ClaimState))
    points: Mapped[int] = mapped_column(Int)
    """What its pieces cost in points; in the end, what went back."""
    fen: Mapped[int] = mapped_column(Int)
    """What its pieces cost in fen; in the end, what went back."""
    applied_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    """By when the next one acts; none once it has ended."""
    decided_by: Mapped[int | None] = mapped_column(Id)
    checked_by: Mapped[int | None] = mapped_column(Id)
    """The second person of the brand, where so much goes back that one alone may not agree."""
    answer: Mapped[str] = mapped_column(Name(300), server_default="")
    """What the brand said: why it declined, where to send it."""
    carrier: Mapped[str | None] = mapped_column(Name(24))
    waybill: Mapped[str | None] = mapped_column(Key(40))
    resent_carrier: Mapped[str | None] = mapped_column(Name(24))
    resent_waybill: Mapped[str | None] = mapped_column(Key(40))
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the dealer was told that its time to send it back is nearly over."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    def may_become(self, state: ClaimState) -> bool:
        """Whether the claim may go from where it stands to that state."""
        return state in CLAIM_NEXT[self.state]

    @property
    def open(self) -> bool:
        """Somebody has yet to act."""
        return self.state in OPEN

    @property
    def turn(self) -> Turn | None:
        """Who acts next; nobody once it has ended."""
        return TURNS[self.state][0] if self.open else None

    @property
    def applied(self) -> bool:
        """The brand has not answered yet."""
        return self.state is ClaimState.APPLIED

    @property
    def checking(self) -> bool:
        """One person of the brand agreed, a second is to."""
        return self.state is ClaimState.CHECKING

    @property
    def return_awaited(self) -> bool:
        """The dealer is to send the pieces back."""
        return self.state is ClaimState.RETURN_AWAITED

    @property
    def sendable(self) -> bool:
        """The dealer may tell that it has sent the pieces back: when asked to, or later than it was asked to."""
        return self.may_become(ClaimState.RETURNED)

    @property
    def returned(self) -> bool:
        """The pieces are on their way back, or here to be looked at."""
        return self.state is ClaimState.RETURNED

    @property
    def resending(self) -> bool:
        """Others are to be sent in their place."""
        return self.state is ClaimState.RESENDING

    @property
    def sending_home(self) -> bool:
        """What came back was refused and is to go back to the dealer."""
        return self.state is ClaimState.SENDING_HOME

    @property
    def names_codes(self) -> bool:
        """It is about codes that are bad: the brand says which."""
        bad = self.kind is ClaimKind.REFUND_ONLY and self.reason is ClaimReason.CODE_INVALID
        return bad or self.kind is ClaimKind.REISSUE

    @property
    def withdrawable(self) -> bool:
        """The dealer may take it back."""
        return self.may_become(ClaimState.WITHDRAWN)

    @property
    def agreed(self) -> bool:
        """The brand has agreed, and nobody has ended it otherwise since."""
        return self.decided_by is not None and not (self.checking or self.ended_otherwise)

    @property
    def ended_otherwise(self) -> bool:
        """It is over, and nothing went back."""
        return self.state in (ClaimState.DECLINED, ClaimState.WITHDRAWN, ClaimState.LAPSED)

    @property
    def accepted(self) -> bool:
        """What came back was as it was said: it is being paid back or replaced, or has been."""
        return self.state in (ClaimState.REFUNDING, ClaimState.RESENDING, ClaimState.DONE)

    @property
    def done(self) -> bool:
        """It ended as the dealer asked."""
        return self.state is ClaimState.DONE

    @property
    def resent_with(self) -> str:
        """With whom others were sent, in words to be translated when told."""
        return carrier_shown(self.resent_carrier)

    @property
    def returned_with(self) -> str:
        """With whom it was sent back, in words to be translated when told."""
        return carrier_shown(self.carrier)


class ClaimLine(Base):
    """So many pieces of one line of the order that a claim is about."""

    __tablename__ = "after_sales_line"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "claim_id"], ["after_sales.dealer_id", "after_sales.id"]),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("points >= 0 AND fen >= 0", name="amounts"),
        Index("ix_after_sales_line_order", "dealer_id", "order_id", "line_no"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id)
    quantity: Mapped[int] = mapped_column(Int)
    points: Mapped[int] = mapped_column(Int)
    fen: Mapped[int] = mapped_column(Int)
    restocked: Mapped[int | None] = mapped_column(Small)
    """1: the pieces went into stock again; 0: they were written off; none: nothing was decided."""


class ClaimPhoto(Base):
    """A picture that a dealer sent with a claim, made anew by the mall (JPEG, no more than its pixels).

    Labels of parcels carry names and numbers, so it is sealed for `after_sales_photo:image:<claim id>/<position>`.
    """

    __tablename__ = "after_sales_photo"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "claim_id"], ["after_sales.dealer_id", "after_sales.id"]),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    image_sealed: Mapped[bytes] = mapped_column(Bytes, deferred=True)
    width: Mapped[int] = mapped_column(Int)
    height: Mapped[int] = mapped_column(Int)


class ClaimEvent(Base):
    """A step of a claim, when, and by whom. Append-only; the application is the claim's own row."""

    __tablename__ = "after_sales_event"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "claim_id"], ["after_sales.dealer_id", "after_sales.id"]),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    event_no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[ClaimState] = mapped_column(Word(ClaimState))
    actor: Mapped[str] = mapped_column(Name(80))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)


class NothingToClaim(Refused):
    """The pieces are not there to be claimed: not received yet, given back, or in another claim."""

    code = "nothing_to_claim"
    text = N_("这些礼品暂时不能申请售后：可能还没发出、已经退回，或已有一笔售后在处理。")


class WrongClaim(Refused):
    """The kind of claim does not fit the reward: a card code cannot be sent back, a kettle has no code."""

    code = "wrong_claim"
    status = 422
    text = N_("这件礼品不支持这种售后方式，请换一种。")


class ClaimMoved(Refused):
    """The claim does not stand where this step is possible."""

    code = "claim_moved"
    text = N_("这笔售后的状态刚刚变了，请刷新后再看。")


class SecondPersonNeeded(Refused):
    """So much goes back only when another person agrees as well."""

    code = "second_person_needed"
    text = N_("金额较大，需要另一位同事复核，不能由同一个人完成。")


class TooManyClaims(Refused):
    """An order has had too many claims already."""

    code = "too_many_claims"
    text = N_("这笔兑换的售后次数已达上限，请联系客户经理。")


class ClaimOpen(Refused):
    """Somebody wants to send pieces that the dealer has asked to be paid back for, and nobody has answered."""

    code = "claim_open"
    text = N_("经销商对这些礼品申请了仅退款，请先答复售后 %(no)s，再发货。")
