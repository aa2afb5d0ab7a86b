"""What an owner lets the dealer's people do with its points."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import NotFound
from mall.dealers.models import Dealer, Member
from mall.dealers.queries.here import MemberHere
from mall.dealers.rules import powers


def set_cap(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, cap: int | None, by: int, address: str = ""
) -> None:
    """Let a member redeem at most `cap` points a calendar month; none takes the cap away."""
    member = _locked(session, dealer_id, member_id)
    before = member.monthly_cap
    if before == cap:
        return
    member.monthly_cap = cap
    note(
        session, now, actor=f"member:{by}", act="member.set_cap", subject=f"member:{member_id}", address=address,
        detail={"before": before, "after": cap},
    )


def authorise_personal(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, allowed: bool, by: int, address: str = ""
) -> None:
    """Let a member redeem rewards for personal use, as of now, or no longer."""
    member = _locked(session, dealer_id, member_id)
    if (member.personal_at is not None) == allowed:
        return
    member.personal_at = now if allowed else None
    act = "member.authorise_personal" if allowed else "member.withdraw_personal"
    note(session, now, actor=f"member:{by}", act=act, subject=f"member:{member_id}", address=address)


def set_limits(
    session: Session,
    now: datetime,
    *,
    here: MemberHere,
    approval_over: int | None,
    second_factor_over: int | None,
    address: str = "",
) -> None:
    """Above how many points a redemption waits for an owner, and above how many it asks for a second factor.

    None: never. While a second factor is asked for, both change only for a sign-in that has shown one
    (`SecondFactorNeeded`): an owner's open phone is not to take away what guards the points.
    """
    dealer = session.get(Dealer, here.dealer_id, with_for_update=True, populate_existing=True)
    if dealer is None:
        raise NotFound
    before = (dealer.approval_over, dealer.second_factor_over)
    after = (approval_over, second_factor_over)
    if before == after:
        return
    if dealer.second_factor_over is not None:
        powers.judge_proven(here.second_factor_at, now)
    dealer.approval_over, dealer.second_factor_over = after
    note(
        session, now, actor=here.actor, act="dealer.set_limits", subject=f"dealer:{dealer.id}", address=address,
        detail={"approval_over": [before[0], after[0]], "second_factor_over": [before[1], after[1]]},
    )


def _locked(session: Session, dealer_id: int, member_id: int) -> Member:
    member = session.get(Member, (dealer_id, member_id), with_for_update=True, populate_existing=True)
    if member is None:
        raise NotFound
    return member
