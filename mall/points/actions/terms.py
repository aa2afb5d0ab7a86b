"""The programme's terms: a month is closed, grace and threshold are changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Forbidden
from mall.base.time import add_months, start_of_day
from mall.dealers.models import Staff, StaffRole
from mall.points.actions.programme import THE_PROGRAMME, close_period
from mall.points.models import PeriodNotOver, Programme
from mall.points.models.correction import MAY_CORRECT

LONGEST_GRACE = 366


def close_month(session: Session, now: datetime, *, month: date, actor: str, address: str = "") -> Programme:
    """Close a civil month of the programme's zone and all before it; `month` is its first day.

    Repeating it changes nothing. Refused: the month that is running or one that lies ahead, and going back.
    """
    programme = session.get_one(Programme, THE_PROGRAMME)
    until = start_of_day(add_months(month, 1), programme.zone)
    if programme.closed_until and until < programme.closed_until:
        raise PeriodNotOver
    return close_period(session, now, until=until, actor=actor, address=address)


def change_terms(
    session: Session,
    now: datetime,
    *,
    staff_id: int,
    grace_days: int | None = None,
    approval_points: int | None = None,
    address: str = "",
) -> Programme:
    """Change for how long points that came back too late may be used, or what one person may correct alone.

    Finance changes the grace, the administrator alone the threshold: who is bound by a limit does not set it. What
    waits for a second person keeps the threshold that it was asked for under.
    """
    staff = session.get(Staff, staff_id, populate_existing=True)
    if staff is None or staff.disabled_at is not None or staff.role not in MAY_CORRECT:
        raise Forbidden
    programme = session.get_one(Programme, THE_PROGRAMME, with_for_update=True, populate_existing=True)
    changed: dict[str, Any] = {}
    if grace_days is not None and grace_days != programme.grace_days:
        changed["grace_days"] = [programme.grace_days, grace_days]
        programme.grace_days = grace_days
    if approval_points is not None and approval_points != programme.approval_points:
        if staff.role is not StaffRole.ADMINISTRATOR:
            raise Forbidden
        changed["approval_points"] = [programme.approval_points, approval_points]
        programme.approval_points = approval_points
    if changed:
        subject = f"programme:{THE_PROGRAMME}"
        note(
            session, now, actor=f"staff:{staff_id}", act="points.change_terms", subject=subject, address=address,
            detail=changed,
        )  # fmt: skip
    return programme
