"""Views and columns that people keep of the desk's lists: small forms that come back to the list."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import Malformed, Refused
from mall.dealers.actions.saved_views import choose_columns, drop_view, save_view
from mall.web import guards
from mall.web.db import transact
from mall.web.forms import trimmed
from mall.web.lists import DeskList, known
from mall.web.pages import back, go, told

desk_lists = Blueprint("desk_lists", __name__, url_prefix="/desk/lists")

LONGEST_NAME = 40
LONGEST_PART = 200


def register(app: Flask) -> None:
    """Serve these forms."""
    app.register_blueprint(desk_lists)


@desk_lists.post("/<key>/views")
@guards.staff_required()
def save(key: str) -> Response:
    """Keep the list as it is asked for under a name; the view it was opened by may be kept anew that way."""
    kept, form = known(key), request.form
    name = trimmed(form.get("name"))
    if not name or len(name) > LONGEST_NAME:
        return go(_back_to(kept.endpoint), _("请给视图起个名字，最多 %(most)s 个字", most=LONGEST_NAME), "negative")
    asked = _asked(kept, form.get("asked", ""))
    wanted: dict[str, Any] = {"list_key": key, "name": name, "asked": asked, "shared": form.get("shared") == "1"}
    try:
        made = transact(save_view, by=guards.staff(), address=request.remote_addr or "", **wanted)
    except Refused as refusal:
        return go(_back_to(kept.endpoint), told(refusal), "negative")
    return go(kept.opened(asked, made), _("视图已保存。"))


@desk_lists.post("/<key>/views/<int:view>/removal")
@guards.staff_required()
def drop(key: str, view: int) -> Response:
    """Give up a view of one's own."""
    kept = known(key)
    transact(drop_view, view_id=view, by=guards.staff(), address=request.remote_addr or "")
    return go(url_for(kept.endpoint), _("视图已删除。"))


@desk_lists.post("/<key>/columns")
@guards.staff_required()
def columns(key: str) -> Response:
    """Look at these columns from now on; `usual` goes back to the usual ones."""
    kept = known(key)
    sent = set(request.form.getlist("columns"))
    chosen = [column.key for column in kept.columns if column.fixed or column.key in sent]
    chosen = [] if "usual" in request.form else chosen
    transact(choose_columns, list_key=key, columns=chosen, by=guards.staff())
    return go(_back_to(kept.endpoint))


def _back_to(endpoint: str) -> str:
    return back(url_for(endpoint))


def _asked(kept: DeskList, query: str) -> dict[str, str]:
    """The parts of a list's address that a view keeps. What no list of ours would write is refused."""
    parts = kept.kept({name: trimmed(value) for name, value in parse_qsl(query)})
    if any(len(value) > LONGEST_PART for value in parts.values()):
        raise Malformed
    return parts
