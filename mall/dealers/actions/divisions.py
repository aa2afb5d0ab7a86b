"""The country's divisions as their office publishes them: loaded whole, as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.bulk import add, among
from mall.base.refused import N_, Refused
from mall.dealers.models import Division, Level

_division = cast(Table, Division.__table__)
_KNOWN = select(
    _division.c.code, _division.c.parent, _division.c.level, _division.c.name, _division.c.path, _division.c.spelt
)
_GONE = delete(_division).where(among(_division.c.code, "codes"))
_CHANGE = (
    update(_division)
    .where(_division.c.code == bindparam("was"))
    .values({name: bindparam(name) for name in ("parent", "level", "name", "path", "spelt")})
)


@dataclass(frozen=True)
class DivisionRow:
    """A division as it is to stand in the table."""

    code: str
    parent: str
    level: Level
    name: str
    path: str
    spelt: str


@dataclass(frozen=True)
class Loaded:
    """What a load did to the table."""

    added: int
    changed: int
    removed: int

    @property
    def nothing(self) -> bool:
        """It was all there as it should be."""
        return not (self.added or self.changed or self.removed)


class BadDivisions(Refused):
    """What was to be loaded is not the whole country: a level is missing, or a division hangs in the air."""

    code = "bad_divisions"
    status = 422
    text = N_("行政区划数据不完整：%(why)s。原有数据没有改变。")


def load_divisions(session: Session, now: datetime, *, rows: Sequence[DivisionRow]) -> Loaded:
    """Let the table say what `rows` say: what is new is added, what differs changed, what is no more removed.

    Addresses keep their region in words, so what is removed here changes none of them.
    """
    wanted = {row.code: row for row in rows}
    _judge(wanted)
    known = {row.code: tuple(row) for row in session.execute(_KNOWN)}
    fresh = [_as_row(row) for code, row in wanted.items() if code not in known]
    differing = [row for code, row in wanted.items() if code in known and known[code] != astuple(row)]
    gone = sorted(known.keys() - wanted.keys())
    if gone:
        session.execute(_GONE, {"codes": gone})
    if differing:
        session.execute(_CHANGE, [{**_as_row(row), "was": row.code} for row in differing])
    add(session, _division, fresh)
    done = Loaded(len(fresh), len(differing), len(gone))
    if not done.nothing:
        detail = {"added": done.added, "changed": done.changed, "removed": done.removed}
        note(session, now, actor="system", act="divisions.load", subject="division", detail=detail)
    return done


def _judge(wanted: dict[str, DivisionRow]) -> None:
    levels = {row.level for row in wanted.values()}
    if levels != set(Level):
        raise BadDivisions(why="missing: " + ", ".join(sorted(level.name for level in set(Level) - levels)))
    for row in wanted.values():
        above = wanted.get(row.parent)
        if (row.level is Level.PROVINCE) != (not row.parent) or (row.parent and above is None):
            raise BadDivisions(why=f"{row.code} {row.name}")


def _as_row(row: DivisionRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "parent": row.parent,
        "level": int(row.level),
        "name": row.name,
        "path": row.path,
        "spelt": row.spelt,
    }
