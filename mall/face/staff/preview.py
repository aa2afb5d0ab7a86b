"""The home page as a dealer would see it: as whom, when, in which language and look the address says.

It stands in a frame of the editor's own pages, of this origin alone, and nothing in it can be pressed.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.face.blocks import KINDS
from mall.face.models import Document, NoSuchBlock, NoSuchLayout
from mall.face.queries.due import due
from mall.face.queries.reader import Reader, Viewer
from mall.face.queries.versions import draft, version
from mall.face.rules import edits
from mall.face.rules.block import block_judged
from mall.face.rules.palette import coloured
from mall.face.rules.theme import theme_judged
from mall.face.staff.block_form import audience_from, values_from
from mall.face.staff.desk import BODY, MAY_DRESS, desk_face
from mall.face.staff.theme_form import theme_from
from mall.face.views.brand import brand_of
from mall.face.views.home import blocks_for, wants_sheet
from mall.face.views.theme import style_file
from mall.points.queries import Balance, balance
from mall.web import guards, headers
from mall.web.db import reading
from mall.web.forms import whole
from mall.web.imagined import imagined
from mall.web.pages import page

SAMPLE = 26_800
"""What an imagined dealer has: enough for some rewards and not for others."""


@desk_face.route("/face/preview", methods=["GET", "POST"])
@guards.staff_required(*MAY_DRESS)
@guards.body_limit(BODY)
def preview() -> Response:
    """The draft, or a version; sent a block's or the theme's form, the draft with what stands in it, unsaved."""
    document, who = _document(), imagined()
    session, at = reading(), who.at
    if who.dealer:
        viewer = Viewer(
            name=_("老板"),
            dealer_name=who.dealer.name,
            tier=who.tier,
            region=who.region,
            balance=balance(session, who.dealer.id, at),
            dealer_id=who.dealer.id,
        )
    else:
        had = Balance(0, SAMPLE, 0, 0, at)
        viewer = Viewer(name=_("老板"), dealer_name=_("示例经销商"), tier=who.tier, region=who.region, balance=had)
    zone = str(current_app.extensions["settings"].zone)
    blocks = blocks_for(Reader(session=session, at=at, viewer=viewer, zone=zone), document)
    brand = brand_of(document, style=_style(document))
    answer = page(
        "face/home.html",
        blocks=blocks,
        viewer=viewer,
        wants_sheet=wants_sheet(blocks),
        preview=True,
        lost=who.lost,
        brand=lambda: brand,
        theme=lambda: who.look,
        server_time=lambda: at,
    )
    return headers.framed(answer)


@desk_face.get("/face/theme.css")
@guards.staff_required(*MAY_DRESS)
def draft_style() -> Response:
    """The colours that the address names, as a style sheet for the preview."""
    found = theme_judged({"brand": request.args.get("brand"), "value": request.args.get("value")})
    return style_file({"theme": found.values}, kept=False)


def _style(document: Document) -> tuple[str, str]:
    theme = document.get("theme", {})
    if not coloured(theme):
        return "", ""
    return url_for("desk_face.draft_style", brand=theme.get("brand"), value=theme.get("value")), ""


def _document() -> Document:
    session = reading()
    if "version" in request.args:
        no = whole(request.args["version"])
        if no is None or not 0 < no < 2**31:
            raise NoSuchLayout
        return version(session, no).document
    if "due" in request.args:
        return due(session, min(max(whole(request.args["due"]) or 0, 0), 2**62)).document
    document = draft(session).document
    if request.method != "POST":
        tried = {name: request.args.get(name) for name in ("brand", "value") if request.args.get(name)}
        return document | {"theme": theme_judged(document.get("theme", {}) | tried).values} if tried else document
    if "theme" in request.args:
        return document | {"theme": theme_judged(theme_from(request.form)).values}
    block = edits.block_of(document, request.args.get("block", ""))
    kind = KINDS.get(block["what"])
    if kind is None:
        raise NoSuchBlock
    typed: dict[str, Any] = values_from(kind.fields, request.form) | audience_from(request.form)
    found = block_judged(kind.fields, typed)
    # What is wrong is left as it was, so that the rest can be looked at.
    good = {name: value for name, value in found.values.items() if not _faulty(name, found.faults)}
    return edits.with_values(document, block["id"], block | good)


def _faulty(name: str, faults: Any) -> bool:
    return any(fault == name or fault.startswith(f"{name}-") for fault in faults)
