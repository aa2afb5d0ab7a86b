"""Finance sets the expected redemption rate from a day on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note as write_down
from mall.base.time import start_of_day
from mall.points.actions.programme import THE_PROGRAMME
from mall.points.models import ClosedPeriod, ExpectedRate, Programme, RateSet, UnknownPosting


def expect_redemption(
    session: Session,
    now: datetime,
    *,
    from_on: date,
    rate_bps: int,
    note: str,
    actor: str,
    address: str = "",
    supersede: bool = False,
) -> ExpectedRate:
    """Set the expected redemption rate (in ten-thousandths, 1 to 10,000) for reports as of `from_on` and later.

    The same rate with the same note again changes nothing. Another one for a day that has one is a further row, and
    only where the person says so (`supersede`). Refused: such a day otherwise; a day within a closed period.
    """
    if not 1 <= rate_bps <= 10_000:
        raise ValueError("a rate lies between 1 and 10,000 ten-thousandths")
    # The programme's row is the lock: two rates for one day at once would both be the first.
    programme = session.scalar(select(Programme).where(Programme.id == THE_PROGRAMME).with_for_update())
    if programme is None:
        raise UnknownPosting
    newest = session.scalar(
        select(ExpectedRate)
        .where(ExpectedRate.programme_id == programme.id, ExpectedRate.from_on == from_on)
        .order_by(ExpectedRate.no.desc())
        .limit(1)
    )
    if newest is not None and (newest.rate_bps, newest.note) == (rate_bps, note):
        return newest
    if newest is not None and not supersede:
        raise RateSet(on=from_on.isoformat(), rate=f"{newest.rate_bps // 100}.{newest.rate_bps % 100:02d}")
    if programme.closed_until and start_of_day(from_on, programme.zone) < programme.closed_until:
        raise ClosedPeriod
    rate = ExpectedRate(
        programme_id=programme.id,
        from_on=from_on,
        no=newest.no + 1 if newest else 1,
        rate_bps=rate_bps,
        note=note,
        set_at=now,
        set_by=actor,
    )
    session.add(rate)
    session.flush()
    write_down(
        session,
        now,
        actor=actor,
        act="points.expected_rate",
        subject=f"programme:{programme.id}",
        address=address,
        detail={"from": from_on.isoformat(), "no": rate.no, "bps": rate_bps},
    )
    return rate
