"""The country's divisions: what to choose from, what a few typed letters find, and what reads an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from mall.base.bulk import among
from mall.dealers.models import Division, Level
from mall.dealers.queries.addresses import region_shown
from mall.dealers.rules.address_parse import Parsed, parse, wanted
from mall.dealers.rules.gazetteer import Gazetteer, Place

MOST_FOUND = 12
LONGEST_QUERY = 20

_division = cast(Table, Division.__table__)
_PLACES = select(_division.c.code, _division.c.parent, _division.c.level, _division.c.name, _division.c.path)
_ABOVE_STREETS = _PLACES.where(_division.c.level < Level.STREET)
_STREETS_OF = _PLACES.where(_division.c.level == Level.STREET, among(_division.c.parent, "districts"))


@dataclass(frozen=True)
class Step:
    """One of the four choices: what there is to choose from, and what was chosen."""

    level: Level
    options: tuple[tuple[str, str], ...]
    chosen: str

    @property
    def open(self) -> bool:
        """Whether there is anything to choose yet."""
        return bool(self.options)


@dataclass(frozen=True)
class Picker:
    """Province, city, district and street as far as they are chosen. `code` and `region` are those of the deepest."""

    steps: tuple[Step, ...]
    code: str
    region: str

    @property
    def complete(self) -> bool:
        """Down to the district at least: a street may be missing from the list, or not be known."""
        return bool(self.steps[Level.DISTRICT - 1].chosen)

    @property
    def finished(self) -> bool:
        """Down to the street."""
        return bool(self.steps[-1].chosen)

    @property
    def loaded(self) -> bool:
        """Whether there are divisions at all."""
        return self.steps[0].open

    @property
    def shown(self) -> str:
        """The region as people write it."""
        return region_shown(self.region)


def picker(session: Session, picked: Sequence[str]) -> Picker:
    """What to choose from, given the codes chosen so far from the province down.

    A code that does not lie in the one above it counts as not chosen; the only one there is, is chosen by itself.
    """
    steps: list[Step] = []
    deepest = Place("", "", Level.PROVINCE, "", "")
    for level in Level:
        rows = () if steps and not steps[-1].chosen else _children(session, deepest.code)
        asked = picked[level - 1] if len(picked) >= level else ""
        chosen = next((row for row in rows if row.code == asked), rows[0] if len(rows) == 1 else None)
        steps.append(Step(level, tuple((row.code, row.name) for row in rows), chosen.code if chosen else ""))
        deepest = chosen or deepest
    return Picker(tuple(steps), deepest.code, deepest.path)


def line_of(session: Session, code: str) -> tuple[str, ...]:
    """The codes from the province down to this division; empty where there is none."""
    line: list[str] = []
    while code and len(line) < len(Level):
        above = session.scalar(select(_division.c.parent).where(_division.c.code == code))
        if above is None:
            return ()
        line.insert(0, code)
        code = above
    return tuple(line)


def line_by_path(session: Session, path: str) -> tuple[str, ...]:
    """The codes of a region in words, as far as they fit: for an address from before it knew its code."""
    names = path.split("/")
    for length in range(min(len(names), len(Level)), 0, -1):
        code = session.scalar(select(_division.c.code).where(_division.c.path == "/".join(names[:length])).limit(1))
        if code:
            return line_of(session, code)
    return ()


def found(session: Session, typed: str) -> list[Place]:
    """What a name, its pinyin or its initials find below the provinces: the larger first, a dozen at most."""
    asked = "".join(typed.split())[:LONGEST_QUERY].lower()
    if not asked:
        return []
    fits = [_division.c.name.startswith(asked, autoescape=True)]
    if len(asked) > 1:
        fits.append(_division.c.name.contains(asked, autoescape=True))
    if asked.isascii():
        fits = [
            _division.c.spelt.startswith(asked, autoescape=True),
            _division.c.spelt.contains(f" {asked}", autoescape=True),
        ]
    statement = (
        _PLACES.where(or_(*fits), _division.c.level > Level.PROVINCE, _division.c.code.not_like("__90"))
        .order_by(_division.c.name.startswith(asked, autoescape=True).desc(), _division.c.level, _division.c.code)
        .limit(MOST_FOUND)
    )
    return [_place(row) for row in session.execute(statement)]


def read_address(session: Session, text: str) -> Parsed:
    """Read a pasted address with the divisions there are; streets are looked up only where they may help."""
    places = [_place(row) for row in session.execute(_ABOVE_STREETS)]
    districts = wanted(text, Gazetteer(places))
    streets = session.execute(_STREETS_OF, {"districts": sorted(districts)}) if districts else ()
    return parse(text, Gazetteer([*places, *map(_place, streets)]))


def _children(session: Session, parent: str) -> Sequence[Place]:
    rows = session.execute(_PLACES.where(_division.c.parent == parent).order_by(_division.c.code))
    return tuple(_place(row) for row in rows)


def _place(row: object) -> Place:
    code, parent, level, name, path = cast("tuple[str, str, int, str, str]", tuple(cast(Sequence[object], row)))
    return Place(code, parent, Level(level), name, path)
