"""A brand's colours: two that people choose become all raw values of the tokens, and every pair of words and ground
that the mall draws is measured before they may stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mall.base.refused import N_
from mall.config import ROOT
from mall.face.rules.colour import Rgb, contrast, from_lch, read, to_lch, told

TOKENS = ROOT / "static" / "css" / "tokens.css"
BRAND, VALUE = "#14473b", "#7d5a18"
"""The mall's own: pine for the one main action, brass for value."""
LEAST = 4.5
"""WCAG 2.2, 1.4.3: contrast of words with their ground."""

# What dark steps follow the chosen colour's own lightness by; light tints and the night keep theirs, so that words on
# them stay as readable as they were.
FOLLOWS = {
    "pine-950": 0.3, "pine-900": 0.6, "pine-800": 1.0, "pine-700": 0.3, "pine-600": 0.4,
    "brass-800": 0.9, "brass-700": 1.0, "brass-500": 0.4,
}  # fmt: skip
PAIRS: tuple[tuple[str, str, str], ...] = (
    ("on-brand", "brand", N_("主按钮上的字")),
    ("on-brand", "brand-press", N_("按下时主按钮上的字")),
    ("brand-text", "ground", N_("页面底色上的品牌色文字")),
    ("brand-text", "surface", N_("卡片上的品牌色文字")),
    ("brand-text", "brand-soft", N_("浅品牌底色上的文字")),
    ("brand-text", "brand-wash", N_("选中项上的文字")),
    ("positive", "surface", N_("获得积分的数字")),
    ("on-hero", "hero-from", N_("积分卡上的数字")),
    ("on-hero-2", "hero-from", N_("积分卡上的小字")),
    ("hero-accent", "hero-from", N_("积分卡上的过期提醒")),
    ("on-scene", "scene", N_("深色横幅上的字")),
    ("on-scene-2", "scene", N_("深色横幅上的小字")),
    ("value-text", "value-soft", N_("暖色底上的文字")),
    ("value-text", "surface", N_("卡片上的暖色文字")),
    ("value-text", "ground", N_("页面底色上的暖色文字")),
    ("text", "brand-soft", N_("品牌色横幅上的字")),
    ("text", "value-soft", N_("暖色横幅上的字")),
    ("text-2", "value-soft", N_("暖色横幅上的小字")),
)
"""Words and their ground, by meaning, and where a dealer sees them."""


@dataclass(frozen=True)
class Measured:
    """A pair as it would be seen. `dark`: in the dark look; colours as style sheets write them."""

    words: str
    ground: str
    where: str
    dark: bool
    contrast: float

    @property
    def readable(self) -> bool:
        """Whether it holds what is promised."""
        return self.contrast >= LEAST


def coloured(theme: Mapping[str, Any]) -> bool:
    """Whether a theme has colours of its own."""
    return (theme.get("brand") or BRAND, theme.get("value") or VALUE) != (BRAND, VALUE)


def raws(theme: Mapping[str, Any]) -> dict[str, str]:
    """The raw values of a theme's two colours, by the names of tokens.css."""
    own = _raw()
    chosen = {"pine": theme.get("brand") or BRAND, "brass": theme.get("value") or VALUE}
    usual = {"pine": BRAND, "brass": VALUE}
    made = {}
    for name, value in own.items():
        family = name.partition("-")[0]
        made[name] = value if chosen[family] == usual[family] else _step(name, value, usual[family], chosen[family])
    return made


def _step(name: str, value: str, usual: str, chosen: str) -> str:
    """One step of a ramp, as far from the chosen colour as the mall's own step is from its own."""
    if value == usual:
        return chosen
    (light, chroma, _), (light_of, chroma_of, _), (goal, goal_chroma, goal_hue) = (
        to_lch(_must(text)) for text in (value, usual, chosen)
    )
    ratio = min(goal_chroma / chroma_of if chroma_of else 1.0, 2.4)
    return told(from_lch((light + (goal - light_of) * FOLLOWS.get(name, 0.0), chroma * ratio, goal_hue)))


def sheet(theme: Mapping[str, Any]) -> str:
    """The style sheet that puts a theme's raw values in the place of the mall's own."""
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in raws(theme).items()) + "}"


def mark(drawing: str, theme: Mapping[str, Any]) -> str:
    """The mall's mark in a theme's colour."""
    return drawing.replace(BRAND, raws(theme)["pine-800"])


def measured(theme: Mapping[str, Any]) -> list[Measured]:
    """Every pair of a theme, in light and dark."""
    own = raws(theme)
    found = []
    for dark in (False, True):
        meanings = _meanings(dark)
        for words, ground, where in PAIRS:
            upper, lower = (_seen(f"color-{name}", meanings, own) for name in (words, ground))
            found.append(Measured(told(upper), told(lower), where, dark, contrast(upper, lower)))
    return found


def nearest(theme: Mapping[str, Any]) -> dict[str, str]:
    """The nearest darker colours on which everything can be read; the same ones where it can already."""
    found = {}
    for name, usual in (("brand", BRAND), ("value", VALUE)):
        colour = theme.get(name) or usual
        light, chroma, hue = to_lch(_must(colour))
        while light > 0 and not all(one.readable for one in measured({name: colour})):
            light -= 0.01
            colour = told(from_lch((light, chroma, hue)))
        found[name] = colour
    return found


def _seen(name: str, meanings: Mapping[str, str], own: Mapping[str, str]) -> Rgb:
    value = meanings[name]
    while value.startswith("var("):
        name = value[6:-1]
        value = own.get(name) or meanings[name]
    return _must(value)


def _must(text: str) -> Rgb:
    colour = read(text)
    if colour is None:
        raise ValueError(f"{text!r} is no colour")
    return colour


@cache
def _blocks() -> list[dict[str, str]]:
    """The declarations of tokens.css by block: light, then the two that are dark."""
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text("utf-8"), flags=re.S)
    return [dict(re.findall(r"--([\w-]+):\s*([^;]+);", body)) for body in re.findall(r"\{([^{}]*)\}", text)]


@cache
def _raw() -> dict[str, str]:
    """The raw values of the brand as the mall has them."""
    return {name: value for name, value in _blocks()[0].items() if name.startswith(("pine-", "brass-"))}


@cache
def _meanings(dark: bool) -> dict[str, str]:
    light, night = _blocks()[:2]
    return light | night if dark else light
