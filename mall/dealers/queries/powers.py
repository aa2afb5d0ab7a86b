"""How far a member may go with the dealer's points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.types import Id
from mall.dealers.models import Dealer, Member, MemberRole
from mall.dealers.rules import powers as rules


@dataclass(frozen=True, slots=True)
class Powers:
    """A member's powers and the judgements on them. Caps bind everybody but owners; all numbers are points."""

    role: MemberRole
    monthly_cap: int | None
    approval_over: int | None
    second_factor_over: int | None
    personal_at: datetime | None

    @property
    def cap(self) -> int | None:
        """The cap that binds this member, if any: an owner has none."""
        return None if self.role is MemberRole.OWNER else self.monthly_cap

    @property
    def personal_allowed(self) -> bool:
        """Whether rewards for personal use are open to this member."""
        return self.role is MemberRole.OWNER or self.personal_at is not None

    def left(self, spent: int) -> int | None:
        """How many points are left of this month's cap after `spent`; none without a cap."""
        return None if self.cap is None else max(0, self.cap - spent)

    def judge_cap(self, spent: int, points: int) -> None:
        """Refuse `points` on top of what this member `spent` this month with `OverCap`."""
        rules.judge_cap(spent, points, self.cap)

    def judge_personal(self) -> None:
        """Refuse a reward for personal use with `PersonalUse`."""
        rules.judge_personal(self.personal_at, self.role)

    def needs_approval(self, points: int) -> bool:
        """Whether a redemption of so many points waits for an owner."""
        return rules.needs_approval(points, self.approval_over, self.role)

    def needs_second_factor(self, points: int, shown_at: datetime | None, now: datetime) -> bool:
        """Whether so many points ask for a second factor that the sign-in (its `second_factor_at`) has yet to show."""
        return rules.needs_second_factor(points, self.second_factor_over) and not rules.proven(shown_at, now)

    def judge_second_factor(self, points: int, shown_at: datetime | None, now: datetime) -> None:
        """Refuse so many points with `SecondFactorNeeded` where `needs_second_factor`."""
        rules.judge_second_factor(points, self.second_factor_over, shown_at, now)


_POWERS = (
    select(Member.role, Member.monthly_cap, Dealer.approval_over, Dealer.second_factor_over, Member.personal_at)
    .join(Dealer, Dealer.id == Member.dealer_id)
    .where(and_(Member.dealer_id == bindparam("dealer", type_=Id), Member.id == bindparam("member", type_=Id)))
)


def powers_of(session: Session, dealer_id: int, member_id: int) -> Powers:
    """A member's powers in one statement; refuses who is not of this dealer."""
    row = session.execute(_POWERS, {"dealer": dealer_id, "member": member_id}).one_or_none()
    if row is None:
        raise NotFound
    return Powers(*row)
