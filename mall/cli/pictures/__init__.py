"""The catalogue's pictures: one studio, many objects.

subjects.toml says what stands on the plinth, `compose` draws it as SVG, `build` writes it as AVIF and WebP.
"""

from mall.cli.pictures.build import WIDTHS, build
from mall.cli.pictures.compose import Studio
from mall.cli.pictures.subjects import Subject, keys, subjects

__all__ = ["WIDTHS", "Studio", "Subject", "build", "keys", "subjects"]
