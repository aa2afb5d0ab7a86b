"""The desk's page of searches that found nothing: what dealers want and the mall does not have, or calls otherwise."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, request
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.base.time import civil_day
from mall.catalog.actions.fruitless import see_to
from mall.catalog.models import LONGEST_SEARCH
from mall.catalog.queries.fruitless import fruitless
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed, zone
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import back, go, page

ACTS: dict[str, str] = {"search.see_to": N_("处理搜不到的词")}
DAYS = {"": N_("最近 7 天"), "30": N_("最近 30 天"), "90": N_("最近 90 天")}
SEARCHES = DeskList(
    "searches",
    "desk_catalog.searches",
    ("q", "days"),
    (
        Column("words", N_("搜的词"), fixed=True, sort="words"),
        Column("times", N_("次数"), fixed=True, end=True, sort="times"),
        Column("days", N_("天数"), end=True, sort="days"),
        Column("last", N_("最近一次"), sort="last"),
    ),
)


def install(app: Flask) -> None:
    """Nothing on the side: what is to be done today leads here."""
    keep(app, SEARCHES)


@desk_catalog.get("/searches")
@guards.staff_required(*MAY_PRICE)
def searches() -> Response:
    """What was looked for in vain, the most wanted first; the address says of which days and with which words."""
    q, days = trimmed(request.args.get("q"))[:LONGEST_SEARCH], request.args.get("days", "")
    look = SEARCHES.look({"q": q, "days": days if days in DAYS else ""})
    since = civil_day(now(), zone()) - timedelta(days=int(look.filters.get("days", "7")) - 1)
    return page(
        "catalog/desk_searches.html",
        look=look,
        found=fruitless(reading(), since=since, q=q, sort=look.sort, page=look.page, size=look.size),
        spans=DAYS,
        may_see_to=guards.staff().scope.whole,
    )


@desk_catalog.post("/searches/seen-to")
@guards.staff_required(*MAY_PRICE)
def search_seen_to() -> Response:
    """Take a search off the list until it is looked for in vain again."""
    words = request.form.get("words", "")[:LONGEST_SEARCH].replace("\x00", "")
    transact(see_to, words=words, **signed())
    return go(back("/desk/searches"), _("“%(words)s”已处理，再有人搜不到会重新出现。", words=words))
