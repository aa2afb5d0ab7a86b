"""What the demo's dealers looked for these days and did not find, for its merchandiser to see to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mall.catalog.actions.fruitless import found_nothing
from mall.catalog.models import FruitlessSearch
from mall.points.models import Programme

LOOKED_FOR = (("投影仪", (0, 0, 1, 2, 4)), ("焖烧罐", (0, 1, 1)), ("挂烫机", (3, 5)), ("dyson", (2,)))
"""Words, and how many days ago somebody typed them."""


def look_in_vain(session: Session, now: datetime) -> None:
    """Count them; seeding again counts nothing twice."""
    if session.scalar(select(exists().where(FruitlessSearch.times > 0))):
        return
    zone = session.get_one(Programme, 1).zone
    for words, days in LOOKED_FOR:
        for ago in days:
            found_nothing(session, now - timedelta(days=ago), words=words, zone=zone)
