"""What needs a hand today: a merchandiser's first page. Each line leads to the list that shows just these rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.dealers.models import StaffRole
from mall.dealers.queries import StaffHere
from mall.insight.queries.today import Asker, Line, nothing_yet, today
from mall.insight.staff.desk import desk_insight
from mall.insight.staff.lines import KINDS, MORE, NOTES, URGENCIES, Kind, Of
from mall.web import guards
from mall.web.db import now, reading
from mall.web.filters import moment, number
from mall.web.pages import desk_link, page
from mall.web.second import Decision

SEERS = (StaffRole.MERCHANDISER, StaffRole.FULFILMENT)
"""Whose work has lines here, and the administrator's; each sees those that lead to pages of theirs."""


def install(app: Flask) -> None:
    """Put the page on the desk's side: a merchandiser's first, beside the work of others."""
    group, label = N_("今天"), N_("待办")
    desk_link(app, group, "today", "/desk/today", "sun", label, _is_merchandiser, first=True)
    desk_link(app, group, "today", "/desk/today", "sun", label, _is_keeper)


@desk_insight.get("/today")
@guards.staff_required(*SEERS, suppliers=True)
def work_list() -> Response:
    """The lines by urgency; those with nothing in them are told as looked at."""
    here, at, session = guards.staff(), now(), reading()
    whose = Of.scope(here.scope)
    hrefs = {key: _href(kind) for key, kind in KINDS.items() if whose in kind.of}
    asker = Asker(
        now=at,
        zone=str(current_app.extensions["settings"].zone),
        actor=here.actor,
        scope=here.scope,
        decides=_decides(here),
    )
    lines = {line.key: line for line in today(session, asker, [key for key, href in hrefs.items() if href])}
    told = [(KINDS[key], lines[key], _leads(lines[key], hrefs[key])) for key in KINDS if key in lines]
    busy = [one for one in told if one[1].count]
    return page(
        "insight/desk_today.html",
        at=at,
        groups=[
            (_(name), tone, [one for one in busy if one[0].urgency is urgency])
            for urgency, (name, tone) in URGENCIES.items()
        ],
        busy=bool(busy),
        quiet=[one for one in told if not one[1].count],
        note=_note,
        fresh=not busy and here.scope.whole and nothing_yet(session),
        may_open=current_app.extensions["may_open"],
    )


def _decides(here: StaffHere) -> frozenset[str]:
    known: dict[str, Decision] = current_app.extensions.get("decisions", {})
    return frozenset(what for what, decision in known.items() if here.is_one_of(*decision.roles))


def _href(kind: Kind) -> str:
    may_open: Callable[[str], bool] = current_app.extensions["may_open"]
    return next((href for href in (kind.href, kind.instead) if href and may_open(href)), "")


def _leads(line: Line, href: str) -> str:
    code, region = line.facts.get("code"), line.facts.get("region")
    if region:
        return f"{href}&{urlencode({'region': region})}"
    return f"/desk/items/{code}" if code else href


def _note(line: Line) -> str:
    """What is told of a line beneath its name."""
    fact, more = MORE.get(line.key, ("", ""))
    besides = _(more) % {"n": number(line.facts[fact])} if fact and line.facts.get(fact) else ""
    told = {name: _shown(value) for name, value in line.facts.items() if value is not None}
    return str(_(NOTES[line.key]) % told + besides)


def _shown(value: Any) -> str:
    return moment(value) if isinstance(value, datetime) else number(value) if isinstance(value, int) else str(value)


def _is_merchandiser() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(StaffRole.MERCHANDISER)


def _is_keeper() -> bool:
    return guards.who() is not None and guards.staff().role is StaffRole.FULFILMENT
