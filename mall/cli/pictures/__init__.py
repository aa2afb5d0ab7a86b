"""The catalogue's pictures: one studio, many objects.

subjects.toml says what stands on the plinth, `compose` draws it as SVG, `build` (encode.py) writes it as AVIF and WebP.
"""

from mall.cli.pictures.compose import Studio
from mall.cli.pictures.encode import WIDTHS, build, render
from mall.cli.pictures.subjects import shots, subjects

__all__ = ["WIDTHS", "Studio", "build", "render", "shots", "subjects"]
