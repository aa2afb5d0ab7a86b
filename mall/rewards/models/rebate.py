"""Cash rebates: points as money on the dealer's account with the brand, and the terms by which they become it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Id, Instant, Int, Key, Name, Small, Word
from mall.dealers.models import StaffRole

MAY_SET_TERMS = (StaffRole.FINANCE,)
"""Who sees what was credited and sets the terms; the administrator, too, as everywhere."""


class RebateTerms(Base):
    """So many points make ¥1, and how much of it a dealer may have in a month and in a year. A version is never edited.

    Of those that have begun, the one that began last is in force; among equals the highest number.
    """

    __tablename__ = "rebate_terms"
    __table_args__ = (
        CheckConstraint("no > 0 AND points_per_yuan > 0", name="ratio"),
        CheckConstraint("monthly_cap_fen IS NULL OR monthly_cap_fen > 0", name="monthly_cap"),
        CheckConstraint("yearly_cap_fen IS NULL OR yearly_cap_fen > 0", name="yearly_cap"),
        Index("ix_rebate_terms_since_at", "since_at", "no"),
        strict(),
    )
    no: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    points_per_yuan: Mapped[int] = mapped_column(Int)
    monthly_cap_fen: Mapped[int | None] = mapped_column(Int)
    """For one dealer in a civil month of the programme's zone; null is none."""
    yearly_cap_fen: Mapped[int | None] = mapped_column(Int)
    since_at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Name(200))
    """On what the terms rest."""
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(Name(80))


class RebateState(StrEnum):
    """How far a rebate has come."""

    RESERVED = "reserved"
    CREDITED = "credited"
    RELEASED = "released"
    TAKEN_BACK = "taken_back"

    @property
    def name_shown(self) -> str:
        """The state in words, to be translated when told."""
        return REBATE_STATES[self]


REBATE_STATES: dict[RebateState, str] = {
    RebateState.RESERVED: N_("待入账"),
    RebateState.CREDITED: N_("已记入往来账"),
    RebateState.RELEASED: N_("已取消"),
    RebateState.TAKEN_BACK: N_("已冲回"),
}
COUNTED = (RebateState.RESERVED, RebateState.CREDITED)
"""What counts against the caps, less what was taken back of it."""


class Rebate(Base):
    """A line of an order that becomes money: points, and the fen they make by the terms of the moment it was ordered.

    It counts against the caps of the month in which it was ordered, whenever it is credited.
    """

    __tablename__ = "rebate"
    __table_args__ = (
        UniqueConstraint("dealer_id", "order_id", "line_no"),
        CheckConstraint("points > 0 AND fen > 0 AND quantity > 0", name="amounts"),
        CheckConstraint(
            "returned_fen >= 0 AND returned_fen <= fen AND returned_quantity >= 0 AND returned_quantity <= quantity",
            name="returned",
        ),
        CheckConstraint("(state = 'taken_back') = (returned_quantity = quantity)", name="taken_back"),
        CheckConstraint("credited_at IS NOT NULL OR state IN ('reserved', 'released')", name="credited"),
        Index("ix_rebate_dealer_id_month", "dealer_id", "month"),
        Index("ix_rebate_month", "month", "dealer_id"),
        strict(fillfactor=80),
    )
    dealer_id: Mapped[int] = mapped_column(Id, ForeignKey("dealer.id"), primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(Id)
    order_no: Mapped[str] = mapped_column(Key(20))
    line_no: Mapped[int] = mapped_column(Small)
    quantity: Mapped[int] = mapped_column(Int)
    points: Mapped[int] = mapped_column(Int)
    fen: Mapped[int] = mapped_column(Int)
    terms_no: Mapped[int] = mapped_column(Id, ForeignKey("rebate_terms.no"))
    month: Mapped[int] = mapped_column(Int)
    """The civil month in which it was ordered, in the programme's zone, as 202611."""
    state: Mapped[RebateState] = mapped_column(Word(RebateState))
    returned_quantity: Mapped[int] = mapped_column(Int)
    returned_fen: Mapped[int] = mapped_column(Int)
    reserved_at: Mapped[datetime] = mapped_column(Instant)
    credited_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was released, or the last of it taken back."""

    @property
    def reserved(self) -> bool:
        """Kept for an order that has not come to its issue."""
        return self.state is RebateState.RESERVED

    @property
    def credited(self) -> bool:
        """On the dealer's account with the brand, at least in part."""
        return self.state is RebateState.CREDITED


class RebateNotOffered(Refused):
    """There are no terms in force, so nobody knows what a point is worth."""

    code = "rebate_not_offered"
    text = N_("返利兑换暂未开放。积分没有扣减。")


class RebateTooSmall(Refused):
    """The points make less than a fen."""

    code = "rebate_too_small"
    status = 422
    text = N_("积分太少，不足以兑换返利。积分没有扣减。")


class OverRebateCap(Refused):
    """More than the dealer may have this month. `left` is in yuan, `left_fen` in fen."""

    code = "over_rebate_cap"
    text = N_("超过本月返利上限，本月还可兑换 ¥%(left)s。积分没有扣减。")


class OverYearlyRebateCap(OverRebateCap):
    """More than the dealer may have this year."""

    text = N_("超过本年度返利上限，今年还可兑换 ¥%(left)s。积分没有扣减。")


class TermsInThePast(Refused):
    """Terms begin today or later: what was ordered before keeps what it was ordered by."""

    code = "terms_in_the_past"
    status = 422
    text = N_("起始日不能早于今天。")
