"""The categories as a tree, for the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.catalog.models import DEEPEST, Category, Item, NoSuchCategory


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A category in its place: how deep (1 by itself), first or last among those beside it, what is in it."""

    id: int
    code: str
    icon: str
    names: Mapping[str, str]
    parent: str
    depth: int
    first: bool
    last: bool
    items: int
    beneath: int
    """How many categories stand within it, at whatever depth."""
    height: int
    """How deep they stand beneath it; 0 without any."""

    @property
    def empty(self) -> bool:
        """Whether it can be taken away."""
        return not self.items and not self.beneath

    @property
    def may_hold(self) -> bool:
        """Whether another category may be put into it."""
        return self.depth < DEEPEST


def tree(session: Session) -> list[Branch]:
    """All categories from the top down, each followed by those within it."""
    rows = session.scalars(select(Category).order_by(Category.position, Category.id)).all()
    counted = session.execute(select(Item.category_id, func.count()).group_by(Item.category_id))
    counts: dict[int, int] = {row[0]: row[1] for row in counted}
    codes = {row.id: row.code for row in rows}
    beside: dict[int | None, list[Category]] = defaultdict(list)
    for row in rows:
        beside[row.parent_id].append(row)

    def size(row: Category) -> tuple[int, int]:
        inner = [size(each) for each in beside[row.id]]
        return sum(many + 1 for many, _ in inner), max((high + 1 for _, high in inner), default=0)

    found: list[Branch] = []

    def walk(parent: int | None, depth: int) -> None:
        for at, row in enumerate(beside[parent]):
            many, high = size(row)
            found.append(
                Branch(
                    id=row.id,
                    code=row.code,
                    icon=row.icon,
                    names=row.names,
                    parent=codes[parent] if parent else "",
                    depth=depth,
                    first=at == 0,
                    last=at == len(beside[parent]) - 1,
                    items=counts.get(row.id, 0),
                    beneath=many,
                    height=high,
                )
            )
            walk(row.id, depth + 1)

    walk(None, 1)
    return found


def shape(branches: list[Branch]) -> str:
    """What the tree looks like, in short: a page that shows another one is stale."""
    told = "/".join(f"{branch.code}>{branch.parent}" for branch in branches)
    return sha256(told.encode()).hexdigest()[:16]


def branch(session: Session, code: str) -> Branch:
    """One category. Refused: no such category."""
    found = next((each for each in tree(session) if each.code == code), None)
    if found is None:
        raise NoSuchCategory
    return found
