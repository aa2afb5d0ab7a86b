"""Making expiry visible: every posting sweeps its own account; this sweeps the accounts nobody touches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, bindparam, or_, select
from sqlalchemy.orm import Session

from mall.points.actions.opening import MAIN, open_books
from mall.points.actions.writing import write
from mall.points.models import Lot

lot: Table = Lot.__table__  # type: ignore[assignment]

ACCOUNTS_DUE = (
    select(lot.c.dealer_id)
    .where(
        lot.c.account_no == MAIN,
        lot.c.is_open == 1,
        or_(lot.c.expires_at <= bindparam("now"), (lot.c.pending > 0) & (lot.c.active_at <= bindparam("now"))),
    )
    .distinct()
    .limit(bindparam("limit"))
)


def expire_due(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Sweep up to `limit` accounts that have lots due, and give how many there were; nought means done.

    It changes no answer, only when the entry is written: twice, late or never is all the same.
    """
    dealers = list(session.scalars(ACCOUNTS_DUE, {"now": now, "limit": limit}))
    if dealers:
        write(session, open_books(session, now, dealers).values())
    return len(dealers)
