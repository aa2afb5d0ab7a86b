"""Where a picture is cut, what its key is, and how wide its files are. Numbers in; numbers or a refusal out."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

from mall.base.picture import WIDTHS, Box
from mall.media.models import LEAST_PX, Anchor, CropOutside, PictureTooSmall, Shape

SIGNS = 26
"""Signs of base 32 in a key: 130 bits, so that no two pictures ever share one."""


def box_at(anchor: Anchor, width: int, height: int, shape: Shape) -> Box:
    """The largest part of this shape in a picture, pushed to one of its edges or corners."""
    across, down = shape.ratio
    cut_width = min(width, height * across // down)
    cut_height = min(height, width * down // across)
    left = {"left": 0, "right": width - cut_width}.get(anchor.value.rpartition("-")[2], (width - cut_width) // 2)
    top = {"top": 0, "bottom": height - cut_height}.get(anchor.value.partition("-")[0], (height - cut_height) // 2)
    return Box(left, top, cut_width, cut_height)


def box_from(left: int, top: int, width: int, shape: Shape) -> Box:
    """A part of this shape by its upper left corner and how wide it is."""
    across, down = shape.ratio
    return Box(left, top, width, width * down // across)


def judged(box: Box, width: int, height: int, shape: Shape, *, seen: float = 1.0) -> Box:
    """The box itself where it can be cut. `seen` is how large the picture is that it will be cut from, to the original.

    Refused: CropOutside, PictureTooSmall.
    """
    across, down = shape.ratio
    inside = box.left >= 0 and box.top >= 0 and box.left + box.width <= width and box.top + box.height <= height
    if not inside or box.width < 1 or box.height < 1:
        raise CropOutside
    if abs(box.width * down - box.height * across) > max(across, down):  # whole pixels do not make every ratio
        raise CropOutside
    left_over = int(box.width * seen + 0.5), int(box.height * seen + 0.5)
    if min(left_over) < LEAST_PX:
        raise PictureTooSmall(width=left_over[0], height=left_over[1], least=LEAST_PX)
    return box


def source_of(data: bytes) -> str:
    """The hash by which a file is known again, whatever it is called."""
    return sha256(data).hexdigest()


def key_of(source: str, box: Box) -> str:
    """The key of what is cut out of a file: the same file and the same crop give the same key."""
    told = f"{source}/{box.left}/{box.top}/{box.width}/{box.height}"
    return "m" + b32encode(sha256(told.encode()).digest()).decode().lower()[:SIGNS]


def widths_of(width: int) -> tuple[int, ...]:
    """How wide the files of something `width` pixels across are: never wider than it is."""
    widest = min(width, WIDTHS[-1])
    return (*(one for one in WIDTHS if one < widest), widest)
