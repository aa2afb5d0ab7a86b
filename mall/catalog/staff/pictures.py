"""The pictures of a reward, as the editors of the library and of regions take them."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _

from mall.base.picture import KEPT
from mall.base.refused import N_
from mall.catalog.rules.document import MOST_PICTURES
from mall.media.queries import kept
from mall.web.db import reading
from mall.web.forms import Form
from mall.web.picture_field import PicturesField


class PicturesForm(Form):
    """Pictures in their order, the first the main one."""

    pictures = PicturesField(N_("图片"), most=MOST_PICTURES)


def unknown(keys: Collection[str]) -> str:
    """What to say where one of these keys looks like a picture of the library and is none; nothing where all are."""
    wanted = {key for key in keys if KEPT.fullmatch(key)}
    lost = sorted(wanted - kept(reading(), wanted)) if wanted else []
    return _("图库里没有这张图片：%(key)s", key=lost[0]) if lost else ""
