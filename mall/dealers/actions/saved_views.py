"""Keeping the desk's lists: views under a name, and the columns one looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.dealers.models import MOST_VIEWS, ListColumns, OutsideScope, SavedView, Staff, TooManyViews
from mall.dealers.queries import StaffHere


def save_view(
    session: Session,
    now: datetime,
    *,
    list_key: str,
    name: str,
    asked: Mapping[str, str],
    shared: bool,
    by: StaffHere,
    address: str = "",
) -> int:
    """Keep a list as it is asked for, under a name; one of this person's that has the name already is this one now.

    Gives its id. Refused: more than a person may keep of a list; a supplier's person who would share one.
    """
    if shared and by.supplier_id is not None:
        raise OutsideScope
    session.get(Staff, by.staff_id, with_for_update=True)
    mine = (SavedView.staff_id == by.staff_id, SavedView.list_key == list_key)
    view = session.scalar(
        select(SavedView).where(*mine, SavedView.name == name).execution_options(populate_existing=True)
    )
    before = {"asked": view.asked, "shared": view.shared_at is not None} if view else None
    after = {"asked": dict(asked), "shared": shared}
    if view is None:
        if (session.scalar(select(func.count()).select_from(SavedView).where(*mine)) or 0) >= MOST_VIEWS:
            raise TooManyViews(most=MOST_VIEWS)
        view = SavedView(id=new_id(now), staff_id=by.staff_id, list_key=list_key, name=name, asked={}, made_at=now)
        session.add(view)
    elif before == after:
        return view.id
    view.asked = dict(asked)
    view.shared_at = (view.shared_at or now) if shared else None
    detail = {"list": list_key, "name": name, "before": before, "after": after}
    note(session, now, actor=by.actor, act="view.save", subject=f"view:{view.id}", address=address, detail=detail)
    return view.id


def drop_view(session: Session, now: datetime, *, view_id: int, by: StaffHere, address: str = "") -> None:
    """Give up a view of one's own. Somebody else's, and one that is gone already, stay as they are."""
    gone = session.execute(
        delete(SavedView)
        .where(SavedView.id == view_id, SavedView.staff_id == by.staff_id)
        .returning(SavedView.list_key, SavedView.name)
    ).one_or_none()
    if gone is not None:
        detail = {"list": gone.list_key, "name": gone.name}
        note(session, now, actor=by.actor, act="view.drop", subject=f"view:{view_id}", address=address, detail=detail)


def choose_columns(session: Session, now: datetime, *, list_key: str, columns: Sequence[str], by: StaffHere) -> None:
    """Look at these columns of a list from now on; none are the list's usual ones. Nobody else sees a difference."""
    chosen = session.get(ListColumns, (by.staff_id, list_key), with_for_update=True, populate_existing=True)
    if not columns:
        if chosen is not None:
            session.delete(chosen)
    elif chosen is None:
        session.add(ListColumns(staff_id=by.staff_id, list_key=list_key, columns=list(columns), chosen_at=now))
    else:
        chosen.columns, chosen.chosen_at = list(columns), now
