"""What a reward said each time it was published: who, when, the difference word by word, and back to it as a draft."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.catalog.actions.drafts import restore
from mall.catalog.models import DraftMoved, NoSuchItem
from mall.catalog.queries.documents import version, versions, written
from mall.catalog.rules.differences import differences
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed
from mall.catalog.staff.parts import part_named
from mall.dealers.queries.people import staff_names
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import whole
from mall.web.pages import go, page, refused

HISTORY = "catalog/desk_item_history.html"


@desk_catalog.get("/items/<code>/history")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def item_history(code: str) -> Response:
    """All versions, and what one of them changed, or what two of them (or the draft) differ in."""
    return page(HISTORY, refusal=None, **_look(code))


@desk_catalog.post("/items/<code>/history/<int:no>/restoring")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def restore_item(code: str, no: int) -> Response:
    """Begin a draft that says what a version said."""
    revision = max(whole(request.form.get("revision", "0")) or 0, 0)
    try:
        transact(restore, code=code, no=no, revision=revision, **signed())
    except NotFound:
        raise
    except Refused as refusal:
        moved = DraftMoved(who=_("有人"), when=_("刚才")) if isinstance(refusal, DraftMoved) else refusal
        return refused(HISTORY, refusal=moved, **_look(code))
    return go(url_for("desk_catalog.item", code=code), _("第 %(no)s 版已放进草稿，看过再发布。", no=no))


def _look(code: str) -> dict[str, Any]:
    session = reading()
    found = written(session, code, guards.staff().scope)
    if found.item is None:
        raise NoSuchItem
    all_ = versions(session, found.item.id)
    newest = found.item.version
    after_no = min(max(whole(request.args.get("after", "")) or newest, 1), newest) if newest else 0
    before_no = whole(request.args.get("before", ""))
    before_no = min(max(after_no - 1 if before_no is None else before_no, 0), newest)
    after = version(session, found.item.id, after_no).document if after_no else found.document
    before = version(session, found.item.id, before_no).document if before_no else None
    if request.args.get("after") == "draft" and found.draft is not None and found.live is not None:
        before, after, before_no, after_no = found.live, found.document, newest, 0
    parts = [part_named(one) for one in differences(before, after)] if before else []
    return {
        "found": found,
        "versions": all_,
        "names": staff_names(session, (one.published_by for one in all_)),
        "before_no": before_no,
        "after_no": after_no,
        "first": before is None,
        "parts": parts,
    }
