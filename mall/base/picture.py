"""Pictures from outside: only what was drawn anew here is kept, as JPEG, and nothing of the file that came.

What a file says it is counts for nothing: its type is found from its content. Drawing it anew is the whole protection.
The place where a photo was taken, a script in a comment or a second file behind the picture are not copied, because
only pixels are.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from mall.base.refused import N_, Refused

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
"""Width times height. A file of some kilobytes can claim thousands of times as many, and each would cost memory."""


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
