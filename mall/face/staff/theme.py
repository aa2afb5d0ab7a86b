"""The theme's form: colours with their contrast measured, logo, the mall's name, the tabs."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.face.actions import set_theme
from mall.face.models import DraftMoved
from mall.face.queries.versions import draft
from mall.face.rules.icons import ICONS
from mall.face.rules.palette import BRAND, VALUE, measured, nearest
from mall.face.rules.theme import theme_judged
from mall.face.staff.block_form import told_faults
from mall.face.staff.desk import MAY_DRESS, by, desk_face, drawn, moved, scope
from mall.face.staff.theme_form import theme_from
from mall.web import guards, headers
from mall.web.db import reading, transact
from mall.web.forms import whole
from mall.web.imagined import as_whom
from mall.web.pages import TABS, go, page, told

PRESETS = (
    ("#14473b", "#7d5a18"),
    ("#0a4ea3", "#8a4b14"),
    ("#a8181f", "#7d5a18"),
    ("#5b2a86", "#7d5a18"),
    ("#1f2937", "#7d5a18"),
    ("#0b5563", "#7d5a18"),
)
"""Pairs of colours on which everything can be read, to begin with."""


@desk_face.get("/face/theme")
@guards.staff_required(*MAY_DRESS)
def theme() -> Response:
    """The draft's theme; `brand` and `value` in the address try other colours."""
    shown = draft(reading())
    tried = {name: request.args[name][:20] for name in ("brand", "value") if request.args.get(name)}
    return _form(shown.document.get("theme", {}) | tried, shown.revision, unsaved=bool(tried))


@desk_face.post("/face/theme")
@guards.staff_required(*MAY_DRESS)
def change_theme() -> Response:
    """Write the draft's theme."""
    typed, revision = theme_from(request.form), whole(request.form.get("revision", "")) or 0
    found = theme_judged(typed)
    faults = told_faults(found.faults)
    if found.values["logo"] and not drawn(found.values["logo"]):
        faults["logo"] = _("图库里没有这张图片")
    if faults:
        return _form(typed, revision, faults=faults, status=422)
    try:
        transact(set_theme, revision=revision, theme=found.values, by=by())
    except Refused as refusal:
        words = moved(refusal) if isinstance(refusal, DraftMoved) else told(refusal)
        return _form(found.values, revision, refusal=words, status=refusal.status)
    return go(url_for("desk_face.editor"), _("主题已存入草稿，发布后经销商才看到。"))


def _form(
    values: dict[str, Any],
    revision: int,
    *,
    faults: dict[str, str] | None = None,
    refusal: str | None = None,
    unsaved: bool = False,
    status: int = 200,
) -> Response:
    found = theme_judged(values)
    pairs = measured(found.values)
    poor = [pair for pair in pairs if not pair.readable]
    answer = page(
        "face/desk_theme.html",
        status=status,
        chosen=values,
        revision=revision,
        faults=faults or {},
        refusal=refusal,
        unsaved=unsaved or bool(faults) or bool(refusal),
        brand_colour=found.values["brand"],
        value_colour=found.values["value"],
        usual=(BRAND, VALUE),
        presets=PRESETS,
        pairs=pairs,
        poor=poor,
        nearest=nearest(found.values) if poor else {},
        icons=ICONS,
        phone_tabs=TABS,
        mine=not scope(),
        **as_whom(),
    )
    return headers.framing(answer)
