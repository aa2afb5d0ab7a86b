"""The library as the desk sees it, one picture, and which keys are pictures at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.picture import KEPT, WIDTHS
from mall.dealers.models import Staff
from mall.media.models import NoSuchPicture, Picture, Shape, Use, UsedIn

PAGE = 60
FILE = re.compile(r"([1-9][0-9]{2,3})\.(avif|webp)")


@dataclass(frozen=True)
class Shelf:
    """A page of the library, newest first, and how many there are in all."""

    pictures: Sequence[Picture]
    total: int
    names: dict[str, str]
    """Who brought them, by actor."""


def library(
    session: Session, *, q: str = "", shape: Shape | None = None, away: bool = False, page: int = 1, size: int = PAGE
) -> Shelf:
    """Pictures whose file name holds these words, or whose key they are; `away` gives those that were put away."""
    wanted: list[ColumnElement[bool]] = [Picture.put_away_at.is_not(None) if away else Picture.put_away_at.is_(None)]
    if shape is not None:
        wanted.append(Picture.shape == shape)
    wanted += [
        func.lower(Picture.name).contains(word, autoescape=True) | (Picture.key == word) for word in q.lower().split()
    ]
    rows = session.scalars(
        select(Picture)
        .where(*wanted)
        .order_by(Picture.made_at.desc(), Picture.key)
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    total = session.scalar(select(func.count()).select_from(Picture).where(*wanted)) or 0
    return Shelf(rows, total, names_of(session, (one.by for one in rows)))


def one(session: Session, key: str) -> Picture:
    """A picture by its key. Refused: NoSuchPicture."""
    picture = session.get(Picture, key)
    if picture is None:
        raise NoSuchPicture
    return picture


def kept(session: Session, keys: Iterable[str]) -> set[str]:
    """Which of these keys are pictures of the library, put away or not."""
    return set(session.scalars(select(Picture.key).where(Picture.key.in_(set(keys)))))


def cut_from(session: Session, picture: Picture) -> Sequence[Picture]:
    """The other crops of the same file, newest first."""
    same = (Picture.source == picture.source) & (Picture.key != picture.key)
    return session.scalars(select(Picture).where(same).order_by(Picture.made_at.desc()).limit(12)).all()


def uses(session: Session, key: str, used_in: Iterable[UsedIn]) -> list[Use]:
    """Every place that shows a picture, those that dealers see first."""
    found = [use for ask in used_in for use in ask(session, key)]
    return sorted(found, key=lambda use: not use.seen)


def names_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """The staff among these actors by name; any other actor is left out."""
    ids = {int(number) for kind, _, number in (actor.partition(":") for actor in actors) if kind == "staff"}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {f"staff:{number}": name for number, name in rows}


def traces(session: Session, key: str) -> Sequence[AuditEntry]:
    """What was done with a picture, newest first."""
    of_it = select(AuditEntry).where(AuditEntry.subject == f"picture:{key}")
    return session.scalars(of_it.order_by(AuditEntry.id.desc()).limit(20)).all()


def file_of(folder: Path, key: str, name: str) -> Path | None:
    """The file that answers to an address: this width and kind, or the widest there is below. No database is asked.

    Nothing of the address becomes a path but a key and a name that look exactly as the mall makes them.
    """
    told = FILE.fullmatch(name)
    if told is None or not KEPT.fullmatch(key) or int(told[1]) not in WIDTHS:
        return None
    asked, kind = int(told[1]), told[2]
    exact = folder / key / f"{asked}.{kind}"
    if exact.is_file():
        return exact
    narrower = [path for path in (folder / key).glob(f"*.{kind}") if path.stem.isdigit() and int(path.stem) < asked]
    return max(narrower, key=lambda path: int(path.stem), default=None)
