"""What the library has changed since a region wrote its own words: side by side, and settled part by part."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.catalog.actions.editions import answer
from mall.catalog.models import SAID, Said
from mall.catalog.queries.beside import beside
from mall.catalog.rules.editions import WORDS
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed
from mall.catalog.staff.edition_form import EditionForm
from mall.catalog.staff.editions import ONE, looked_at, needed, revision_sent
from mall.dealers.models import OutsideScope
from mall.web import guards, headers
from mall.web.db import reading, transact
from mall.web.forms import trimmed
from mall.web.pages import go, refused


@desk_catalog.post("/editions/<code>/library/<part>")
@guards.staff_required(*MAY_PRICE)
def answer_library(code: str, part: str) -> Response:
    """Follow the library in one part, or keep the region's words and have the reminder gone."""
    region = needed()
    if part not in {one.value for one in WORDS}:
        raise NotFound
    follow, seen = request.form.get("act") == "follow", trimmed(request.form.get("seen"))[:16]
    asked: dict[str, Any] = {"code": code, "region": region, "part": Said(part), "revision": revision_sent()}
    try:
        transact(answer, **asked, follow=follow, seen=seen, **signed())
    except (NotFound, OutsideScope):
        raise
    except Refused as refusal:
        again = beside(reading(), code, region)
        return headers.framing(refused(ONE, refusal=refusal, **looked_at(again, EditionForm.of(again))))
    name = _(SAID[Said(part)])
    told = _("%(part)s跟随品牌库，本区的经销商马上看到。", part=name)
    told = told if follow else _("%(part)s保留本区的。", part=name)
    return go(url_for("desk_catalog.edition", code=code, region=region), told)
