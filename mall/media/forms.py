"""What staff may send about pictures."""

from __future__ import annotations

from wtforms import MultipleFileField, RadioField, SelectField, StringField

from mall.base.picture import Box
from mall.base.refused import N_
from mall.media.models import ANCHORS, SHAPES, Anchor, Shape
from mall.media.rules import box_from
from mall.web.forms import Form, whole


class UploadForm(Form):
    """Files, what they become, and which part of them stays."""

    files = MultipleFileField(N_("图片文件"))
    shape = SelectField(N_("裁成"), choices=[(shape.value, words) for shape, words in SHAPES.items()])
    anchor = RadioField(N_("保留哪一部分"), choices=[(anchor.value, words) for anchor, words in ANCHORS.items()])

    @property
    def kind(self) -> Shape:
        """The shape; what makes no sense means a square."""
        return Shape(self.shape.data) if self.shape.data in set(Shape) else Shape.SQUARE

    @property
    def part(self) -> Anchor:
        """The anchor; what makes no sense means the middle."""
        return Anchor(self.anchor.data) if self.anchor.data in set(Anchor) else Anchor.MIDDLE


class CropForm(Form):
    """Which part of a picture stays: one of nine, or exactly where, as the script tells."""

    anchor = RadioField(N_("保留哪一部分"), choices=[(anchor.value, words) for anchor, words in ANCHORS.items()])
    left = StringField()
    top = StringField()
    width = StringField()

    def crop(self, shape: Shape) -> Box | Anchor | None:
        """What was chosen, nothing where that cannot be told."""
        left, top, width = (whole(field.data or "") for field in (self.left, self.top, self.width))
        if left is not None and top is not None and width is not None:
            return box_from(left, top, width, shape)
        return Anchor(self.anchor.data) if self.anchor.data in set(Anchor) else None
