"""The programme itself, opened once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.points.models import Programme

THE_PROGRAMME = 1


def open_programme(session: Session, now: datetime, *, name: str, zone: str, currency: str = "CNY") -> Programme:
    """The programme, opened with this name, zone and currency if there is none yet."""
    programme = session.get(Programme, THE_PROGRAMME)
    if programme is None:
        programme = Programme(id=THE_PROGRAMME, name=name, zone=zone, currency=currency, grace_days=7)
        session.add(programme)
        session.flush()
    return programme
