"""Colours: read, measured, mixed. Contrast as WCAG 2.2 defines it; ramps in OKLCH, where equal steps look equal."""

from __future__ import annotations

import re
from math import atan2, cos, hypot, sin

HEX = re.compile(r"#([0-9a-f]{6})")
Rgb = tuple[float, float, float]
"""Red, green, blue from 0 to 1, as a screen is told them."""
Lch = tuple[float, float, float]
"""OKLCH: lightness 0 to 1, chroma, hue in radians."""


def read(text: str) -> Rgb | None:
    """A colour such as #14473b or #fff; anything else is none."""
    short = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", short):
        short = "#" + "".join(sign * 2 for sign in short[1:])
    told = HEX.fullmatch(short)
    if told is None:
        return None
    red, green, blue = (int(told[1][at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def told(colour: Rgb) -> str:
    """A colour as style sheets write it."""
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in colour)


def contrast(one: Rgb, other: Rgb) -> float:
    """How much two colours stand apart, from 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def to_lch(colour: Rgb) -> Lch:
    """A colour in OKLCH (Björn Ottosson, 2020)."""
    red, green, blue = (_linear(part) for part in colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short, hypot(a, b), atan2(b, a)


def from_lch(colour: Lch) -> Rgb:
    """The nearest colour a screen can show: chroma gives way, lightness and hue stay."""
    lightness, chroma, hue = min(max(colour[0], 0.0), 1.0), colour[1], colour[2]
    found = _screen(lightness, chroma, hue)
    while chroma > 0.002 and not all(-0.0005 <= part <= 1.0005 for part in found):
        chroma *= 0.92
        found = _screen(lightness, chroma, hue)
    return found


def _screen(lightness: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _curved(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _curved(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _curved(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _curved(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
