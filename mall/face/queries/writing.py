"""Announcements and guides, as dealers and the desk read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mall.dealers.models import Tier
from mall.face.models import Announcement, Guide, NoSuchWriting
from mall.face.rules.audience import meant_for

MOST = 200
"""Announcements looked at; nobody reads more."""


def announcements(session: Session, at: datetime, *, tier: Tier, region: str) -> list[Announcement]:
    """What is announced to a dealer of this tier and region at a moment, the latest first."""
    rows = session.scalars(
        select(Announcement)
        .where(
            Announcement.published_at.is_not(None),
            Announcement.starts_at <= at,
            or_(Announcement.ends_at.is_(None), Announcement.ends_at > at),
        )
        .order_by(Announcement.starts_at.desc(), Announcement.id.desc())
        .limit(MOST)
    )
    return [one for one in rows if meant_for(one.tiers, one.regions, tier=tier, region=region)]


def announcement(session: Session, at: datetime, announcement_id: int, *, tier: Tier, region: str) -> Announcement:
    """One announcement, if this dealer may see it now."""
    one = session.get(Announcement, announcement_id)
    if one is None or not one.live_at(at) or not meant_for(one.tiers, one.regions, tier=tier, region=region):
        raise NoSuchWriting
    return one


def all_announcements(session: Session) -> Sequence[Announcement]:
    """Every announcement for the desk, the latest first."""
    return session.scalars(
        select(Announcement).order_by(Announcement.starts_at.desc(), Announcement.id.desc()).limit(MOST)
    ).all()


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


def guide_to_edit(session: Session, guide_id: int) -> Guide:
    """One guide for the desk."""
    one = session.get(Guide, guide_id)
    if one is None:
        raise NoSuchWriting
    return one
