"""Pictures, their shapes and crops, and why one is not taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from mall.base.models import Base, strict
from mall.base.picture import Box, NoPicture, PictureTooLarge
from mall.base.refused import N_, Malformed, NotFound, Refused
from mall.base.types import Instant, Int, Json, Name, Word

MOST_BYTES = 8 * 1024 * 1024
LEAST_PX = 400
"""Pixels of the shorter side of what is cropped: less looks worn on a sharp screen."""
LONGEST_NAME = 120


class Shape(StrEnum):
    """What a picture is cropped to."""

    SQUARE = "square"
    WIDE = "wide"

    @property
    def ratio(self) -> tuple[int, int]:
        """Width to height."""
        return RATIOS[self]

    @property
    def name_shown(self) -> str:
        """The shape in words, to be translated when told."""
        return SHAPES[self]


RATIOS = {Shape.SQUARE: (1, 1), Shape.WIDE: (5, 2)}
SHAPES: dict[Shape, str] = {Shape.SQUARE: N_("方形（礼品）"), Shape.WIDE: N_("横幅 5:2（首页）")}


class Anchor(StrEnum):
    """Which part of a picture stays when it is cropped as large as can be."""

    TOP_LEFT = "top-left"
    TOP = "top"
    TOP_RIGHT = "top-right"
    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom-right"

    @property
    def name_shown(self) -> str:
        """The anchor in words, to be translated when told."""
        return ANCHORS[self]


ANCHORS: dict[Anchor, str] = {
    Anchor.TOP_LEFT: N_("左上"),
    Anchor.TOP: N_("上"),
    Anchor.TOP_RIGHT: N_("右上"),
    Anchor.LEFT: N_("左"),
    Anchor.MIDDLE: N_("居中"),
    Anchor.RIGHT: N_("右"),
    Anchor.BOTTOM_LEFT: N_("左下"),
    Anchor.BOTTOM: N_("下"),
    Anchor.BOTTOM_RIGHT: N_("右下"),
}


class Picture(Base):
    """A picture under its key. `source` is the hash of the file that came, `name` what that was called.

    `left`, `top`, `cut_width` and `cut_height` are the crop in pixels of the upright file (`source_width` across);
    `width` and `height` are those of its widest file, `bytes` what all its files take up. No row is ever deleted: an
    order of years ago shows it.
    """

    __tablename__ = "picture"
    __table_args__ = (Index("ix_picture_made_at_key", "made_at", "key"), strict())
    key: Mapped[str] = mapped_column(Name(27), primary_key=True)
    source: Mapped[str] = mapped_column(Name(64))
    name: Mapped[str] = mapped_column(Name(LONGEST_NAME))
    shape: Mapped[Shape] = mapped_column(Word(Shape))
    source_width: Mapped[int] = mapped_column(Int)
    source_height: Mapped[int] = mapped_column(Int)
    left: Mapped[int] = mapped_column(Int)
    top: Mapped[int] = mapped_column(Int)
    cut_width: Mapped[int] = mapped_column(Int)
    cut_height: Mapped[int] = mapped_column(Int)
    width: Mapped[int] = mapped_column(Int)
    height: Mapped[int] = mapped_column(Int)
    widths: Mapped[list[int]] = mapped_column(Json)
    bytes: Mapped[int] = mapped_column(Int)
    by: Mapped[str] = mapped_column(Name(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    put_away_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def box(self) -> Box:
        """What was cut out of the file that came."""
        return Box(self.left, self.top, self.cut_width, self.cut_height)

    @property
    def offered(self) -> bool:
        """Whether the library offers it."""
        return self.put_away_at is None

    @property
    def whole(self) -> bool:
        """Whether nothing was cut away."""
        return (self.cut_width, self.cut_height) == (self.source_width, self.source_height)


@dataclass(frozen=True, kw_only=True)
class Use:
    """A place that shows a picture: what it is and which part of it (texts to be translated), its name by language,
    the desk's page of it. `seen`: whether dealers see it now, or only will.
    """

    what: str
    address: str
    names: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    seen: bool = True


UsedIn = Callable[[Session, str], Sequence[Use]]
"""A feature's answer to where it shows the picture of a key. Features above say theirs, so that none is forgotten."""


class PictureInUse(Refused):
    """Something shows the picture: what is in use stays in the library."""

    code = "picture_in_use"
    text = N_("这张图片还在用，共 %(n)s 处，不能收起。先在用到它的地方换掉。")


class FileTooLarge(Refused):
    """The file has more bytes than are taken."""

    code = "file_too_large"
    status = 422
    text = N_("文件超过 %(most)s MB，请压缩后再上传。")


class NotAPicture(NoPicture):
    """The file holds no picture of a kind that is taken, whatever it is called."""

    text = N_("这个文件不是能用的图片，请换成 JPEG、PNG 或 WebP。")


class TooManyPixels(PictureTooLarge):
    """The picture has more pixels than are taken."""

    text = N_("图片超过 %(most)s 万像素，请缩小后再上传。")


class PictureTooSmall(Refused):
    """What would be left after the crop is too small to be shown."""

    code = "picture_too_small"
    status = 422
    text = N_("图片太小：裁切后只有 %(width)s×%(height)s 像素，至少要 %(least)s×%(least)s。")


class CropOutside(Malformed):
    """The crop does not lie within the picture, or is none of the shapes there are."""

    code = "crop_outside"
    text = N_("裁切的范围超出了图片，请重新选择。")


class NoSuchPicture(NotFound):
    """Nothing was kept under this key."""

    text = N_("图库里没有这张图片。")


class FilesGone(Refused):
    """The row is there and its files are not: a folder that was not brought back with its database."""

    code = "files_gone"
    status = 409
    text = N_("这张图片的文件不在了，请重新上传同一张图片，编号不会变。")


class NoRoom(Refused):
    """The folder takes no more files: full, not mounted, or not the mall's to write."""

    code = "no_room"
    status = 503
    text = N_("图片没能存下来，可能是磁盘满了。什么都没有改变，请联系管理员后再试。")
