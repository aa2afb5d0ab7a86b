"""Making expiry visible: every posting sweeps its own account; this sweeps the accounts nobody touches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from mall.points.actions.opening import open_books
from mall.points.actions.reading import MAIN
from mall.points.actions.writing import write
from mall.points.models import Account

account: Table = Account.__table__  # type: ignore[assignment]

ACCOUNTS_DUE = (
    select(account.c.dealer_id)
    .where(account.c.account_no == MAIN, account.c.next_due_at <= bindparam("now"))
    .order_by(account.c.next_due_at)
    .limit(bindparam("limit"))
)


def expire_due(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Sweep up to `limit` accounts in which something may be due, and give how many there were; nought means done.

    It changes no answer, only when the entry is written: twice, late or never is all the same.
    """
    dealers = list(session.scalars(ACCOUNTS_DUE, {"now": now, "limit": limit}))
    if dealers:
        write(session, open_books(session, now, dealers).values())
    return len(dealers)
