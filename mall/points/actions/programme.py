"""The programme itself, opened once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.types import micros
from mall.points.models import PeriodNotOver, Programme

THE_PROGRAMME = 1


def open_programme(session: Session, now: datetime, *, name: str, zone: str, currency: str = "CNY") -> Programme:
    """The programme, opened with this name, zone and currency if there is none yet."""
    programme = session.get(Programme, THE_PROGRAMME)
    if programme is None:
        programme = Programme(id=THE_PROGRAMME, name=name, zone=zone, currency=currency, grace_days=7)
        session.add(programme)
        session.flush()
    return programme


def close_period(session: Session, now: datetime, *, until: datetime, actor: str, address: str = "") -> Programme:
    """Let nothing take effect before `until` any more. Repeating it changes nothing.

    What is posted later counts where it is booked, so a closed period's figures stay. Refused: a moment that has not
    come, or that lies before the one closed already.
    """
    programme = session.get_one(Programme, THE_PROGRAMME, with_for_update=True, populate_existing=True)
    if programme.closed_until == until:
        return programme
    if until > now or (programme.closed_until and until < programme.closed_until):
        raise PeriodNotOver
    before = programme.closed_until
    programme.closed_until = until
    detail = {"until": micros(until), "before": micros(before) if before else None}
    subject = f"programme:{THE_PROGRAMME}"
    note(session, now, actor=actor, act="points.close_period", subject=subject, address=address, detail=detail)
    return programme
