"""What is live: the last published layout, or the one the mall came with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from mall.base.types import Instant
from mall.face.models import Announcement, Document, Layout
from mall.face.rules.standard import standard


@dataclass(frozen=True)
class Live:
    """The live document. Version 0 is the layout the mall came with; `news`: something is announced to somebody."""

    no: int
    theme_no: int
    document: Document
    news: bool


_at = bindparam("at", type_=Instant)
_NEWS = exists(
    select(1).where(
        Announcement.published_at.is_not(None),
        Announcement.starts_at <= _at,
        or_(Announcement.ends_at.is_(None), Announcement.ends_at > _at),
    )
)
# One row always, with the last layout where there is one.
_one = select(literal(1).label("one")).subquery("one")
_last = Layout.no == select(func.max(Layout.no)).scalar_subquery()
_LIVE = select(Layout.no, Layout.theme_no, Layout.document, _NEWS).select_from(_one.outerjoin(Layout, _last))


def live(session: Session, at: datetime) -> Live:
    """The live layout, and whether there is anything to announce, in one statement."""
    no, theme_no, document, news = session.execute(_LIVE, {"at": at}).one()
    return Live(no or 0, theme_no or 0, document or standard(), bool(news))
