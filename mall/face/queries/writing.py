"""Announcements and guides, as dealers and the desk read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Text, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from mall.base.found import means
from mall.base.refused import N_
from mall.base.types import canonical
from mall.dealers.models import Tier
from mall.face.models import Announcement, Guide, NoSuchWriting
from mall.face.rules.audience import around, meant_for

MOST = 200
"""Announcements that a dealer is shown; nobody reads more."""
_LISTED = (
    Announcement.titles,
    Announcement.tiers,
    Announcement.regions,
    Announcement.starts_at,
    Announcement.ends_at,
    Announcement.published_at,
    Announcement.revision,
    Announcement.changed_at,
    Announcement.changed_by,
)
"""What a list of them shows."""


def announcements(session: Session, at: datetime, *, tier: Tier, region: str) -> list[Announcement]:
    """What is announced to a dealer of this tier and region at a moment, the latest first."""
    rows = session.scalars(
        select(Announcement)
        .where(
            Announcement.published_at.is_not(None),
            Announcement.starts_at <= at,
            or_(Announcement.ends_at.is_(None), Announcement.ends_at > at),
            _names(Announcement.tiers, [tier.value]),
            _names(Announcement.regions, around(region)),
        )
        .order_by(Announcement.starts_at.desc(), Announcement.id.desc())
        .limit(MOST)
    )
    return [one for one in rows if meant_for(one.tiers, one.regions, tier=tier, region=region)]


def _names(column: InstrumentedAttribute[list[str]], words: Sequence[str]) -> ColumnElement[bool]:
    """Whether a list of words names one of these, or is empty and so everybody's: asked before only some are taken.

    Lists are kept as one text without spaces, so a word stands in it between its quotes; the rule judges what is found.
    """
    text = type_coerce(column, Text)
    said = [text.contains(canonical(word), autoescape=True) for word in words]
    return or_(text == "[]", *said)


def announcement(session: Session, at: datetime, announcement_id: int, *, tier: Tier, region: str) -> Announcement:
    """One announcement, if this dealer may see it now."""
    one = session.get(Announcement, announcement_id)
    if one is None or not one.live_at(at) or not meant_for(one.tiers, one.regions, tier=tier, region=region):
        raise NoSuchWriting
    return one


class State(StrEnum):
    """What becomes of an announcement now."""

    LIVE = "live"
    COMING = "coming"
    DRAFT = "draft"
    ENDED = "ended"


STATES: dict[State, str] = {
    State.LIVE: N_("生效中"),
    State.COMING: N_("未开始"),
    State.DRAFT: N_("草稿"),
    State.ENDED: N_("已结束"),
}


@dataclass(frozen=True)
class Found:
    """A page of announcements, how many there are in all, and how many in each state."""

    rows: Sequence[Announcement]
    total: int
    size: int
    states: Mapping[str, int]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def state_of(one: Announcement, at: datetime) -> State:
    """What becomes of an announcement at a moment."""
    if one.published_at is None:
        return State.DRAFT
    if one.ends_at is not None and one.ends_at <= at:
        return State.ENDED
    return State.LIVE if one.starts_at <= at else State.COMING


def all_announcements(
    session: Session, at: datetime, *, q: str = "", state: State | None = None, page: int = 1, size: int = 50
) -> Found:
    """A page of announcements for the desk, the latest first, found by their titles, pinyin too.

    A brand writes some hundreds in its life, so they are looked through one by one; their texts stay where they are.
    """
    kept = select(Announcement).options(load_only(*_LISTED, raiseload=True))
    every = session.scalars(kept.order_by(Announcement.starts_at.desc(), Announcement.id.desc())).all()
    fitting = [one for one in every if _titled(one, q)]
    states = Counter(state_of(one, at).value for one in fitting)
    shown = [one for one in fitting if state is None or state_of(one, at) is state]
    return Found(shown[(page - 1) * size : page * size], len(shown), size, {**states, "": len(fitting)})


def _titled(one: Announcement | Guide, q: str, *codes: str) -> bool:
    return not q or means(q, one.titles.values(), codes)


def announcement_to_edit(session: Session, announcement_id: int) -> Announcement:
    """One announcement for the desk."""
    one = session.get(Announcement, announcement_id)
    if one is None:
        raise NoSuchWriting
    return one


def guides(session: Session) -> Sequence[Guide]:
    """The guides that are published, in their order."""
    return session.scalars(
        select(Guide).where(Guide.published_at.is_not(None)).order_by(Guide.position, Guide.id)
    ).all()


def guide(session: Session, slug: str) -> Guide:
    """One published guide."""
    one = session.scalar(select(Guide).where(Guide.slug == slug, Guide.published_at.is_not(None)))
    if one is None:
        raise NoSuchWriting
    return one


def all_guides(session: Session) -> Sequence[Guide]:
    """Every guide for the desk, in their order."""
    return session.scalars(select(Guide).order_by(Guide.position, Guide.id)).all()


def some_guides(session: Session, *, q: str = "", published: bool | None = None) -> list[tuple[int, Guide]]:
    """Guides for the desk in their order, each with its place among all; found by title, pinyin too, or address."""
    return [
        (place, one)
        for place, one in enumerate(all_guides(session))
        if _titled(one, q, one.slug)
        and (published is None or (one.published_at is not None) is published)
    ]


def guide_to_edit(session: Session, guide_id: int) -> Guide:
    """One guide for the desk."""
    one = session.get(Guide, guide_id)
    if one is None:
        raise NoSuchWriting
    return one
