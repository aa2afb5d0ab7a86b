"""The library: all pictures that are offered, by the names of their files, and a part of it to choose from in forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request, url_for

from mall.base.picture import KEPT
from mall.base.refused import N_
from mall.media.actions.files import complete
from mall.media.forms import UploadForm
from mall.media.models import LEAST_PX, MOST_BYTES, Picture, Shape
from mall.media.queries import PAGE, library
from mall.media.staff.desk import GROUP, KEEPERS, desk_media, folder, may_keep
from mall.web import guards
from mall.web.assets import own_pictures
from mall.web.db import reading
from mall.web.forms import trimmed, whole
from mall.web.pages import desk_link, page

LAST_PAGE = 2_000
FIELD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
EITHER = "any"
"""What a field that takes pictures of any shape asks for."""
A_CHOICE = 24
"""Pictures that a form's chooser shows at once: its search finds the others."""

LIMITS: dict[str, Any] = {"most_mb": MOST_BYTES // 1024 // 1024, "least_px": LEAST_PX}
"""What the upload's form says of itself."""


def install(app: Flask) -> None:
    """Put pictures on the desk's side."""
    desk_link(app, GROUP, "pictures", "/desk/pictures", "images", N_("图库"), may_keep)


@desk_media.get("", endpoint="library")
@guards.staff_required(*KEEPERS)
def shelf() -> Response:
    """Pictures newest first, and the form that brings more."""
    return page("media/library.html", **looked_at(), form=UploadForm(None), refusal=None)


@desk_media.get("/choice", endpoint="choice")
@guards.staff_required(*KEEPERS, suppliers=True)
def choice() -> Response:
    """A part of the library to choose from, for a field of pictures: `for` is the field, `shape` what it takes, or any.

    The pictures that the mall brings along are offered beside: they are square.
    """
    return page("media/choice.html", "media/_choice.html", **offered(request.args), form=UploadForm(None))


def offered(asked: Mapping[str, str]) -> dict[str, Any]:
    """What the chooser of a field shows, as an address or a form asks."""
    q, shape, number = _asked(asked)
    either = asked.get("shape") == EITHER
    wanted = None if either else shape or Shape.SQUARE
    found = library(reading(), q=q, shape=wanted, page=number, size=A_CHOICE)
    own = [key for key in own_pictures() if q.lower() in key] if wanted is not Shape.WIDE else []
    return {
        "found": found,
        "own": own,
        "q": q,
        "field": field_named(asked.get("for", "")),
        "shape": "" if wanted is None else wanted.value,
        "asked": EITHER if wanted is None else wanted.value,
        **LIMITS,
    }


def looked_at() -> dict[str, Any]:
    """What the library's page shows, as its address asks."""
    q, shape, number = _asked(request.args)
    away = request.args.get("away") == "1"
    found = library(reading(), q=q, shape=shape, away=away, page=number)
    asked: dict[str, Any] = {"q": q or None, "shape": shape, "away": "1" if away else None}
    return {
        "found": found,
        "q": q,
        "shape": shape,
        "shapes": list(Shape),
        "away": away,
        "number": number,
        "page_size": PAGE,
        "lacking": {one.key for one in found.pictures if lacks(one)},
        "address": lambda n: url_for("desk_media.library", **asked, page=n if n > 1 else None),
        **LIMITS,
    }


def field_named(told: str) -> str:
    """The name of a form's field, as a browser tells it; what cannot be one is none."""
    return told if FIELD.fullmatch(told) else ""


def lacks(picture: Picture) -> bool:
    """Whether a file of it is gone."""
    return not complete(folder(), picture.key, picture.widths)


def _asked(said: Mapping[str, str]) -> tuple[str, Shape | None, int]:
    asked = said.get("shape", "")
    q = trimmed(said.get("q"))[:60]
    # Whoever pastes an address of a picture means the picture.
    key = next((part for part in q.split("/") if KEPT.fullmatch(part)), q)
    number = min(max(whole(said.get("page", "1")) or 1, 1), LAST_PAGE)
    return key, Shape(asked) if asked in set(Shape) else None, number
