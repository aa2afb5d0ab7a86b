"""One picture: how it looks, what was cut, who brought it, and cropping it anew."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, send_file, url_for
from flask_babel import gettext as _

from mall.base.picture import WIDTHS
from mall.base.refused import NotFound, Refused
from mall.media.actions import crop_anew, set_offered
from mall.media.actions.files import WHOLE, WHOLE_PX
from mall.media.forms import CropForm
from mall.media.models import LEAST_PX, Anchor, CropOutside, FilesGone
from mall.media.queries import cut_from, names_of, one, traces, uses
from mall.media.staff.desk import ACTS, KEEPERS, desk_media, folder, used_in
from mall.media.staff.library import lacks
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.pages import go, page, refused


def install(_app: Flask) -> None:
    """Nothing on the side: the library leads here."""


@desk_media.get("/<key>", endpoint="picture")
@guards.staff_required(*KEEPERS)
def show(key: str) -> Response:
    """The picture with its files, its crop, and what was done with it."""
    return page("media/picture.html", **_look(key), form=CropForm(None, anchor=Anchor.MIDDLE.value), refusal=None)


@desk_media.get("/<key>/whole", endpoint="whole")
@guards.staff_required(*KEEPERS)
def whole(key: str) -> Response:
    """The picture before it was cropped: only here, since what was cut away may have been cut for a reason."""
    path = folder() / one(reading(), key).key / WHOLE
    if not path.is_file():
        raise FilesGone
    answer = send_file(path, mimetype="image/webp", max_age=0)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@desk_media.post("/<key>/crop", endpoint="crop")
@guards.staff_required(*KEEPERS)
def crop(key: str) -> Response:
    """Crop it elsewhere: another picture with a key of its own."""
    picture, form = one(reading(), key), CropForm()
    instead = request.form.get("instead") == "1"
    wanted = form.crop(picture.shape)
    try:
        if wanted is None:
            raise CropOutside
        made = crop_anew(
            transact,
            picture=picture,
            crop=wanted,
            actor=guards.staff().actor,
            scope=guards.staff().scope,
            folder=folder(),
            instead=instead,
            used_in=used_in(),
        )
    except Refused as refusal:
        return refused("media/picture.html", refusal=refusal, **_look(key), form=form)
    text = _("裁切没有变化。") if made.key == key else _("已按新的裁切保存为一张新图片。")
    if instead and made.key != key and one(reading(), key).offered:
        text = _("已保存为一张新图片。原来那张还在用，没有收起。")
    return go(url_for("desk_media.picture", key=made.key), text)


@desk_media.post("/<key>/putting-away", endpoint="put_away")
@guards.staff_required(*KEEPERS)
def put_away(key: str) -> Response:
    """Take it out of what is offered, where nothing shows it."""
    by: dict[str, Any] = {"actor": guards.staff().actor, "scope": guards.staff().scope}
    try:
        transact(set_offered, key=key, offered=False, used_in=used_in(), **by)
    except NotFound:
        raise
    except Refused as refusal:
        form = CropForm(None, anchor=Anchor.MIDDLE.value)
        return refused("media/picture.html", refusal=refusal, **_look(key), form=form)
    return go(url_for("desk_media.picture", key=key), _("已收起，选图时不再出现。"))


@desk_media.post("/<key>/taking-out", endpoint="take_out")
@guards.staff_required(*KEEPERS)
def take_out(key: str) -> Response:
    """Offer it again."""
    transact(set_offered, key=key, offered=True, actor=guards.staff().actor, scope=guards.staff().scope)
    return go(url_for("desk_media.picture", key=key), _("已放回图库。"))


def _look(key: str) -> dict[str, Any]:
    session = reading()
    picture = one(session, key)
    happened = traces(session, key)
    seen = min(1.0, WHOLE_PX / max(picture.source_width, picture.source_height))
    return {
        "shown": picture,
        "others": cut_from(session, picture),
        "uses": uses(session, key, used_in()),
        "traces": happened,
        "acts": ACTS,
        "names": names_of(session, [picture.by, *(each.actor for each in happened)]),
        "lacking": lacks(picture),
        "least": round(LEAST_PX / seen * max(1, picture.shape.ratio[0] / picture.shape.ratio[1])),
        "widest": WIDTHS[-1],
    }
