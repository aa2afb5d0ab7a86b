"""What can be photographed: subjects.toml, read and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("subjects.toml")
CENTRE = (120.0, 130.0)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a subject. Placed by the middle of its foot, on a board of 240 by 240 whose ground is y = 240."""

    drawn: str = ""
    emoji: str = ""
    at: tuple[float, float] = (120.0, 240.0)
    scale: float = 1.0
    turn: float = 0.0
    foot: float = 30.0  # where an emoji's own lowest line is, of 32
    paint: dict[str, str] = field(default_factory=dict)  # emoji's colour -> ours


@dataclass(frozen=True, slots=True)
class Card:
    """A gift card: its colour, its sign, the figure on it and how it is laid out."""

    paint: str
    sign: str
    figure: str = ""
    pose: str = "lean"


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything the studio must know to photograph one object from each side."""

    name: str
    tint: str
    second: str  # tint of the further views
    parts: tuple[Part, ...]
    card: Card | None
    views: tuple[str, ...]
    stand: float  # half the width of what touches the plinth
    focus: tuple[float, float]
    zoom: float
    box: str  # what the gift box is made of
    scene: str  # "studio", or "art" for the drawings of empty and error pages


@cache
def subjects() -> dict[str, Subject]:
    """Every subject by name."""
    with TABLE.open("rb") as table:
        rows: dict[str, dict[str, Any]] = tomllib.load(table)
    return {name: _subject(name, row) for name, row in rows.items()}


@cache
def shots() -> dict[str, tuple[Subject, str]]:
    """Every picture's key, with its subject and view: "cooker" is the main view, "cooker-detail" a further one."""
    found: dict[str, tuple[Subject, str]] = {}
    for subject in subjects().values():
        found[subject.name] = (subject, "stand")
        for view in subject.views:
            found[f"{subject.name}-{view}"] = (subject, view)
    return found


def _subject(name: str, row: dict[str, Any]) -> Subject:
    card = Card(**row["card"]) if "card" in row else None
    parts = row.get("parts", [] if card else [{"drawn": name}])
    x, y = row.get("focus", CENTRE)
    return Subject(
        name=name,
        tint=row.get("tint", "stone"),
        second=row.get("second", "rice"),
        parts=tuple(Part(**{**part, "at": tuple(part.get("at", (120.0, 240.0)))}) for part in parts),
        card=card,
        views=tuple(row.get("views", ("detail",))),
        stand=float(row.get("stand", 70)),
        focus=(float(x), float(y)),
        zoom=float(row.get("zoom", 1.9)),
        box=row.get("box", "pine"),
        scene=row.get("scene", "studio"),
    )
