"""How far a member may go with the dealer's points: caps, the owner's approval, a second factor. All in points."""

from __future__ import annotations

from datetime import datetime, timedelta

from mall.dealers.models import MemberRole, OverCap, PersonalUse, SecondFactorNeeded

PROVEN_FOR = timedelta(minutes=10)
"""How long a second factor shown by a sign-in counts."""


def judge_cap(spent: int, points: int, cap: int | None) -> None:
    """Refuse points that would take a month's redemptions over its cap; no cap refuses nothing."""
    if cap is not None and spent + points > cap:
        raise OverCap(cap=cap, left=max(0, cap - spent))


def needs_approval(points: int, over: int | None, role: MemberRole) -> bool:
    """Whether so many points wait for an owner. What an owner places is approved by being placed."""
    return over is not None and role is not MemberRole.OWNER and points > over


def needs_second_factor(points: int, over: int | None) -> bool:
    """Whether so many points ask for a second factor, whoever places them."""
    return over is not None and points > over


def judge_second_factor(points: int, over: int | None, shown_at: datetime | None, now: datetime) -> None:
    """Refuse so many points from a sign-in that has shown no second factor lately."""
    if needs_second_factor(points, over):
        judge_proven(shown_at, now)


def judge_proven(shown_at: datetime | None, now: datetime) -> None:
    """Refuse a sign-in that has shown no second factor lately."""
    if not proven(shown_at, now):
        raise SecondFactorNeeded


def judge_personal(personal_at: datetime | None, role: MemberRole) -> None:
    """Refuse a reward for personal use to whom the owner has not authorised; the owner needs nobody's leave."""
    if personal_at is None and role is not MemberRole.OWNER:
        raise PersonalUse


def proven(shown_at: datetime | None, now: datetime) -> bool:
    """Whether a second factor shown then still counts now."""
    return shown_at is not None and now - shown_at < PROVEN_FOR
