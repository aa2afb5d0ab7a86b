"""What a point is worth: one person of finance asks for a value, a second one agrees."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from mall.audit.actions import note as write_down
from mall.base.ids import new_id
from mall.base.refused import Forbidden, Malformed
from mall.dealers.models import StaffRole
from mall.earning.models import MOST_VALUE, PointValue
from mall.proposals.actions import agree, ask, judge, locked
from mall.proposals.models import Proposal

WHAT, SUBJECT = "points.value", "point_value"
MAY_SET = (StaffRole.FINANCE, StaffRole.ADMINISTRATOR)
"""Who asks for a value, and who agrees to another person's."""


def ask_value(
    session: Session,
    now: datetime,
    *,
    from_on: date,
    today: date,
    value: int,
    note: str,
    key: str,
    role: StaffRole,
    actor: str,
    address: str = "",
) -> Proposal:
    """Ask for a point to be worth so many millionths of the currency's unit from a day on, and say why.

    Sent again it is the same proposal. Refused: another role; a day that is over; a value no point has.
    """
    if role not in MAY_SET:
        raise Forbidden
    if from_on < today or not 0 < value <= MOST_VALUE:
        raise Malformed
    facts = {"from_on": from_on.isoformat(), "value": value}
    return ask(
        session, now, what=WHAT, subject=SUBJECT, facts=facts, note=note, key=key, actor=actor, address=address
    )


def agree_value(
    session: Session, now: datetime, *, proposal_id: int, role: StaffRole, actor: str, address: str = ""
) -> None:
    """Be the second person to a value: it holds from its day on, or from now where that has come.

    A second tap changes nothing. Refused: another role; who asked for it; what is decided otherwise.
    """
    if role not in MAY_SET:
        raise Forbidden
    made = locked(session, proposal_id, WHAT)
    if not judge(made, actor):
        return
    row = PointValue(
        id=new_id(now),
        from_on=date.fromisoformat(made.facts["from_on"]),
        value=int(made.facts["value"]),
        note=made.note,
        set_at=now,
        set_by=made.made_by,
        checked_by=actor,
    )
    session.add(row)
    agree(session, now, made, actor=actor, address=address)
    told = {"from_on": row.from_on.isoformat(), "value": row.value, "asked_by": made.made_by, "proposal": made.id}
    write_down(session, now, actor=actor, act="points.value", subject=made.subject, address=address, detail=told)
