"""What a region says of a reward: written, given up, brought back. It holds at once for the region's dealers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.found import terms
from mall.base.refused import Malformed, Phrase
from mall.catalog.actions.bounds import held, read
from mall.catalog.models import (
    SAID,
    Edition,
    EditionMoved,
    EditionTerm,
    EditionVersion,
    Item,
    ItemEdition,
    ItemVersion,
    LibraryMoved,
    NoSuchItem,
    NoSuchRegion,
    NoSuchVersion,
    PartNotTheirs,
    Said,
)
from mall.catalog.queries.beside import library, said_by
from mall.catalog.rules.bounds import Bounds
from mall.catalog.rules.differences import differences
from mall.catalog.rules.editions import edition, faults, library_of, mark, parts_of, without
from mall.dealers.models import WHOLE, Dealer, Scope


def say(
    session: Session,
    now: datetime,
    *,
    code: str,
    region: str,
    said: Mapping[str, Any],
    revision: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
    library_seen: int | None = None,
) -> int:
    """Write what a region says of a reward, all of it, and give back its revision; what it leaves out follows the
    library, and saying nothing is giving it up.

    `revision` is that of the edition the writer saw, 0 where there was none. The same sent again changes nothing. A
    part whose words stay goes on being held against what the library said when they were written: `answer` alone
    settles it. New words are held against the version of the library that their writer saw, `library_seen`, where that
    is known. Refused: a region outside the scope or without dealers, a part that the brand does not let regions say,
    a shape no edition has, one that others have written meanwhile.
    """
    scope.must_cover(region)
    _known(session, region)
    said = edition(said)
    bounds = read(held(session, now))
    item = _locked(session, code)
    row = _row(session, region, item.id)
    before = said_by(row)
    if before == said:
        return row.revision if row else 0
    if (row.revision if row else 0) != revision:
        raise EditionMoved
    _judge(said, bounds)
    base = library_of(_library_then(session, item, library_seen), said)
    if row is not None:
        base |= {name: was for name, was in row.base.items() if name in said and before.get(name) == said[name]}
    no = _next(session, region, item.id)
    _write(session, now, item, region, row, said, base, no, actor)
    found = differences(before, said)
    told: dict[str, Any] = {
        "before": {one.path: one.before for one in found},
        "after": {one.path: one.after for one in found},
    }
    _note(session, now, "edition.say" if said else "edition.give_up", item, region, actor, address, told)
    return no if said else 0


def give_up(
    session: Session,
    now: datetime,
    *,
    code: str,
    region: str,
    revision: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Let a region follow the library again in all but its prices. One that follows it stays so.

    Refused: a region outside the scope, an edition that others have written meanwhile.
    """
    say(
        session, now, code=code, region=region, said={}, revision=revision, actor=actor, scope=scope, address=address
    )


def answer(
    session: Session,
    now: datetime,
    *,
    code: str,
    region: str,
    part: Said,
    follow: bool,
    revision: int,
    seen: str,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Settle one part of an edition that the library has changed since: follow the library in it, or keep the region's
    words and take note of the library's. Gives back the edition's revision; the same again changes nothing.

    `seen` is the mark of what the library was shown to say. Refused: a region outside the scope; an edition that others
    have written, or a library that has changed, since the two were looked at.
    """
    scope.must_cover(region)
    item = _locked(session, code)
    row = _row(session, region, item.id)
    if row is None or part not in said_by(row):
        return row.revision if row else 0
    says = library(item)[part]
    if not follow and row.base.get(part) == says:
        return row.revision
    if row.revision != revision or mark(says) != seen:
        raise LibraryMoved
    if not follow:
        row.base = row.base | {part.value: says}
        session.flush()
        _note(session, now, "edition.seen", item, region, actor, address, {"part": part.value})
        return row.revision
    before = said_by(row)
    said, base = without(before, [part]), {name: was for name, was in row.base.items() if name != part}
    no = _next(session, region, item.id)
    _write(session, now, item, region, row, said, base, no, actor)
    told = {"part": part.value, "before": {part.value: before[part]}, "after": {}}
    _note(session, now, "edition.say" if said else "edition.give_up", item, region, actor, address, told)
    return no if said else 0


def restore(
    session: Session,
    now: datetime,
    *,
    code: str,
    region: str,
    no: int,
    revision: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Say again what an old version said, and give back the revision; it is held against what the library said then.
    Refused as `say` is, and no such version.
    """
    scope.must_cover(region)
    item_id = session.scalar(select(Item.id).where(Item.code == code))
    old = session.get(EditionVersion, (region, item_id, no)) if item_id else None
    if old is None:
        raise NoSuchVersion
    return say(
        session, now, code=code, region=region, said=old.document, revision=revision, actor=actor, scope=scope,
        address=address, library_seen=_version_at(session, old.item_id, old.said_at),
    )  # fmt: skip


def take_back(session: Session, now: datetime, row: ItemEdition, said: Edition, *, actor: str, address: str) -> None:
    """Leave no more of an edition than this, because the brand's bounds have become narrower; its item is locked. What
    is left of it goes on being held against what the library said when it was written.
    """
    item = session.get_one(Item, row.item_id)
    before, no = said_by(row), _next(session, row.region, item.id)
    base = {name: was for name, was in row.base.items() if name in said}
    _write(session, now, item, row.region, row, said, base, no, actor)
    found = differences(before, said)
    detail = {"before": {one.path: one.before for one in found}, "after": {one.path: one.after for one in found}}
    _note(session, now, "edition.outside", item, row.region, actor, address, detail)


def _known(session: Session, region: str) -> None:
    inside = or_(Dealer.region == region, func.substr(Dealer.region, 1, len(region) + 1) == f"{region}/")
    if not region or session.scalar(select(Dealer.id).where(inside).limit(1)) is None:
        raise NoSuchRegion


def _locked(session: Session, code: str) -> Item:
    """A reward under its lock: whoever writes on it, or a region's edition of it, comes one after the other."""
    item = session.scalar(
        select(Item).where(Item.code == code).with_for_update(), execution_options={"populate_existing": True}
    )
    if item is None:
        raise NoSuchItem
    return item


def _row(session: Session, region: str, item_id: int) -> ItemEdition | None:
    return session.get(ItemEdition, (region, item_id), populate_existing=True)


def _library_then(session: Session, item: Item, no: int | None) -> Edition:
    """What a version of the library said where regions may say something; what it says now where none is kept."""
    is_now = library(item)
    old = session.get(ItemVersion, (item.id, no)) if no is not None and 0 <= no < item.version else None
    if old is None:
        return is_now
    same = edition(is_now)  # a version is kept in its one form, which the library may not be in
    return {name: value if old.document[name] == same[name] else old.document[name] for name, value in is_now.items()}


def _version_at(session: Session, item_id: int, at: datetime) -> int | None:
    """The version of the library that was live at a moment."""
    until = (ItemVersion.item_id == item_id, ItemVersion.published_at <= at)
    return session.scalar(select(func.max(ItemVersion.no)).where(*until))


def _judge(said: Edition, bounds: Bounds) -> None:
    if closed := [Phrase(SAID[part]) for part in parts_of(said) if part not in bounds.parts]:
        raise PartNotTheirs(what=closed)
    if any(faults(said)):
        raise Malformed


def _next(session: Session, region: str, item_id: int) -> int:
    mine = (EditionVersion.region == region, EditionVersion.item_id == item_id)
    return (session.scalar(select(func.max(EditionVersion.no)).where(*mine)) or 0) + 1


def _write(
    session: Session,
    now: datetime,
    item: Item,
    region: str,
    row: ItemEdition | None,
    said: Edition,
    base: Edition,
    no: int,
    actor: str,
) -> None:
    """Write an edition with its terms and its version; one that says nothing is gone."""
    mine = (EditionTerm.region == region, EditionTerm.item_id == item.id)
    session.execute(delete(EditionTerm).where(*mine))
    if not said and row is not None:
        session.delete(row)
    if said:
        row = row or ItemEdition(region=region, item_id=item.id)
        for name in ("names", "subtitles", "descriptions", "pictures"):
            setattr(row, name, said.get(name))
        row.off_from, row.off_until = _moment(said.get("off_from")), _moment(said.get("off_until"))
        row.base, row.revision, row.changed_at, row.changed_by = base, no, now, actor
        session.add(row)
        session.flush()
        if terms := _terms(said):
            session.execute(
                insert(EditionTerm),
                [{"region": region, "term": t, "item_id": item.id, "weight": w} for t, w in terms.items()],
            )
    session.add(
        EditionVersion(region=region, item_id=item.id, no=no, document=said, said_at=now, said_by=actor)
    )
    session.flush()


def _terms(said: Edition) -> dict[str, int]:
    """The terms that an edition adds, weighed as the library's are."""
    texts = [(text, 8) for text in said.get("names", {}).values()]
    return terms(texts + [(text, 4) for text in said.get("subtitles", {}).values()])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _note(
    session: Session, now: datetime, act: str, item: Item, region: str, actor: str, address: str, detail: dict[str, Any]
) -> None:
    told = {"region": region, **detail}
    note(session, now, actor=actor, act=act, subject=f"item:{item.id}", address=address, detail=told)
