"""The tree of categories: written, put in order, put within one another, taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Malformed
from mall.catalog.actions.items import Texts, put_category
from mall.catalog.models import (
    DEEPEST,
    CategoriesMoved,
    Category,
    CategoryInUse,
    CodeTaken,
    Item,
    NoSuchCategory,
    TooDeep,
)
from mall.catalog.queries.tree import Branch, shape, tree
from mall.catalog.rules.checks import CODE
from mall.dealers.models import WHOLE, Scope


def write_category(
    session: Session,
    now: datetime,
    *,
    code: str,
    icon: str,
    names: Texts,
    new: bool,
    parent: str = "",
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Write a category's names and icon, or a new one at the end of those within `parent` (none: at the top).

    The same sent again changes nothing. Refused: whoever does not look after the whole brand; a code that is taken,
    one that is not there, too deep a place.
    """
    scope.must_be_whole()
    if not CODE.fullmatch(code) or not names.get("zh_Hans"):
        raise Malformed
    branches = _locked(session)
    there = next((each for each in branches if each.code == code), None)
    if there is not None and (there.icon, dict(there.names)) == (icon, dict(names)):
        return there.id
    if there is not None and new:
        raise CodeTaken(code=code)
    if there is None and not new:
        raise NoSuchCategory
    above = _named(branches, parent) if new and parent else None
    if above is not None and above.depth >= DEEPEST:
        raise TooDeep(most=DEEPEST)
    category = session.get(Category, there.id) if there else None
    position = category.position if category else _last(branches, above.code if above else "")
    before = {"icon": there.icon, "names": dict(there.names)} if there else {}
    found = put_category(session, now, code=code, icon=icon, names=names, position=position)
    if above is not None:
        session.get_one(Category, found).parent_id = above.id
        session.flush()
    after = {"icon": icon, "names": dict(names), "parent": parent}
    _note(session, now, "category.put", found, actor, address, {"before": before, "after": after})
    return found


def place_category(
    session: Session,
    now: datetime,
    *,
    code: str,
    parent: str,
    before: str,
    seen: str,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Put a category, with all beneath it, within `parent` (none: at the top), in front of `before` (none: at the end).

    `seen` is the shape of the tree that was looked at. One that stands there already stays. Refused: whoever does not
    look after the whole brand; a tree that others have moved meanwhile, a place within itself or too deep, a neighbour
    that is not there.
    """
    scope.must_be_whole()
    branches = _locked(session)
    moved = _named(branches, code)
    beside = [each.code for each in branches if each.parent == parent and each.code != code]
    if before and before not in beside:
        raise Malformed
    wished = beside[:]
    wished.insert(beside.index(before) if before else len(beside), code)
    if moved.parent == parent and wished == [each.code for each in branches if each.parent == parent]:
        return
    if seen != shape(branches):
        raise CategoriesMoved
    above = _named(branches, parent) if parent else None
    if above is not None and _is_within(branches, above, code):
        raise TooDeep(most=DEEPEST)
    if (above.depth if above else 0) + 1 + moved.height > DEEPEST:
        raise TooDeep(most=DEEPEST)
    rows = {row.code: row for row in session.scalars(select(Category))}
    rows[code].parent_id = above.id if above else None
    for position, each in enumerate(wished, 1):
        rows[each].position = position
    session.flush()
    detail = {"before": {"parent": moved.parent}, "after": {"parent": parent, "order": wished}}
    _note(session, now, "category.place", moved.id, actor, address, detail)


def remove_category(
    session: Session, now: datetime, *, code: str, actor: str, scope: Scope = WHOLE, address: str = ""
) -> None:
    """Take a category away; one that is gone stays gone.

    Refused: whoever does not look after the whole brand; a category with rewards or categories in it.
    """
    scope.must_be_whole()
    found = next((each for each in _locked(session) if each.code == code), None)
    if found is None:
        return
    if not found.empty or session.scalar(select(func.count()).where(Item.category_id == found.id)):
        raise CategoryInUse(name=found.names.get("zh_Hans", code))
    session.delete(session.get_one(Category, found.id))
    session.flush()
    _note(session, now, "category.remove", found.id, actor, address, {"code": code, "names": dict(found.names)})


def _locked(session: Session) -> list[Branch]:
    """The tree with all its rows locked, in the order of their ids."""
    session.execute(select(Category.id).order_by(Category.id).with_for_update())
    session.expire_all()
    return tree(session)


def _named(branches: list[Branch], code: str) -> Branch:
    found = next((each for each in branches if each.code == code), None)
    if found is None:
        raise NoSuchCategory
    return found


def _last(branches: list[Branch], parent: str) -> int:
    return sum(each.parent == parent for each in branches) + 1


def _is_within(branches: list[Branch], inner: Branch, code: str) -> bool:
    """Whether a category is another, or stands beneath it."""
    here: Branch | None = inner
    while here is not None:
        if here.code == code:
            return True
        here = next((each for each in branches if each.code == here.parent), None)
    return False


def _note(
    session: Session, now: datetime, act: str, category: int, actor: str, address: str, detail: dict[str, Any]
) -> None:
    note(session, now, actor=actor, act=act, subject=f"category:{category}", address=address, detail=detail)
