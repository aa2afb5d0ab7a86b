"""Dealers to look at the mall as, and the regions there are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mall.dealers.models import Dealer, Tier
from mall.dealers.queries.found import named

MOST = 6


@dataclass(frozen=True)
class SomeDealer:
    """A dealer as a preview needs it."""

    id: int
    code: str
    name: str
    tier: Tier
    region: str


def find_dealers(session: Session, words: str, *, within: str = "") -> list[SomeDealer]:
    """Dealers that are meant by the words; an exact code first. `within` a region alone."""
    wanted = select(Dealer.id, Dealer.code, Dealer.name, Dealer.tier, Dealer.region).where(
        named(words)
    )
    if within:
        inside = Dealer.region.startswith(f"{within}/", autoescape=True)
        wanted = wanted.where(or_(Dealer.region == within, inside))
    rows = session.execute(wanted.order_by(Dealer.code != words, Dealer.code).limit(MOST))
    return [SomeDealer(*row) for row in rows]


def regions(session: Session) -> list[str]:
    """Every region that a dealer is in, and those above it: 华东, 华东/浙江, 华东/浙江/杭州.

    The brand's own first, which are written in Chinese; after them those that came with orders from abroad (EIRE).
    """
    paths = session.scalars(select(Dealer.region).distinct())
    found = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 2)}
    return sorted(found - {""}, key=lambda region: (region.isascii(), region))
