"""The folder of the pictures: a folder a key, in it a file a width and kind, and the uncropped picture.

    m4t…/240.avif  240.webp  480.avif  …  whole.webp

A picture's folder comes into being whole, by being renamed: nobody ever sees half of one, and two who write the same
one at once do no harm.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from mall.base.picture import Box, Sheet, one_at_a_time, sheet_of
from mall.media.models import NoRoom
from mall.media.rules import widths_of

WHOLE = "whole.webp"
WHOLE_PX = 1920
"""The longer side of what is kept to be cropped anew."""
ENCODERS: dict[str, dict[str, Any]] = {
    # Chosen by measuring photographs and studio pictures at equal likeness (SSIM): docs/operations.md tells the bytes.
    "avif": {"quality": 60, "speed": 7, "subsampling": "4:2:0", "max_threads": 1},
    "webp": {"quality": 80, "method": 4},
}
WHOLE_ENCODER: dict[str, Any] = {"quality": 90, "method": 2}
FRESH = ".fresh-"
"""How folders begin that are still being written."""


def draw(folder: Path, key: str, data: bytes, box: Box) -> None:
    """Cut a file that came and lay its files down. Refused: NoRoom, NoPicture."""
    widths = widths_of(box.width)
    with one_at_a_time:
        sheet = sheet_of(data, box=box, box_px=widths[-1], whole_px=WHOLE_PX)
        files = {**_sizes(sheet, box, widths), WHOLE: _encoded(sheet.whole(WHOLE_PX), "webp", WHOLE_ENCODER)}
    lay(folder, key, files)


def draw_anew(folder: Path, key: str, of: str, box: Box, source_width: int) -> None:
    """Cut the same picture elsewhere, out of what was kept of it whole under the key `of`.

    Nothing that anybody uploaded is read here, only what the mall wrote itself. Refused: NoRoom; OSError where the
    whole is gone.
    """
    kept = (folder / of / WHOLE).read_bytes()
    with one_at_a_time:
        image = Image.open(BytesIO(kept), formats=("WEBP",)).convert("RGB")
        sheet = Sheet(image, image.width / source_width)
        files = {**_sizes(sheet, box, widths_of(round(box.width * sheet.scale))), WHOLE: kept}
    lay(folder, key, files)


def names_of(widths: list[int]) -> list[str]:
    """The files that a picture of these widths has."""
    return [*(f"{width}.{kind}" for width in widths for kind in ENCODERS), WHOLE]


def complete(folder: Path, key: str, widths: list[int]) -> bool:
    """Whether every file of a picture is there."""
    return all((folder / key / name).is_file() for name in names_of(widths))


def weight(folder: Path, key: str) -> int:
    """How many bytes a picture's files take; and its folder counts as fresh again, lest it be tidied away."""
    with suppress(OSError):
        os.utime(folder / key)
        return sum(path.stat().st_size for path in (folder / key).iterdir())
    return 0


def lay(folder: Path, key: str, files: dict[str, bytes]) -> None:
    """Put a picture's files in their place: all of them or none. Refused: NoRoom."""
    place = folder / key
    try:
        with _fresh(folder) as fresh:
            for name, content in files.items():
                _write(fresh / name, content)
            _sync(fresh)
            try:
                fresh.rename(place)
            except OSError:
                if not place.is_dir():
                    raise
                # Somebody was faster, or a file of it was lost: what lies there is made whole, file by file.
                for name in files:
                    (fresh / name).replace(place / name)
            _sync(folder)
    except OSError as full:
        raise NoRoom from full


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FRESH}{secrets.token_hex(8)}"
    fresh.mkdir()
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _sizes(sheet: Sheet, box: Box, widths: tuple[int, ...]) -> dict[str, bytes]:
    """A picture in every width and kind."""
    widest = sheet.cut(box, widths[-1])
    files: dict[str, bytes] = {}
    for width in widths:
        height = max(1, round(width * widest.height / widest.width))
        image = widest if width == widest.width else widest.resize((width, height), Image.Resampling.LANCZOS)
        for kind, settings in ENCODERS.items():
            files[f"{width}.{kind}"] = _encoded(image, kind, settings)
    return files


def _encoded(image: Image.Image, kind: str, settings: dict[str, Any]) -> bytes:
    out = BytesIO()
    image.save(out, kind.upper(), **settings)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make names last: a row must never speak of files that a power cut takes away."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
