"""The published versions: who, when, what was said about them, and the way back to one."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.face.actions import roll_back
from mall.face.models import DraftMoved
from mall.face.queries.versions import names, versions
from mall.face.staff.desk import MAY_DRESS, by, desk_face, moved
from mall.web import guards, headers
from mall.web.db import reading, transact
from mall.web.forms import trimmed, whole
from mall.web.imagined import as_whom
from mall.web.pages import go, page, told


@desk_face.get("/face/versions")
@guards.staff_required(*MAY_DRESS)
def history() -> Response:
    """The versions, the live one first, one of them in the preview."""
    return _history()


@desk_face.post("/face/versions/<int:no>/restoration")
@guards.staff_required(*MAY_DRESS)
def restore(no: int) -> Response:
    """Make an earlier version live again."""
    seen = whole(request.form.get("seen", "")) or 0
    words = trimmed(request.form.get("words"))[:200]
    try:
        new = transact(roll_back, to=no, seen=seen, words=words, by=by())
    except NotFound:
        raise
    except Refused as refusal:
        return _history(moved(refusal) if isinstance(refusal, DraftMoved) else told(refusal), refusal.status)
    return go(url_for("desk_face.history"), _("已回到第 %(no)s 版的样子，记作第 %(new)s 版。", no=no, new=new))


def _history(refusal: str | None = None, status: int = 200) -> Response:
    session = reading()
    session.expunge_all()
    session.rollback()
    found = versions(session)
    looked = whole(request.args.get("version", "")) or (found[0].no if found else 0)
    answer = page(
        "face/desk_versions.html",
        status=status,
        refusal=refusal,
        versions=found,
        names=names(session, {one.published_by for one in found}),
        looked=looked if any(one.no == looked for one in found) else 0,
        **as_whom(),
    )
    return headers.framing(answer)
