"""Lists of the back office, all alike: the address says filters, order, page and columns; people keep views of them.

ITEMS = DeskList("items", "desk_catalog.items", ("q", "category"), (Column("reward", N_("礼品"), fixed=True), …))
keep(app, ITEMS)                                 # when the feature is set up
look = ITEMS.look(filters.told())                # in the route; its template draws with ui.list_*

A list with acts for many rows is a form: a box `codes` for each row, a box `all` (1) for everything that fits the
list's filters, those filters under their own names, and `seen`, how many the list said there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from flask import Flask, current_app, request, url_for

from mall.base.refused import NotFound
from mall.dealers.queries import StaffHere, saved_views
from mall.dealers.queries.saved_views import Kept, View
from mall.web import guards
from mall.web.db import reading
from mall.web.forms import trimmed, whole

MOST_CODES = 500
LONGEST_CODE = 80
LAST_PAGE = 2_000
SIZES = (25, 50, 100)
"""Rows a page, as people choose them."""


@dataclass(frozen=True)
class Column:
    """A column: its key in addresses, what its head says. `fixed` ones are always there, those not `usual` only where
    they are asked for. `sort` is the name of the order that its head offers, both ways; `end` is for numbers.
    """

    key: str
    label: str
    fixed: bool = False
    usual: bool = True
    end: bool = False
    sort: str = ""


@dataclass(frozen=True)
class DeskList:
    """A list of the desk: its key, the endpoint that shows it, the names of its filters, its columns in their order.

    `sorts` are orders that no column's head offers; `""` is the list's own. `tab` is the filter that the tabs above it
    set: whoever clears the filters stays there.
    """

    key: str
    endpoint: str
    filters: tuple[str, ...]
    columns: tuple[Column, ...]
    sorts: tuple[str, ...] = ()
    size: int = 50
    tab: str = ""

    @property
    def orders(self) -> set[str]:
        """Every order it can have."""
        heads = [column.sort for column in self.columns if column.sort]
        return {*self.sorts, *heads, *(f"-{name}" for name in heads)}

    def kept(self, parts: Mapping[str, str]) -> dict[str, str]:
        """Of the parts of an address those that a view of this list keeps."""
        return {name: parts[name] for name in (*self.filters, "sort", "size", "columns") if parts.get(name)}

    def opened(self, asked: Mapping[str, str], view: int) -> str:
        """The address of a view that keeps this."""
        said: dict[str, Any] = {**asked, "kept": view}
        return url_for(self.endpoint, **said)

    def look(self, filters: Mapping[str, str]) -> Look:
        """What is asked of it now; `filters` as they were understood, by the names they have in the address."""
        asked = request.args
        size, sort = whole(asked.get("size", "")), asked.get("sort", "")
        return Look(
            list=self,
            filters={name: filters[name] for name in self.filters if filters.get(name)},
            page=min(max(whole(asked.get("page", "1")) or 1, 1), LAST_PAGE),
            size=size if size in SIZES else self.size,
            sort=sort if sort in self.orders else "",
            asked_columns=trimmed(asked.get("columns"))[:200],
            further="after" in asked or "before" in asked,
            kept=whole(asked.get("kept", "")),
            here=guards.staff(),
        )


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look at a list: what its address says, and how its person keeps it."""

    list: DeskList
    filters: Mapping[str, str]
    page: int
    size: int
    sort: str
    asked_columns: str
    further: bool
    kept: int | None
    here: StaffHere

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are shown: as the address says, else as the person chose, else the usual ones."""
        known = {column.key for column in self.list.columns}
        wanted = set(self.asked_columns.split(",")) & known
        if not wanted:
            wanted = known & set(self._own.columns or ())
        if not wanted:
            wanted = {column.key for column in self.list.columns if column.usual}
        return tuple(column for column in self.list.columns if column.fixed or column.key in wanted)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the columns that are shown: a template asks `"brand" in look.keys`."""
        return frozenset(column.key for column in self.columns)

    @cached_property
    def _own(self) -> Kept:
        return saved_views.kept(reading(), by=self.here, list_key=self.list.key)

    @property
    def views(self) -> tuple[View, ...]:
        """The views that its person has of it, shared ones of others behind them."""
        return self._own.views

    @property
    def may_share(self) -> bool:
        """Whether views of its person may be seen by colleagues."""
        return self.here.supplier_id is None

    @property
    def current(self) -> View | None:
        """The view that was opened, unless something was asked differently since."""
        asked = self.asked
        return next((view for view in self.views if view.id == self.kept and view.asked == asked), None)

    @property
    def asked(self) -> dict[str, str]:
        """What a view of this look keeps: filters, order, rows a page, columns; not the page."""
        size = "" if self.size == self.list.size else str(self.size)
        return self.list.kept({**self.filters, "sort": self.sort, "size": size, "columns": self.asked_columns})

    def address(self, **changes: Any) -> str:
        """The list's address with changes; an empty value takes a part away, and the page is the first again."""
        said: dict[str, Any] = self.asked | changes
        return url_for(self.list.endpoint, **{name: value for name, value in said.items() if value not in (None, "")})

    def numbered(self, number: int) -> str:
        """The address of another page."""
        return self.address(kept=self.kept, page=number if number > 1 else None)

    def onward(self, **mark: str) -> str:
        """The address behind the last row shown, of a list too long for numbered pages."""
        return self.address(kept=self.kept, **mark)

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set beside the tab."""
        return any(name != self.list.tab for name in self.filters)

    @property
    def oldest_first(self) -> bool:
        """Whether a list that begins with the newest is turned round."""
        return bool(self.sort) and not self.sort.startswith("-")

    @property
    def cleared(self) -> str:
        """The address without filters, on the same tab."""
        return self.address(**{name: "" for name in self.filters if name != self.list.tab})

    def address_of(self, view: View) -> str:
        """Where a view leads."""
        return self.list.opened(view.asked, view.id)

    def turned(self, column: Column) -> str:
        """The address in the order of a column: the other way round where it has that order already."""
        return self.address(sort=f"-{column.sort}" if self.sort == column.sort else column.sort)

    def direction(self, column: Column) -> str:
        """What a column's head says of the order: `ascending`, `descending`, or nothing."""
        if not column.sort or self.sort.lstrip("-") != column.sort:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"


def keep(app: Flask, *lists: DeskList) -> None:
    """Let people keep views and columns of these lists."""
    app.extensions.setdefault("desk_lists", {}).update({one.key: one for one in lists})


def known(key: str) -> DeskList:
    """A list by its key. Refused: no such list, or not one that who is here may see."""
    found = cast("DeskList | None", current_app.extensions.get("desk_lists", {}).get(key))
    if found is None or not current_app.extensions["may_open"](url_for(found.endpoint)):
        raise NotFound
    return found


@dataclass(frozen=True)
class Selection:
    """Rows chosen one by one, or all that fit; `seen` is how many were said to fit, none where it was not said."""

    codes: tuple[str, ...]
    all: bool = False
    seen: int | None = None

    def __bool__(self) -> bool:
        return self.all or bool(self.codes)

    def moved(self, fitting: int) -> bool:
        """Whether all that fit are others by now than those that were seen, as far as their number tells."""
        return self.all and self.seen is not None and self.seen != fitting


def selection(form: Any) -> Selection:
    """What was chosen, from a form (a MultiDict). Codes come in the order of the list, each once."""
    if form.get("all") == "1":
        return Selection((), True, whole(form.get("seen", "")))
    codes = (trimmed(code)[:LONGEST_CODE] for code in form.getlist("codes")[:MOST_CODES])
    return Selection(tuple(dict.fromkeys(code for code in codes if code)))


def hidden(selection: Selection, filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """The same choice as hidden fields of the next form: the preview of a bulk act asks it again before it is done."""
    if selection.all:
        seen = [] if selection.seen is None else [("seen", str(selection.seen))]
        return [("all", "1"), *seen, *filters.items()]
    return [("codes", code) for code in selection.codes]
