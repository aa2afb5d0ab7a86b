"""What a region said of a reward each time: who, when, the difference word by word, and back to it."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.catalog.actions.editions import restore
from mall.catalog.queries.beside import beside, version, versions
from mall.catalog.rules.differences import differences
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed
from mall.catalog.staff.editions import needed, revision_sent
from mall.catalog.staff.parts import part_named
from mall.dealers.models import OutsideScope
from mall.dealers.queries.people import staff_names
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import whole
from mall.web.pages import go, page, refused

HISTORY = "catalog/desk_edition_history.html"


@desk_catalog.get("/editions/<code>/history")
@guards.staff_required(*MAY_PRICE)
def edition_history(code: str) -> Response:
    """All versions of a region's edition, and what one of them changed."""
    return page(HISTORY, refusal=None, **_look(code))


@desk_catalog.post("/editions/<code>/history/<int:no>/restoring")
@guards.staff_required(*MAY_PRICE)
def restore_edition(code: str, no: int) -> Response:
    """Say again what a version said; it holds at once."""
    region = needed()
    try:
        transact(restore, code=code, region=region, no=no, revision=revision_sent(), **signed())
    except (NotFound, OutsideScope):
        raise
    except Refused as refusal:
        return refused(HISTORY, refusal=refusal, **_look(code))
    said = _("已恢复第 %(no)s 版，本区的经销商马上看到。", no=no)
    return go(url_for("desk_catalog.edition", code=code, region=region), said)


def _look(code: str) -> dict[str, Any]:
    session = reading()
    found = beside(session, code, needed())
    all_ = versions(session, found.item.id, found.region)
    newest = all_[0].no if all_ else 0
    no = min(max(whole(request.args.get("after", "")) or newest, min(newest, 1)), newest)
    after = version(session, found.item.id, found.region, no).document if no else {}
    before = version(session, found.item.id, found.region, no - 1).document if no > 1 else {}
    return {
        "found": found,
        "versions": all_,
        "names": staff_names(session, (one.said_by for one in all_)),
        "no": no,
        "parts": [part_named(one) for one in differences(before, after)],
    }
