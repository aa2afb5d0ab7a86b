"""Bringing pictures in: several at once, each for itself, so that a bad one keeps no good one out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from mall.base.refused import Refused
from mall.media.actions.keep import keep, shown_name
from mall.media.forms import UploadForm
from mall.media.models import MOST_BYTES, Picture
from mall.media.staff.desk import KEEPERS, desk_media, folder
from mall.media.staff.library import field_named, looked_at, offered
from mall.web import guards
from mall.web.db import now, transact
from mall.web.pages import go, page, told

MOST_FILES = 20
LARGEST = 32 * 1024 * 1024 + 64 * 1024
"""Of one sending: four of the largest pictures, or twenty usual ones. With script every file travels alone."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    name: str
    picture: Picture | None = None
    error: str = ""
    status: int = 200
    again: bool = False
    """Whether it was in the library before."""


def install(_app: Flask) -> None:
    """Nothing on the side: the library's page holds the form."""


@desk_media.post("", endpoint="upload")
@guards.staff_required(*KEEPERS, suppliers=True)
@guards.body_limit(LARGEST)
def upload() -> Response:
    """Keep what came and say of each file what became of it; for the script of one file alone."""
    form = UploadForm()
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files or len(files) > MOST_FILES:
        text = _("一次最多选 %(most)s 张。", most=MOST_FILES) if files else _("请选择图片文件。")
        form.files.errors = [text]
        outcomes = [Outcome("", error=text, status=422)]
        return _told(form, outcomes, 422)
    outcomes = [_kept(file, form) for file in files]
    done = [one for one in outcomes if one.picture is not None]
    if len(done) == len(outcomes) and not _alone():
        text = ngettext("已加入 %(n)s 张图片。", "已加入 %(n)s 张图片。", len(done), n=len(done))
        return go(_from_where(), text)
    return _told(form, outcomes, 200 if done else max(one.status for one in outcomes))


def _alone() -> bool:
    """Whether the script asks, for one file's line."""
    return request.form.get("alone") == "1"


def _choosing() -> bool:
    """Whether it was sent from a field's chooser, or by somebody to whom the library's own page is shut."""
    return bool(_field()) or not current_app.extensions["may_open"](url_for("desk_media.library"))


def _field() -> str:
    return field_named(request.form.get("for", ""))


def _from_where() -> str:
    """The page that the form stood on."""
    if not _choosing():
        return url_for("desk_media.library")
    asked: dict[str, Any] = {"for": _field() or None, "shape": request.form.get("shape") or None}
    return url_for("desk_media.choice", **asked)


def _told(form: UploadForm, outcomes: list[Outcome], status: int) -> Response:
    """What became of each file, on the page that the form stood on; for the script the lines alone."""
    if _alone():
        shows: dict[str, Any] = {}
    else:
        shows = offered(request.form) if _choosing() else looked_at()
    return page(
        "media/choice.html" if _choosing() else "media/library.html",
        "media/_kept.html",
        status=status,
        **shows | {"field": _field()},
        form=form,
        outcomes=outcomes,
        refusal=None,
        may_crop=guards.staff().supplier_id is None,
    )


def _kept(file: FileStorage, form: UploadForm) -> Outcome:
    began, name = now(), shown_name(file.filename or "")
    try:
        picture = keep(
            transact,
            data=file.stream.read(MOST_BYTES + 1),
            name=name,
            actor=guards.staff().actor,
            folder=folder(),
            shape=form.kind,
            crop=form.part,
        )
    except Refused as refusal:
        return Outcome(name, error=told(refusal), status=refusal.status)
    return Outcome(name, picture, again=picture.made_at < began)
