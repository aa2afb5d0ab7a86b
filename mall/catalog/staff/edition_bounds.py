"""How far regions may leave the brand's library: the brand's setting, and what it did to what regions had said."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.money import BPS
from mall.base.refused import Refused
from mall.catalog.actions.set_bounds import set_bounds
from mall.catalog.models import SAID, BoundsCut, Said
from mall.catalog.queries.bounds import bounds_of
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed, yuan_told
from mall.catalog.staff.editions import ACTS, revision_sent
from mall.catalog.staff.price_form import bps_typed
from mall.dealers.models import OutsideScope
from mall.points.queries.corrections import traces
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import trimmed
from mall.web.pages import go, page, refused

BOUNDS = "catalog/desk_edition_bounds.html"


@desk_catalog.get("/edition-bounds")
@guards.staff_required(*MAY_PRICE)
def edition_bounds() -> Response:
    """The bounds; regions' people read what they are bound by."""
    return page(BOUNDS, refusal=None, **_look(None))


@desk_catalog.post("/edition-bounds")
@guards.staff_required(*MAY_PRICE)
def put_edition_bounds() -> Response:
    """Write the bounds; narrower ones ask first whether what they cut is meant."""
    typed = {name: trimmed(request.form.get(name))[:10] for name in ("down", "up")}
    parts = {Said(one) for one in request.form.getlist("parts") if one in set(Said)}
    down, up = bps_typed(typed["down"]), bps_typed(typed["up"])
    wrong = {name: bps is None or bps > BPS for name, bps in (("down", down), ("up", up))}
    errors = {name: _("请填写 0 到 100 的百分数，最多两位小数") for name, bad in wrong.items() if bad}
    form: dict[str, Any] = {**typed, "parts": parts, "revision": revision_sent(), "errors": errors, "cut": False}
    if errors or down is None or up is None:
        return refused(BOUNDS, **_look(form))
    said: dict[str, Any] = {"down_bps": down, "up_bps": up, "parts": parts, "revision": form["revision"]}
    try:
        transact(set_bounds, **said, sure=request.form.get("sure") == "1", **signed())
    except OutsideScope:
        raise
    except Refused as refusal:
        form["cut"] = isinstance(refusal, BoundsCut)
        form["revision"] = form["revision"] if form["cut"] else bounds_of(reading()).revision
        return refused(BOUNDS, refusal=refusal, **_look(form))
    return go(url_for("desk_catalog.edition_bounds"), _("区域的范围已保存，马上生效。"))


def _look(form: dict[str, Any] | None) -> dict[str, Any]:
    session = reading()
    bounds = bounds_of(session)
    is_now = {
        "down": yuan_told(bounds.down_bps),
        "up": yuan_told(bounds.up_bps),
        "parts": bounds.parts,
        "revision": bounds.revision,
        "errors": {},
        "cut": False,
    }
    return {
        "form": form or is_now,
        "typed": form is not None,
        "all_parts": SAID,
        "mine": guards.staff().scope.whole,
        "traces": traces(session, "edition_bounds:1"),
        "acts": ACTS,
        "percent": yuan_told,
    }
