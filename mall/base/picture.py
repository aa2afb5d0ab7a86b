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
from threading import RLock

from PIL import Image, ImageCms, ImageOps

from mall.base.refused import N_, Refused

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
"""Width times height of a JPEG that is decoded line by line and smaller at once, as cameras write them."""
MOST_HELD = {"JPEG": 16_000_000, "PNG": 16_000_000, "WEBP": 8_000_000}
"""The same where the decoder holds the whole picture: a file of 150 KB can be of as many pixels, all of one colour.
A WebP is held in four copies meanwhile, and a JPEG of several scans in six bytes to a pixel."""
STRIP = 1_000_000
"""Pixels that are drawn at once, so that what a step costs does not grow with the picture."""
SMALLER = 8
"""So many times smaller a strip is made at most; more would need higher strips."""
ORIENTATION = 0x0112
"""The Exif tag that says which way up a photo is."""
TURNED = {5, 6, 7, 8}
"""Its values of photos that lie on their side."""
one_at_a_time = RLock()
"""A process draws one picture at a time: as many at once as there are threads would cost as many times the memory.
Whoever goes on drawing from a sheet holds it meanwhile."""

KEPT = re.compile(r"m[a-z2-7]{26}")
"""The key of a picture that was kept from outside; those that the mall brings along have names of words."""
WIDTHS = (240, 480, 960, 1440)
"""Pixels across of a kept picture: a line of a list, a card, a page, and a page on a sharp screen."""
SMOOTH = {"RGB", "RGBA", "L", "LA", "CMYK"}
"""Modes in which the colours between two colours are between them: others have to be converted first."""


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
    is anything else, empty or cut short; PictureTooLarge above `MOST_PIXELS` or `MOST_HELD`, before a pixel is
    decoded. Others wait meanwhile: a picture takes less than a second.
    """
    out = BytesIO()
    with one_at_a_time:
        try:
            drawn = _drawn(data, most_px)
        except PictureTooLarge:
            raise
        except Exception as broken:
            # A file made to do harm fails in any way it likes, deep in a decoder: to the person it is all one.
            raise NoPicture from broken
        drawn.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return Picture(out.getvalue(), drawn.width, drawn.height)


def _drawn(data: bytes, most_px: int) -> Image.Image:
    """The pixels alone, on a fresh sheet that is made small before anything else is done with it."""
    came = _opened(data)
    part = most_px / max(most_px, *came.size)
    # A JPEG is decoded no larger than it needs to be; both sides are said, or a long narrow one would be decoded whole.
    came.draft("RGB", (max(1, int(came.width * part)), max(1, int(came.height * part))))
    came.load()
    turned = came.getexif().get(ORIENTATION, 1)
    sheet = _on_white(came, min(SMALLER, max(1, max(came.size) // most_px)))
    came.close()
    sheet.thumbnail((most_px, most_px), Image.Resampling.LANCZOS)
    sheet.getexif()[ORIENTATION] = turned
    return ImageOps.exif_transpose(sheet)


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
    """Width and height of a picture as it is looked at, from its head alone. Refused as by `re_encode`.

    A PNG may say only at its very end which way up it is, and is decoded up to there.
    """
    try:
        with one_at_a_time, _opened(data) as came:
            lies = came.getexif().get(ORIENTATION) in TURNED
            return (came.height, came.width) if lies else came.size
    except PictureTooLarge:
        raise
    except Exception as broken:
        raise NoPicture from broken


def sheet_of(data: bytes, *, box: Box, box_px: int, whole_px: int) -> Sheet:
    """Read a picture no larger than is needed to cut `box` at `box_px` across and the whole at `whole_px`.

    Colours of another space become those of screens, since the profile that says so is left behind. Refused as by
    `re_encode`, and like there others wait meanwhile.
    """
    try:
        with one_at_a_time, _opened(data) as came:
            across, down = came.size
            enough = min(1.0, max(box_px / box.width, whole_px / max(across, down)))
            came.draft("RGB", (ceil(across * enough), ceil(down * enough)))
            came.load()
            if came.mode in SMOOTH and max(came.size) > 2 * enough * max(across, down):
                # A PNG or WebP comes in full: what follows copies it, so first as small as does no harm.
                most = ceil(2 * enough * max(across, down))
                came.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=3.0)
            ImageOps.exif_transpose(came, in_place=True)  # most lie as they are looked at: no copy for those
            upright = _in_srgb(came)
            # A photo that lies on its side is as wide as its file is high.
            scale = max(upright.size) / max(across, down)
            return Sheet(_on_white(upright, 1), scale)
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
    most = MOST_PIXELS if came.format == "JPEG" and _in_one_scan(data) else MOST_HELD[came.format or ""]
    if came.width * came.height > most:
        raise PictureTooLarge(most=most // 10_000)
    return came


def _in_one_scan(data: bytes) -> bool:
    """Whether a JPEG's first scan is its whole picture (ITU-T T.81, annex B): only then it is decoded line by line."""
    at, parts, progressive = 2, 0, False
    while at + 10 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in {0x01, 0xFF} or 0xD0 <= marker <= 0xD8:  # filling, and marks without a length
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xDA:
            return not progressive and 0 < parts <= data[at + 4]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            parts, progressive = data[at + 9], marker not in {0xC0, 0xC1}
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def _on_white(came: Image.Image, factor: int) -> Image.Image:
    """What was decoded, on white and `factor` times smaller, strip by strip: no second copy of it is ever made."""
    sheet = Image.new("RGB", (-(-came.width // factor), -(-came.height // factor)), "white")
    clear = came.has_transparency_data
    lines = max(1, STRIP // (came.width * factor)) * factor
    for top in range(0, came.height, lines):
        strip = came.crop((0, top, came.width, min(top + lines, came.height)))
        seen = (strip.convert("RGBA") if clear else strip.convert("RGB")).reduce(factor)
        sheet.paste(seen, (0, top // factor), seen if clear else None)
    return sheet
