"""Home pages that are set to go live at a moment."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.face import actions
from mall.face.staff.desk import MAY_DRESS, by, desk_face, known
from mall.face.staff.editor import editor_page, home_address, revision_sent
from mall.web import guards
from mall.web.db import now, transact
from mall.web.filters import moment
from mall.web.forms import trimmed, whole
from mall.web.moments import moment_typed
from mall.web.pages import go


@desk_face.post("/face/due")
@guards.staff_required(*MAY_DRESS)
def set_due() -> Response:
    """Set the draft, as it stands, to go live at a moment."""
    due_at = moment_typed(trimmed(request.form.get("due_at"))) or now()  # no moment is one that is over
    words, seen = trimmed(request.form.get("words"))[:200], whole(request.form.get("live", ""))
    asked: dict[str, Any] = {"revision": revision_sent(), "seen": seen, "due_at": due_at, "words": words}
    try:
        transact(actions.set_due, **asked, known=known(), by=by())
    except Refused as refusal:
        return editor_page(refusal)
    return go(home_address(), _("已定在 %(at)s 自动发布。", at=moment(due_at)))


@desk_face.post("/face/due/<int:due_id>/cancellation")
@guards.staff_required(*MAY_DRESS)
def cancel_due(due_id: int) -> Response:
    """Let what waits not go live."""
    try:
        transact(actions.cancel_due, due_id=due_id, by=by())
    except NotFound:
        raise
    except Refused as refusal:
        return editor_page(refusal)
    return go(home_address(), _("定时发布已取消，草稿还在。"))


@desk_face.post("/face/due/<int:due_id>/draft")
@guards.staff_required(*MAY_DRESS)
def take_up_due(due_id: int) -> Response:
    """Put what was set to go live into the draft, to look at it again."""
    try:
        transact(actions.take_up, revision=revision_sent(), due_id=due_id, by=by())
    except NotFound:
        raise
    except Refused as refusal:
        return editor_page(refusal)
    return go(home_address(), _("已放进草稿，看过再发布。"))
