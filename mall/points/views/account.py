"""The points pages: account and history, one movement, lots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from flask import Response, current_app, request, url_for

from mall.base.time import civil_day
from mall.points.forms import HistoryAsked, LotsAsked, turn_text
from mall.points.queries import (
    SOON,
    Actor,
    History,
    MonthTotal,
    Movement,
    Shown,
    actors,
    balance,
    closed_lots,
    expiring_by_month,
    history,
    lots,
    month_totals,
    movement,
)
from mall.points.views.blueprint import points
from mall.web import guards, htmx
from mall.web.db import now, reading
from mall.web.pages import page

PAGE = 20


@dataclass(frozen=True)
class Month:
    """A civil month's movements on a page. `headed` is false where its head stands on the page before."""

    month: date
    movements: list[Movement]
    total: MonthTotal | None
    headed: bool


@points.get("/points")
@guards.member_required
def account() -> Response:
    """The account: what there is, what is about to be lost, and what happened; htmx gets more of what happened."""
    asked = HistoryAsked.of(request.args)
    if not htmx.wants_fragment():
        asked = replace(asked, under=None)  # a page stands alone: its first month has a head
    dealer_id, session = guards.member().dealer_id, reading()
    found = history(session, dealer_id, asked.shown, asked.before, PAGE)
    wants: dict[str, Any] = {
        "asked": asked,
        "filters": [*Shown],
        "months": _by_month(found, asked),
        "people": _people(found.movements),
        "more": _older(asked, found),
        "balance": lambda: balance(session, dealer_id, now()),
        "endings": lambda: expiring_by_month(session, dealer_id, now(), _zone()),
    }
    return page("points/account.html", "points/_movements.html", **wants)


@points.get("/points/balance")
@guards.member_required
def balance_card() -> Response:
    """The balance card alone, for a page that was asleep and wakes up."""
    return page(
        "points/balance.html", "points/_balance.html", balance=balance(reading(), guards.member().dealer_id, now())
    )


@points.get("/points/movements/<int:seq>", endpoint="movement")
@guards.member_required
def one(seq: int) -> Response:
    """One movement with every step of it: an address that can be kept and sent."""
    found = movement(reading(), guards.member().dealer_id, seq)
    return page("points/movement.html", movement=found, people=_people((found,)))


@points.get("/points/lots", endpoint="lots")
@guards.member_required
def batches() -> Response:
    """Points by lot: those that can be spent in the order in which they will be, and those that are used up."""
    asked = LotsAsked.of(request.args)
    dealer_id, session = guards.member().dealer_id, reading()
    more = None
    if asked.closed:
        found = closed_lots(session, dealer_id, now(), asked.before, PAGE + 1)
        if len(found) > PAGE:
            more = url_for("points.lots", state="closed", before=found[PAGE - 1].lot_no)
    else:
        found = lots(session, dealer_id, now(), asked.after, PAGE + 1)
        if len(found) > PAGE:
            more = url_for("points.lots", after=turn_text(found[PAGE - 1].turn))
    return page("points/lots.html", "points/_lots.html", asked=asked, lots=found[:PAGE], more=more, soon=now() + SOON)


def _by_month(found: History, asked: HistoryAsked) -> list[Month]:
    """Movements under the civil months in which they were booked, with each month's figures where all is shown."""
    zone = _zone()
    grouped = [
        (month, list(movements))
        for month, movements in groupby(found.movements, key=lambda x: civil_day(x.posted_at, zone).replace(day=1))
    ]
    heads = [month for month, _ in grouped if month != asked.under]
    totals: dict[date, MonthTotal] = {}
    if asked.shown is Shown.ALL:
        totals = month_totals(reading(), guards.member().dealer_id, heads, zone)
    return [Month(month, movements, totals.get(month), month in heads) for month, movements in grouped]


def _older(asked: HistoryAsked, found: History) -> str | None:
    if found.before is None:
        return None
    last = found.movements[-1].posted_at if found.movements else None
    under = f"{civil_day(last, _zone()):%Y-%m}" if last else asked.under and f"{asked.under:%Y-%m}"
    kind = None if asked.shown is Shown.ALL else asked.shown.value
    return url_for("points.account", kind=kind, before=found.before, under=under)


def _people(movements: tuple[Movement, ...]) -> dict[int, Actor]:
    return actors(reading(), guards.member().dealer_id, (x.member_id for x in movements))


def _zone() -> str:
    return str(current_app.extensions["settings"].zone)
