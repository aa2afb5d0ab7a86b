"""What both sides start from: dealers with a few open lots each, and one large spend to give back from."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mall import create_app
from mall.dealers.models import ChannelLevel, Dealer
from mall.points.actions import Part, earn, open_books, spend, write
from mall.points.models import Programme
from mall.web.db import db, transact

from .engines import settings

ACTS = ("earn", "spend", "hold", "refund")
"""What is measured; `hold` is hold and capture, two transactions."""
DEALERS = 200
"""Dealers an act has for itself, so that one act's rows are no other's burden."""
LOTS = 5
PLENTY = 10**11
"""Points a lot: no run comes near to using one up."""


def dealers_of(act: str, dealers: int = DEALERS) -> range:
    """The dealers whose accounts an act posts to."""
    first = 1 + ACTS.index(act) * dealers
    return range(first, first + dealers)


def lay(url: str, dealers: int = DEALERS) -> None:
    """The programme and its dealers, each with open lots of different expiry and one half of the first lot spent."""
    app = create_app(settings(url))
    with app.app_context():
        transact(found, dealers=dealers * len(ACTS))
        numbers = range(1, dealers * len(ACTS) + 1)
        for first in range(0, len(numbers), 100):
            transact(_fill, dealers=list(numbers[first : first + 100]))
        db.session.remove()
        db.engine.dispose()


def found(session: Session, now: datetime, dealers: int) -> None:
    session.add(Programme(id=1, name="年轮积分", zone="Asia/Shanghai", currency="CNY", grace_days=7))
    session.execute(
        insert(Dealer),
        [
            {
                "id": number,
                "code": f"D{number:07}",
                "name": f"经销商 {number}",
                "region": "华东/浙江",
                "channel_level": ChannelLevel.CITY,
                "created_at": now,
            }
            for number in range(1, dealers + 1)
        ],
    )


def _fill(session: Session, now: datetime, dealers: list[int]) -> None:
    books = open_books(session, now, dealers)
    for book in books.values():
        for number in range(LOTS):
            earn(
                book,
                parts=[Part(PLENTY)],
                source="bench",
                key=f"ground/{number}",
                reference=f"invoice/{number}",
                earned_at=now,
                expires_at=now + timedelta(days=360 + 30 * number),
                rule_version="bench/1",
                actor="system",
                why={"what": "ground"},
            )
        spend(book, points=PLENTY // 2, source="bench", key="ground/spend", actor="system", why={"what": "ground"})
    write(session, books.values())
