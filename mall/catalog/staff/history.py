"""What a reward said each time it was published: who, when, the difference word by word, and back to it as a draft.
Between the versions stands what holds without one: prices, costs, and what regions say.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.catalog.actions.drafts import restore
from mall.catalog.models import DraftMoved, ItemVersion, NoSuchItem
from mall.catalog.queries.documents import version, versions, written
from mall.catalog.queries.whose import theirs_from
from mall.catalog.rules.differences import differences
from mall.catalog.staff.changes import told_changes
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
    """All versions (for a supplier's people since the reward is theirs), what one of them changed, or two of them, or
    the draft, differ in.
    """
    return page(HISTORY, refusal=None, **_look(code))


@desk_catalog.post("/items/<code>/history/<int:no>/restoring")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def restore_item(code: str, no: int) -> Response:
    """Begin a draft that says what a version said."""
    sent = (("draft_id", "draft"), ("revision", "revision"), ("version_seen", "version"))
    seen: dict[str, Any] = {name: max(whole(request.form.get(field, "0")) or 0, 0) for name, field in sent}
    try:
        transact(restore, code=code, no=no, **seen, **signed())
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
    first = theirs_from(session, found.item)[0] if guards.staff().supplier_id is not None else 0
    all_ = [one for one in versions(session, found.item.id) if one.no >= first]
    newest = found.item.version if found.item.version >= first else 0
    asked = [whole(request.args.get(name, "")) for name in ("after", "before")]
    after_no = min(newest if asked[0] is None else max(asked[0], first), newest)
    before_no = min(max(after_no - 1 if asked[1] is None else asked[1], 0), newest)
    after = version(session, found.item.id, after_no).document if newest or all_ else found.document
    was = session.get(ItemVersion, (found.item.id, before_no)) if after_no and before_no >= first else None
    before = was.document if was else None
    if request.args.get("after") == "draft" and found.draft is not None and found.live is not None:
        before, after, before_no, after_no = found.live, found.document, newest, 0
    parts = [part_named(one) for one in differences(before, after)] if before else []
    besides = told_changes(found.item)
    timed = [(one.published_at, one, None) for one in all_] + [(one.at, None, one) for one in besides]
    return {
        "found": found,
        "versions": all_,
        "events": sorted(timed, key=lambda one: one[0], reverse=True),
        "names": staff_names(session, [*(one.published_by for one in all_), *(one.by for one in besides)]),
        "before_no": before_no,
        "after_no": after_no,
        "first": before is None,
        "parts": parts,
    }
