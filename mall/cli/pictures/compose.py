"""Compose one picture as SVG text.

The studio is a square of 400. An object is drawn on a board of 240 whose foot stands on the plinth, so every
object of the catalogue stands on the same line. Light comes from the upper left.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from string import Template

from mall.cli.pictures import cards
from mall.cli.pictures.subjects import Part, Subject, shots

DRAWINGS = Path(__file__).parents[3] / "static" / "studio"
EMOJI = Path("@iconify-json/fluent-emoji-flat/icons.json")
SIDE = 400.0
FOOT = (200.0, 302.0)  # where the middle of an object's foot stands in the studio
REACH = (56.0, 36.0, 288.0, 276.0)  # what an object can fill: light is laid over no more than this
GROWN = 1.1  # how much larger the studio shows what is drawn on a board of 240


class Studio:
    """Composes pictures from the drawings of this project and the emoji found under node_modules."""

    def __init__(self, objects: Path, drawings: Path = DRAWINGS) -> None:
        self._objects = objects
        self._drawings = drawings

    def compose(self, key: str) -> str:
        """The SVG of a picture. Raises KeyError for a key that subjects.toml does not know."""
        subject, view = shots()[key]
        body = "\n".join(self._part(part) for part in subject.parts)
        if subject.card:
            body = cards.draw(subject.card)
        if subject.scene == "art":
            return self._scene("art").substitute(object=body, paints=self._paints(body))
        tint = self._tints[subject.tint if view == "stand" else subject.second]
        camera = _camera(subject) if view == "detail" else (0.0, 0.0, SIDE, SIDE)
        lit = camera if view == "detail" else REACH
        words = {
            **tint,
            "camera": " ".join(f"{number:g}" for number in camera),
            "lit": 'x="{:g}" y="{:g}" width="{:g}" height="{:g}"'.format(*lit),
            "object": body,
            "placed": f"translate({_across(0):g} {_down(0):g}) scale({GROWN})",
            "cast": f"{subject.stand * 1.5:.0f}",
            "contact": f"{subject.stand * GROWN:.0f}",
            "box": self._drawn("giftbox"),
        }
        words["standing"] = self._scene("standing").substitute(words) if body.strip() else ""
        words["scene"] = self._scene("stand" if view == "detail" else view).substitute(words)
        words["paints"] = self._paints(body + words["scene"], {"boxface": subject.box})
        return self._scene("ground").substitute(words)

    def _part(self, part: Part) -> str:
        if part.drawn:
            move = f"translate({part.at[0]:g} {part.at[1]:g}) rotate({part.turn:g}) scale({part.scale:g})"
            return f'<g transform="{move} translate(-120 -240)">{self._drawn(part.drawn)}</g>'
        body: str = self._emoji[part.emoji]["body"]
        for theirs, ours in part.paint.items():
            body = body.replace(f'"{theirs}"', f'"{ours}"')
        move = f"translate({part.at[0]:g} {part.at[1]:g}) rotate({part.turn:g}) scale({part.scale:g})"
        return f'<g transform="{move} translate(-16 {-part.foot:g})" filter="url(#calm)">{body}</g>'

    def _drawn(self, name: str) -> str:
        return _inner((self._drawings / "objects" / f"{name}.svg").read_text("utf-8"))

    def _scene(self, name: str) -> Template:
        return Template((self._drawings / "scenes" / f"{name}.svg").read_text("utf-8"))

    def _paints(self, drawing: str, named: Mapping[str, str] | None = None) -> str:
        """The gradients a drawing asks for, and no others."""
        paints = []
        for paint in sorted(set(re.findall(r"url\(#([\w-]+)\)", drawing))):
            if paint in self._special:
                paints.append(self._special[paint])
                continue
            material, _, side = (named or {}).get(paint, paint).partition("-")
            if material in self._materials:
                paints.append(_gradient(paint, self._materials[material], side or "round"))
        return "\n".join(paints)

    @cached_property
    def _emoji(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads((self._objects / EMOJI).read_text("utf-8"))["icons"]
        return found

    @cached_property
    def _materials(self) -> dict[str, list[str]]:
        return tomllib.loads((self._drawings / "materials.toml").read_text("utf-8"))

    @cached_property
    def _special(self) -> dict[str, str]:
        inner = _inner((self._drawings / "materials.svg").read_text("utf-8"))
        return {match[2]: match[0] for match in re.finditer(r'<(\w+) id="([\w-]+)".*?</\1>', inner, re.S)}

    @cached_property
    def _tints(self) -> dict[str, dict[str, str]]:
        tints = tomllib.loads((self._drawings / "tints.toml").read_text("utf-8"))
        return {
            name: {
                "wall": tint["wall"][0],
                "wall_far": tint["wall"][1],
                "floor": tint["floor"][0],
                "floor_near": tint["floor"][1],
                "plinth": tint["plinth"][0],
                "plinth_shade": tint["plinth"][1],
                "moon": tint["moon"],
            }
            for name, tint in tints.items()
        }


def _across(x: float) -> float:
    return FOOT[0] + (x - 120) * GROWN


def _down(y: float) -> float:
    return FOOT[1] + (y - 240) * GROWN


def _camera(subject: Subject) -> tuple[float, float, float, float]:
    """The part of the studio a closer look takes in, kept inside the walls."""
    side = SIDE / subject.zoom
    left = min(max(_across(subject.focus[0]) - side / 2, 0), SIDE - side)
    top = min(max(_down(subject.focus[1]) - side / 2, 0), SIDE - side)
    return round(left, 1), round(top, 1), round(side, 1), round(side, 1)


def _inner(svg: str) -> str:
    return svg[svg.index(">") + 1 : svg.rindex("</svg>")].strip()


def _mix(one: str, other: str, share: float) -> str:
    """The colour that lies `share` of the way from one to the other."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _gradient(name: str, tones: list[str], side: str) -> str:
    light, body, shade = tones
    stops: dict[str, tuple[str, list[tuple[float, str]]]] = {
        "round": (
            'x2="1"',
            [
                (0.0, _mix(body, shade, 0.65)),
                (0.07, _mix(body, shade, 0.1)),
                (0.24, light),
                (0.38, _mix(light, body, 0.7)),
                (0.62, body),
                (0.9, shade),
                (1.0, _mix(body, shade, 0.6)),
            ],
        ),
        "face": ('x2=".55" y2="1"', [(0.0, _mix(light, body, 0.3)), (0.4, body), (1.0, _mix(body, shade, 0.7))]),
        "top": ('x2="1" y2=".3"', [(0.0, light), (1.0, _mix(light, body, 0.8))]),
    }
    line, colours = stops[side]
    drawn = "".join(f'<stop offset="{offset:g}" stop-color="{colour}"/>' for offset, colour in colours)
    return f'<linearGradient id="{name}" x1="0" y1="0" {line}>{drawn}</linearGradient>'
