"""The views and columns that a person of the brand has of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, literal, or_, select, union_all
from sqlalchemy.orm import Session

from mall.base.types import Id
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


@dataclass(frozen=True)
class Kept:
    """What a person keeps of a list: views, and the columns that are wanted; nothing where the usual ones are."""

    views: tuple[View, ...]
    columns: tuple[str, ...] | None


def kept(session: Session, *, by: StaffHere, list_key: str) -> Kept:
    """A person's own views of a list by name, behind them those that others share, and the columns; one statement.

    A supplier's people see their own views alone.
    """
    mine = SavedView.staff_id == by.staff_id
    seen = mine if by.supplier_id is not None else or_(mine, SavedView.shared_at.is_not(None))
    shared = case((SavedView.shared_at.is_not(None), 1), else_=0).label("shared")
    others = case((mine, 0), else_=1).label("others")
    views = (
        select(SavedView.id, SavedView.name, SavedView.asked.label("said"), shared, others, Staff.name.label("by"))
        .join(Staff, Staff.id == SavedView.staff_id)
        .where(SavedView.list_key == list_key, seen)
    )
    chosen = select(literal(0, Id), literal(""), ListColumns.columns, literal(0), literal(0), literal("")).where(
        ListColumns.staff_id == by.staff_id, ListColumns.list_key == list_key
    )
    both = union_all(views, chosen).subquery("both")
    first, rows = None, []
    for row in session.execute(select(both).order_by(both.c.others, both.c.name, both.c.id)):
        if row.id:
            rows.append(
                View(row.id, row.name, row.said, bool(row.shared), not row.others, row.by if row.others else "")
            )
        else:
            first = tuple(row.said)
    return Kept(tuple(rows[:MOST_SHOWN]), first)
