"""Finance sets by what terms points become money from a day on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note as write_down
from mall.base.time import civil_day, start_of_day
from mall.points.models import Programme
from mall.rewards.models.rebate import RebateTerms, TermsInThePast
from mall.rewards.queries.rebates import PROGRAMME, terms_in_force


def set_rebate_terms(
    session: Session,
    now: datetime,
    *,
    from_on: date,
    points_per_yuan: int,
    monthly_cap_fen: int | None,
    yearly_cap_fen: int | None,
    note: str,
    actor: str,
    address: str = "",
) -> RebateTerms:
    """Set the terms from the beginning of a civil day, or from now on where that day is today.

    Caps are in fen for one dealer; none is no cap. The terms in force once more change nothing. Refused: a day that
    has passed.
    """
    # The programme's row is the lock: two versions at once would take the same number.
    programme = session.get_one(Programme, PROGRAMME, with_for_update=True, populate_existing=True)
    today = civil_day(now, programme.zone)
    if from_on < today:
        raise TermsInThePast
    since_at = now if from_on == today else start_of_day(from_on, programme.zone)
    before = terms_in_force(session, since_at)
    wanted = (points_per_yuan, monthly_cap_fen, yearly_cap_fen)
    if before and (before.points_per_yuan, before.monthly_cap_fen, before.yearly_cap_fen) == wanted:
        return before
    terms = RebateTerms(
        no=(session.scalar(select(func.max(RebateTerms.no))) or 0) + 1,
        points_per_yuan=points_per_yuan,
        monthly_cap_fen=monthly_cap_fen,
        yearly_cap_fen=yearly_cap_fen,
        since_at=since_at,
        note=note,
        set_at=now,
        set_by=actor,
    )
    session.add(terms)
    session.flush()
    write_down(
        session,
        now,
        actor=actor,
        act="rebate.terms",
        subject=f"rebate_terms:{terms.no}",
        address=address,
        detail={
            "from": from_on.isoformat(),
            "points_per_yuan": points_per_yuan,
            "monthly_cap_fen": monthly_cap_fen,
            "yearly_cap_fen": yearly_cap_fen,
            "before": before.no if before else None,
        },
    )
    return terms
