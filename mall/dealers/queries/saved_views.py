"""The views and columns that a person of the brand has of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mall.dealers.models import ListColumns, SavedView, Staff
from mall.dealers.queries.here import StaffHere

MOST_SHOWN = 40


@dataclass(frozen=True)
class View:
    """A view as one person sees it: `by` names its maker where that is somebody else."""

    id: int
    name: str
    asked: Mapping[str, str]
    shared: bool
    mine: bool
    by: str


def views(session: Session, *, by: StaffHere, list_key: str) -> list[View]:
    """A person's own views of a list by name, behind them those that others share; a supplier's people have their own
    alone.
    """
    mine = SavedView.staff_id == by.staff_id
    seen = mine if by.supplier_id is not None else or_(mine, SavedView.shared_at.is_not(None))
    rows = session.execute(
        select(SavedView, Staff.name)
        .join(Staff, Staff.id == SavedView.staff_id)
        .where(SavedView.list_key == list_key, seen)
        .order_by(SavedView.staff_id != by.staff_id, SavedView.name, SavedView.id)
        .limit(MOST_SHOWN)
    )
    return [_view(one, maker, by.staff_id) for one, maker in rows]


def columns(session: Session, *, staff_id: int, list_key: str) -> tuple[str, ...] | None:
    """The columns that a person wants of a list; nothing where the usual ones are wanted."""
    mine = (ListColumns.staff_id == staff_id, ListColumns.list_key == list_key)
    chosen = session.scalar(select(ListColumns.columns).where(*mine))
    return None if chosen is None else tuple(cast("list[str]", chosen))


def _view(one: SavedView, by: str, staff_id: int) -> View:
    mine = one.staff_id == staff_id
    return View(one.id, one.name, one.asked, one.shared_at is not None, mine, "" if mine else by)
