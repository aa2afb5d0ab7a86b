"""One reward beside what regions say of it: their editions, what they follow, and what they said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.catalog.models import Edition, EditionVersion, Item, ItemEdition, NoSuchItem, NoSuchVersion
from mall.catalog.rules.editions import WORDS, library_of
from mall.catalog.rules.plans import regions_above


def library(item: Item) -> Edition:
    """What the library says of a reward in the parts that regions may say too."""
    return {part.value: getattr(item, part.value) for part in WORDS}


def said_by(row: ItemEdition | None) -> Edition:
    """What an edition says, as a document; {} for none."""
    if row is None:
        return {}
    said: Edition = {part.value: getattr(row, part.value) for part in WORDS if getattr(row, part.value) is not None}
    if row.off_from is not None:
        until = row.off_until.isoformat() if row.off_until else None
        said |= {"off_from": row.off_from.isoformat(), "off_until": until}
    return said


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A reward beside what regions say of it: the editions of a region and of those above it, the widest first."""

    item: Item
    region: str
    editions: Sequence[ItemEdition]

    @property
    def mine(self) -> ItemEdition | None:
        """The region's own edition, if it has one."""
        return next((one for one in self.editions if one.region == self.region), None)

    @property
    def above(self) -> Sequence[ItemEdition]:
        """The editions of the regions around it: what it follows before the library."""
        return [one for one in self.editions if one.region != self.region]

    @property
    def said(self) -> Edition:
        """What the region says."""
        return said_by(self.mine)

    @property
    def revision(self) -> int:
        """The number of its edition; 0 without one."""
        return self.mine.revision if self.mine else 0

    @property
    def followed(self) -> Edition:
        """What the region's dealers would see without its own edition."""
        found = library(self.item)
        for one in self.above:
            found = found | {name: value for name, value in said_by(one).items() if name in found}
        return found

    @property
    def behind(self) -> Edition:
        """The parts of the library that have changed since the region wrote its own, as they were then."""
        if self.mine is None:
            return {}
        is_now = library_of(library(self.item), self.said)
        return {name: was for name, was in self.mine.base.items() if was != is_now.get(name)}


def beside(session: Session, code: str, region: str) -> Beside:
    """A reward with the editions that hold in a region. Refused: no such reward was ever published."""
    item = session.scalar(select(Item).where(Item.code == code))
    if item is None:
        raise NoSuchItem
    return Beside(item=item, region=region, editions=editions_over(session, item.id, region))


def editions_over(session: Session, item_id: int, region: str) -> list[ItemEdition]:
    """The editions of a reward that hold in a region, the widest region's first."""
    over = select(ItemEdition).where(ItemEdition.item_id == item_id, ItemEdition.region.in_(regions_above(region)))
    return list(session.scalars(over.order_by(func.length(ItemEdition.region))))


def regions_saying(session: Session, item_id: int) -> list[ItemEdition]:
    """All editions of a reward, by region."""
    return list(
        session.scalars(select(ItemEdition).where(ItemEdition.item_id == item_id).order_by(ItemEdition.region))
    )


def regions_written(session: Session) -> set[str]:
    """The regions that say something of some reward in their own words."""
    return set(session.scalars(select(ItemEdition.region).distinct()))


def versions(session: Session, item_id: int, region: str, *, limit: int = 100) -> list[EditionVersion]:
    """What a region said of a reward each time, the newest first."""
    mine = (EditionVersion.region == region, EditionVersion.item_id == item_id)
    newest = select(EditionVersion).where(*mine).order_by(EditionVersion.no.desc()).limit(limit)
    return list(session.scalars(newest))


def version(session: Session, item_id: int, region: str, no: int) -> EditionVersion:
    """One version. Refused: no such version."""
    found = session.get(EditionVersion, (region, item_id, no))
    if found is None:
        raise NoSuchVersion
    return found
