"""A correction of the demo that waits for a second person: finance asked, the administrator may look at it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.time import civil_day, end_of_month
from mall.dealers.models import Dealer, Staff
from mall.points.actions.correct import request
from mall.points.actions.drawing_up import Ask
from mall.points.models import CorrectionKind, CorrectionReason, Programme

MAKER = "caiwu"
DEALER = "NB0574"
KEY = "demo-correction-1"


def ask_for_a_second_person(session: Session, now: datetime) -> None:
    """Ask for more points than one person may add; seeding again asks for nothing new."""
    maker = session.scalars(select(Staff.id).where(Staff.login == MAKER)).one()
    dealer = session.scalars(select(Dealer.id).where(Dealer.code == DEALER)).one()
    zone = session.get_one(Programme, 1).zone
    ask = Ask(
        kind=CorrectionKind.ADD,
        dealer_id=dealer,
        points=12_000,
        reason=CorrectionReason.GOODWILL,
        note="台风停业补偿，依据 11 月区域会议纪要",
        fund_code="brand",
        expires_at=end_of_month(civil_day(now, zone), 12, zone),
        unit_value=10_000,
    )
    request(session, now, ask=ask, key=KEY, staff_id=maker)
