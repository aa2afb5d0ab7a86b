"""What the desk's pages of the face share: their address, who may use them, who acts, how a stale page is told."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from flask_babel import gettext as _

from mall.base.picture import KEPT
from mall.base.refused import N_
from mall.base.types import micros, moment
from mall.dealers.models import StaffRole
from mall.face.actions import By
from mall.face.models import DraftMoved, WritingMoved
from mall.face.queries.checks import Known
from mall.face.queries.versions import names
from mall.media.queries import kept
from mall.web import assets, filters, guards
from mall.web.db import reading
from mall.web.moments import moment_shown, moment_typed

desk_face = Blueprint("desk_face", __name__, url_prefix="/desk")

GROUP = N_("选品")
MAY_DRESS = (StaffRole.MERCHANDISER,)
"""Merchandisers, and the administrator as everywhere."""
BODY = 512 * 1024
"""Rich texts in three languages."""


def may_dress() -> bool:
    """Whether who is here may see and change the mall's face."""
    return guards.who() is not None and guards.staff().is_one_of(*MAY_DRESS)


def scope() -> str:
    """The region within which this person may act; empty is the whole brand."""
    return guards.staff().region


def by() -> By:
    """Who acts, for verbs and the audit log."""
    return By(actor=guards.staff().actor, address=request.remote_addr or "", scope=guards.staff().scope)


def moved(refusal: DraftMoved | WritingMoved) -> str:
    """A stale page's refusal with who and when."""
    who, at = refusal.params.get("who", ""), refusal.params["at"]
    told = {"who": name_of(who), "when": filters.moment(at)}
    if isinstance(refusal, DraftMoved):
        return str(_("%(who)s 在 %(when)s 改过草稿，你这一步没有保存。下面是最新的草稿，看过再改。", **told))
    return str(_("%(who)s 在 %(when)s 改过这一篇，你的改动没有保存。请记下你的改动，重新打开再改。", **told))


def name_of(actor: str) -> str:
    """A staff person's name behind an actor."""
    return names(reading(), {actor}).get(actor, actor) if actor else str(_("同事"))


def typed_at(text: str) -> int | str | None:
    """A moment as a browser's field gives it (2026-11-12T10:00, in the mall's zone), in microseconds.

    Nothing typed is none; what cannot be read stays as it is, for the form to show and refuse.
    """
    typed = moment_typed(text)
    return micros(typed) if typed else text.strip() or None


def shown_at(value: object) -> str:
    """Microseconds as a browser's field wants them."""
    if type(value) is not int:
        return str(value or "")
    return moment_shown(moment(value))


def known() -> Known:
    """What the checks before publishing ask the doors."""
    return Known(leads=leads, drawn=drawn)


def leads(path: str) -> bool:
    """Whether a path is a page of the dealers' mall."""
    if path == "/desk" or path.startswith(("/desk/", "/api/", "/static/")):
        return False
    return bool(current_app.url_map.bind("localhost").test(path, "GET"))


def drawn(key: str) -> bool:
    """Whether a picture of this key is kept, or came with the mall."""
    return bool(kept(reading(), [key])) if KEPT.fullmatch(key) else assets.has_asset(f"pictures/{key}-480.webp")
