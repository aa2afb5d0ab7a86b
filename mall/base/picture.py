"""Pictures from outside: only what was drawn anew here is kept, and nothing of the file that came.

What a file says it is counts for nothing: its type is found from its content. Drawing it anew is the whole protection.
The place where a photo was taken, a script in a comment or a second file behind the picture are not copied, because
only pixels are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from math import ceil

from PIL import Image, ImageCms, ImageOps

from mall.base.refused import N_, Refused

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
"""Width times height. A file of some kilobytes can claim thousands of times as many, and each would cost memory."""


KEPT = re.compile(r"m[a-z2-7]{26}")
"""The key of a picture that was kept from outside; those that the mall brings along have names of words."""
WIDTHS = (240, 480, 960, 1440)
"""Pixels across of a kept picture: a line of a list, a card, a page, and a page on a sharp screen."""
UPRIGHT = 0x0112
"""The Exif tag that says which way up a photo is."""
SMOOTH = {"RGB", "RGBA", "L", "LA", "CMYK"}
"""Modes in which the colours between two colours are between them: others have to be converted first."""
TURNED = {5, 6, 7, 8}
"""Its values of photos that lie on their side."""


class NoPicture(Refused):
    """The file holds no picture of a kind that is taken, or a broken one."""

    code = "no_picture"
    status = 422
    text = N_("有一张图片打不开，请换成 JPEG、PNG 或 WebP 格式的照片。")


class PictureTooLarge(Refused):
    """The picture has more pixels than anybody needs to see what is wrong."""

    code = "picture_too_large"
    status = 422
    text = N_("有一张图片的尺寸太大，请缩小到 %(most)s 万像素以内。")


@dataclass(frozen=True)
class Picture:
    """A picture as JPEG, with its pixels."""

    jpeg: bytes
    width: int
    height: int


def re_encode(data: bytes, *, most_px: int, quality: int) -> Picture:
    """Draw a JPEG, PNG or WebP anew as JPEG of at most `most_px` on its longer side, upright, on white.

    Of several frames the first is kept; all that describes the picture is dropped. Refused: NoPicture where the file
    is anything else, empty or cut short; PictureTooLarge above `MOST_PIXELS`, before a pixel is decoded.
    """
    try:
        with _opened(data) as came:
            came.draft("RGB", (most_px, most_px))  # a JPEG is decoded no larger than it needs to be
            came.load()
            drawn = _on_white(ImageOps.exif_transpose(came), most_px)
    except PictureTooLarge:
        raise
    except Exception as broken:
        # A file made to do harm fails in any way it likes, deep in a decoder: to the person it is all one.
        raise NoPicture from broken
    out = BytesIO()
    drawn.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return Picture(out.getvalue(), drawn.width, drawn.height)


@dataclass(frozen=True)
class Box:
    """A part of an upright picture in its own pixels."""

    left: int
    top: int
    width: int
    height: int

    def times(self, scale: float) -> tuple[float, float, float, float]:
        """Its corners in the same picture drawn larger or smaller."""
        return (
            self.left * scale,
            self.top * scale,
            (self.left + self.width) * scale,
            (self.top + self.height) * scale,
        )


@dataclass(frozen=True)
class Sheet:
    """An upright picture in sRGB on white, perhaps smaller than it came: `scale` says by how much."""

    image: Image.Image
    scale: float

    def cut(self, box: Box, width: int) -> Image.Image:
        """A part of it, `width` pixels across; the box counts in the pixels of the picture that came."""
        height = max(1, round(width * box.height / box.width))
        left, top, right, bottom = box.times(self.scale)
        corners = (left, top, min(right, self.image.width), min(bottom, self.image.height))
        return self.image.resize((width, height), Image.Resampling.LANCZOS, box=corners, reducing_gap=3.0)

    def whole(self, most_px: int) -> Image.Image:
        """All of it, at most `most_px` on its longer side."""
        seen = self.image.copy()
        seen.thumbnail((most_px, most_px), Image.Resampling.LANCZOS)
        return seen


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a picture as it is looked at, from its head alone. Refused as by `re_encode`."""
    try:
        with _opened(data) as came:
            lies = came.getexif().get(UPRIGHT) in TURNED
            return (came.height, came.width) if lies else came.size
    except PictureTooLarge:
        raise
    except Exception as broken:
        raise NoPicture from broken


def sheet_of(data: bytes, *, box: Box, box_px: int, whole_px: int) -> Sheet:
    """Read a picture no larger than is needed to cut `box` at `box_px` across and the whole at `whole_px`.

    Colours of another space become those of screens, since the profile that says so is left behind. Refused as by
    `re_encode`.
    """
    try:
        with _opened(data) as came:
            across, down = came.size
            enough = min(1.0, max(box_px / box.width, whole_px / max(across, down)))
            came.draft("RGB", (ceil(across * enough), ceil(down * enough)))
            came.load()
            if came.mode in SMOOTH and max(came.size) > 2 * enough * max(across, down):
                # A PNG or WebP comes in full: what follows copies it, so first as small as does no harm.
                most = ceil(2 * enough * max(across, down))
                came.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=3.0)
            upright = _in_srgb(ImageOps.exif_transpose(came))
            # A photo that lies on its side is as wide as its file is high.
            scale = max(upright.size) / max(across, down)
            return Sheet(_on_white(upright, max(upright.size)), scale)
    except PictureTooLarge:
        raise
    except Exception as broken:
        raise NoPicture from broken


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in the colours of screens, where it brings a profile that can be read."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "CMYK", "L"}:
        return picture
    try:
        turned = ImageCms.profileToProfile(picture, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return turned or picture


def _opened(data: bytes) -> Image.Image:
    """The picture with nothing but its head read."""
    try:
        came = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as bomb:  # Pillow's own limit, far above ours, judges while it opens
        raise PictureTooLarge(most=MOST_PIXELS // 10_000) from bomb
    if came.width * came.height > MOST_PIXELS:
        raise PictureTooLarge(most=MOST_PIXELS // 10_000)
    return came


def _on_white(picture: Image.Image, most_px: int) -> Image.Image:
    """The pixels alone, on a fresh sheet: what hung on the picture stays behind with it."""
    seen = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
    seen.thumbnail((most_px, most_px), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", seen.size, "white")
    sheet.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    return sheet
