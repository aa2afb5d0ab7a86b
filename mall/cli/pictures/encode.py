"""Write the pictures as AVIF and WebP in three widths, only those whose drawing has changed."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import resvg_py
from PIL import Image

from mall.cli.pictures.compose import Studio
from mall.cli.pictures.subjects import shots

WIDTHS = (240, 480, 960)
AVIF: dict[str, Any] = {"quality": 58, "speed": 8, "subsampling": "4:2:0"}
WEBP: dict[str, Any] = {"quality": 82, "method": 2}
INDEX = "index.json"


def build(objects: Path, out: Path, jobs: int = 0, wanted: Iterable[str] | None = None) -> int:
    """Draw the wanted pictures, all by default, into `out` as <key>-<width>.avif and .webp; give how many were drawn.

    `objects` is node_modules. A picture whose drawing and encoder settings are those of the index is left alone;
    files of keys no longer wanted are removed. `jobs` processes work side by side, one per core by default.
    """
    out.mkdir(parents=True, exist_ok=True)
    studio = Studio(objects)
    drawings = {key: studio.compose(key) for key in (shots() if wanted is None else wanted)}
    fresh = {key: _digest(drawing) for key, drawing in drawings.items()}
    index = out / INDEX
    known: dict[str, str] = json.loads(index.read_text("utf-8")) if index.exists() else {}
    changed = [
        key for key in fresh if known.get(key) != fresh[key] or not all(path.exists() for path in _files(out, key))
    ]
    with ProcessPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for _ in pool.map(_write, changed, [drawings[key] for key in changed], [out] * len(changed), chunksize=4):
            pass
    for key in known.keys() - fresh.keys():
        for path in _files(out, key):
            path.unlink(missing_ok=True)
    index.write_text(json.dumps(fresh, indent=0, sort_keys=True), "utf-8")
    return len(changed)


def render(drawing: str, width: int) -> Image.Image:
    """The drawing as an image, `width` pixels wide. No system font is read."""
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=width, skip_system_fonts=True))))


def _files(out: Path, key: str) -> list[Path]:
    return [out / f"{key}-{width}.{kind}" for width in WIDTHS for kind in ("avif", "webp")]


def _write(key: str, drawing: str, out: Path) -> None:
    largest = render(drawing, WIDTHS[-1])
    if largest.getchannel("A").getextrema() == (255, 255):
        largest = largest.convert("RGB")
    for width in WIDTHS:
        height = round(largest.height * width / largest.width)
        image = largest if width == largest.width else largest.resize((width, height), Image.Resampling.LANCZOS)
        image.save(out / f"{key}-{width}.avif", **AVIF, max_threads=1)
        image.save(out / f"{key}-{width}.webp", **WEBP)


def _digest(drawing: str) -> str:
    return hashlib.sha256(f"{_settings()}{drawing}".encode()).hexdigest()[:16]


@cache
def _settings() -> str:
    return json.dumps([WIDTHS, AVIF, WEBP], sort_keys=True)
