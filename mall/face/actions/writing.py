"""Announcements and guides: written, changed, published, taken back, put in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Malformed
from mall.base.types import micros
from mall.face.actions.draft import By
from mall.face.models import Announcement, Guide, NoSuchWriting, OutsideRegion, SlugTaken, WritingMoved
from mall.face.rules.audience import touchable
from mall.face.rules.writing import slug_fits, words_judged

Texts = Mapping[str, str]
T = TypeVar("T", Announcement, Guide)


@dataclass(frozen=True, kw_only=True)
class AnnouncementToPut:
    """An announcement as the desk writes it. Moments are aware; no end is for good; rich texts are cleaned here."""

    key: str
    titles: Texts
    texts: Texts
    starts_at: datetime
    ends_at: datetime | None = None
    tiers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GuideToPut:
    """A guide as the desk writes it; rich texts are cleaned here."""

    slug: str
    titles: Texts
    texts: Texts


def put_announcement(session: Session, now: datetime, *, put: AnnouncementToPut, revision: int, by: By) -> int:
    """Write an announcement, new by its key (revision 0) or changed, and give its id. A new one is a draft."""
    found = words_judged(put.titles, put.texts)
    if found.faults or (put.ends_at is not None and put.ends_at <= put.starts_at):
        raise Malformed
    one = _locked(session, Announcement, Announcement.key == put.key)
    facts: dict[str, Any] = {
        "titles": found.values["titles"],
        "texts": found.values["texts"],
        "tiers": list(put.tiers),
        "regions": list(put.regions),
        "starts_at": put.starts_at,
        "ends_at": put.ends_at,
    }
    _judge_scope(by, put.regions, one.regions if one else None)
    if one is None:
        one = Announcement(id=new_id(now), key=put.key, published_at=None, revision=0)
        session.add(one)
    elif _same(one, facts):
        return one.id  # sent twice, or nothing was changed
    else:
        _judge_revision(one, revision)
    _write(session, now, one, facts, by, "announcement.put", f"announcement:{one.id}")
    return one.id


def publish_announcement(
    session: Session, now: datetime, *, announcement_id: int, revision: int, wanted: bool, by: By
) -> None:
    """Publish an announcement, or take it back."""
    one = _locked(session, Announcement, Announcement.id == announcement_id)
    if one is None:
        raise NoSuchWriting
    _judge_scope(by, one.regions)
    if (one.published_at is not None) == wanted:
        return
    _judge_revision(one, revision)
    act = "announcement.publish" if wanted else "announcement.withdraw"
    _write(session, now, one, {"published_at": now if wanted else None}, by, act, f"announcement:{one.id}")


def put_guide(session: Session, now: datetime, *, guide_id: int | None, put: GuideToPut, revision: int, by: By) -> int:
    """Write a guide, new or changed, and give its id. A new one is a draft at the end of the list."""
    found = words_judged(put.titles, put.texts)
    if found.faults or not slug_fits(put.slug):
        raise Malformed
    _judge_scope(by, ())
    one = _locked(session, Guide, Guide.id == guide_id) if guide_id is not None else None
    if guide_id is not None and one is None:
        raise NoSuchWriting
    facts: dict[str, Any] = {"slug": put.slug, "titles": found.values["titles"], "texts": found.values["texts"]}
    other = session.scalar(select(Guide).where(Guide.slug == put.slug))
    if one is None and other is not None and _same(other, facts) and other.changed_by == by.actor:
        return other.id  # the same form, sent twice
    if other is not None and other is not one:
        raise SlugTaken
    if one is None:
        position = int(session.scalar(select(func.coalesce(func.max(Guide.position), 0))) or 0) + 1
        one = Guide(id=new_id(now), position=position, published_at=None, revision=0)
        session.add(one)
    elif _same(one, facts):
        return one.id
    else:
        _judge_revision(one, revision)
    _write(session, now, one, facts, by, "guide.put", f"guide:{one.id}")
    return one.id


def publish_guide(session: Session, now: datetime, *, guide_id: int, revision: int, wanted: bool, by: By) -> None:
    """Publish a guide, or take it back."""
    one = _locked(session, Guide, Guide.id == guide_id)
    if one is None:
        raise NoSuchWriting
    _judge_scope(by, ())
    if (one.published_at is not None) == wanted:
        return
    _judge_revision(one, revision)
    act = "guide.publish" if wanted else "guide.withdraw"
    _write(session, now, one, {"published_at": now if wanted else None}, by, act, f"guide:{one.id}")


def move_guide(session: Session, now: datetime, *, guide_id: int, seen: int, up: bool, by: By) -> None:
    """Change a guide's place with that of the one before it, or behind. `seen` is where it stood."""
    _judge_scope(by, ())
    every = session.scalars(
        select(Guide).order_by(Guide.position, Guide.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    ids = [one.id for one in every]
    if guide_id not in ids:
        raise NoSuchWriting
    at = ids.index(guide_id)
    goal = at - 1 if up else at + 1
    if at != seen or not 0 <= goal < len(every):
        return
    ids[at], ids[goal] = ids[goal], ids[at]
    for one in every:
        one.position = ids.index(one.id) + 1
    session.flush()
    told = {"before": at + 1, "after": goal + 1}
    note(session, now, actor=by.actor, act="guide.move", subject=f"guide:{guide_id}", address=by.address, detail=told)


def _locked(session: Session, what: type[T], which: Any) -> T | None:
    return session.scalars(
        select(what).where(which).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _judge_revision(one: Announcement | Guide, revision: int) -> None:
    if one.revision != revision:
        raise WritingMoved(who=one.changed_by, at=one.changed_at)


def _judge_scope(by: By, *regions: Any) -> None:
    if not all(touchable(each, by.scope) for each in regions if each is not None):
        raise OutsideRegion(region=by.scope.region)


def _same(one: Announcement | Guide, facts: Mapping[str, Any]) -> bool:
    return all(getattr(one, name) == value for name, value in facts.items())


def _write(
    session: Session, now: datetime, one: Announcement | Guide, facts: Mapping[str, Any], by: By, act: str, subject: str
) -> None:
    before = {name: _told(getattr(one, name)) for name in facts}
    for name, value in facts.items():
        setattr(one, name, value)
    one.revision, one.changed_at, one.changed_by = one.revision + 1, now, by.actor
    session.flush()
    changed = {name for name, value in facts.items() if _told(value) != before[name]}
    told = {
        "before": {name: before[name] for name in sorted(changed)},
        "after": {name: _told(facts[name]) for name in sorted(changed)},
        "revision": one.revision,
    }
    note(session, now, actor=by.actor, act=act, subject=subject, address=by.address, detail=told)


def _told(value: Any) -> Any:
    return micros(value) if isinstance(value, datetime) else value
