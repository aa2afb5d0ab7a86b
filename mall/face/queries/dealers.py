"""Dealers to look at the mall as."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mall.dealers.models import Dealer, Tier

MOST = 6


@dataclass(frozen=True)
class SomeDealer:
    """A dealer as a preview needs it."""

    id: int
    code: str
    name: str
    tier: Tier
    region: str


def find_dealers(session: Session, words: str) -> list[SomeDealer]:
    """Dealers of this code, or with these words in their name; an exact code first."""
    rows = session.execute(
        select(Dealer.id, Dealer.code, Dealer.name, Dealer.tier, Dealer.region)
        .where(or_(Dealer.code == words, Dealer.name.contains(words, autoescape=True)))
        .order_by(Dealer.code != words, Dealer.code)
        .limit(MOST)
    )
    return [SomeDealer(*row) for row in rows]


def regions(session: Session) -> list[str]:
    """Every region that a dealer is in, and those above it."""
    paths = session.scalars(select(Dealer.region).distinct())
    found = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 2)}
    return sorted(found - {""})
