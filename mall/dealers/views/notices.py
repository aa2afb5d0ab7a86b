"""消息: what the mall told the member, newest first."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.types import moment as moment_of
from mall.dealers import actions, queries
from mall.dealers.queries import NoticeShown
from mall.dealers.views.blueprint import routes
from mall.web import filters, guards
from mall.web.db import reading, transact
from mall.web.forms import whole
from mall.web.locale import spoken
from mall.web.pages import go, is_local, page


@routes.get("/me/notices")
@guards.member_required
def notices() -> Response:
    """A page of them; for htmx its entries alone, to be hung behind those before."""
    here, before = guards.member(), whole(request.args.get("before", ""))
    fits = before is not None and 0 < before < 2**63
    shown, more = queries.notices(reading(), here.dealer_id, here.member_id, before=before if fits else None)
    return page(
        "dealers/notices.html",
        "dealers/_notices.html",
        shown=shown,
        more=url_for("dealers.notices", before=more) if more else None,
        unread=queries.unread(reading(), here.dealer_id, here.member_id),
        onward=fits,
    )


@routes.post("/me/notices/<int:notice_id>/reading")
@guards.member_required
def read_notice(notice_id: int) -> Response:
    """Open one: it is read, and leads to what it tells of."""
    here = guards.member()
    href = transact(
        actions.read_notice, dealer_id=here.dealer_id, member_id=here.member_id, notice_id=notice_id
    )
    return go(href if is_local(href) else url_for("dealers.notices"))


@routes.post("/me/notices/reading")
@guards.member_required
def read_notices() -> Response:
    """All of them are read."""
    here = guards.member()
    transact(actions.read_notices, dealer_id=here.dealer_id, member_id=here.member_id)
    return go(url_for("dealers.notices"), toast=_("全部已读"))


def unread_here() -> int:
    """What the badge of 我的 counts."""
    here = guards.who()
    return queries.unread(reading(), guards.member().dealer_id, guards.member().member_id) if here else 0


def title(notice: NoticeShown) -> str:
    """A notice's title in the reader's language."""
    return _filled(notice.saying.title, notice.facts)


def sentence(notice: NoticeShown) -> str:
    """A notice's sentence in the reader's language."""
    return _filled(notice.saying.text, notice.facts)


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "—"  # an older notice may lack a fact that its sentence says today


def _filled(text: str, facts: dict[str, Any]) -> str:
    filled: str = _(text)
    return filled % _Facts({name: _shown(name, value) for name, value in facts.items()})


def _shown(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return spoken(value)
    if isinstance(value, int) and name.endswith("_at"):
        return filters.moment(moment_of(value))
    if isinstance(value, int) and (name == "fen" or name.endswith("_fen")):
        return filters.fen_short(value)
    if isinstance(value, int):
        return filters.number(value)
    if name.endswith("_on"):
        return filters.day(date.fromisoformat(value))
    return str(value)
