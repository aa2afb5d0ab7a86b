"""The desk's page of searches that found nothing: what dealers want and the mall does not have, or calls otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.base.time import civil_day
from mall.catalog.actions.fruitless import see_to
from mall.catalog.models import LONGEST_SEARCH
from mall.catalog.queries.fruitless import fruitless
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, zone
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed, whole
from mall.web.pages import go, page

ACTS: dict[str, str] = {"search.see_to": N_("处理搜不到的词")}
DAYS = {"7": N_("最近 7 天"), "30": N_("最近 30 天"), "90": N_("最近 90 天")}
USUAL = "7"
LAST_PAGE = 100


def install(_app: Flask) -> None:
    """Nothing on the side: what is to be done today leads here."""


@desk_catalog.get("/searches")
@guards.staff_required(*MAY_PRICE)
def searches() -> Response:
    """What was looked for in vain, the most wanted first; the address says of which days and with which words."""
    days, q = _days(request.args.get("days")), trimmed(request.args.get("q"))[:LONGEST_SEARCH]
    number = min(max(whole(request.args.get("page", "1")) or 1, 1), LAST_PAGE)
    since = civil_day(now(), zone()) - timedelta(days=int(days) - 1)
    return page(
        "catalog/desk_searches.html",
        found=fruitless(reading(), since=since, q=q, page=number),
        q=q,
        days=days,
        spans=DAYS,
        usual=USUAL,
        number=number,
        address=lambda n: _address(days, q, n),
        may_see_to=guards.staff().scope.whole,
    )


@desk_catalog.post("/searches/seen-to")
@guards.staff_required(*MAY_PRICE)
def search_seen_to() -> Response:
    """Take a search off the list until it is looked for in vain again."""
    here, words = guards.staff(), request.form.get("words", "")[:LONGEST_SEARCH].replace("\x00", "")
    transact(see_to, words=words, actor=here.actor, address=request.remote_addr or "", scope=here.scope)
    days, q = _days(request.form.get("days")), trimmed(request.form.get("q"))[:LONGEST_SEARCH]
    return go(_address(days, q, 1), _("“%(words)s”已处理，再有人搜不到会重新出现。", words=words))


def _days(asked: str | None) -> str:
    return asked if asked in DAYS else USUAL


def _address(days: str, q: str, number: int) -> str:
    said: dict[str, Any] = {"days": days if days != USUAL else None, "q": q or None, "page": number}
    return url_for("desk_catalog.searches", **said | ({"page": None} if number == 1 else {}))
