"""What the desk's pages of pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, current_app

from mall.base.refused import N_
from mall.dealers.models import StaffRole
from mall.media.models import UsedIn
from mall.web import guards
from mall.web.picture_field import USES

desk_media = Blueprint("desk_media", __name__, url_prefix="/desk/pictures")

GROUP = N_("选品")
KEEPERS = (StaffRole.MERCHANDISER,)
"""Merchandisers, and the administrator as everywhere."""
ACTS: dict[str, str] = {
    "picture.keep": N_("加入图库"),
    "picture.put_away": N_("收起"),
    "picture.take_out": N_("放回图库"),
}


def may_keep() -> bool:
    """Whether who is here looks after pictures."""
    return guards.who() is not None and guards.staff().is_one_of(*KEEPERS)


def folder() -> Path:
    """Where this mall's pictures lie."""
    kept: Path = current_app.extensions["settings"].media
    return kept


def used_in() -> Sequence[UsedIn]:
    """The features that say where they show a picture."""
    told: Sequence[UsedIn] = current_app.extensions.get(USES, ())
    return told
