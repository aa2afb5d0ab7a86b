"""The pictures of a reward, as the editors of the library and of regions take them."""

from __future__ import annotations

from mall.base.refused import N_
from mall.catalog.rules.document import MOST_PICTURES
from mall.web.forms import Form
from mall.web.picture_field import PicturesField


class PicturesForm(Form):
    """Pictures in their order, the first the main one."""

    pictures = PicturesField(N_("图片"), most=MOST_PICTURES)
