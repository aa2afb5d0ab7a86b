"""Gift cards, drawn from lines: no font is needed, so every machine draws the same card."""

from __future__ import annotations

from mall.cli.pictures.subjects import Card

WIDE, HIGH = 176, 112
FIGURES = {  # each in a box of 10 by 16
    "0": "M5 1C1.7 1 1 4.5 1 8s.7 7 4 7 4-3.5 4-7-.7-7-4-7Z",
    "1": "M2.5 4 6 1v14",
    "2": "M1.2 4.6C1.6 2.3 3.1 1 5 1c2.4 0 4 1.6 4 3.8C9 8 5 10.2 1.2 15H9.2",
    "3": "M1.5 2.6C2.4 1.5 3.6 1 5 1c2.2 0 3.8 1.3 3.8 3.4S7.2 7.6 4.8 7.6C7.4 7.6 9 9 9 11.2S7.4 15 5 15"
    "c-1.8 0-3.2-.7-4-2",
    "5": "M8.4 1H2.4L1.8 7.4C2.7 6.6 3.7 6.2 5 6.2c2.4 0 4 1.8 4 4.3S7.4 15 4.8 15c-1.5 0-2.8-.5-3.6-1.5",
    "¥": "M1 1l4 6.5L9 1M5 7.5V15M1.6 8.5h6.8M1.6 11.7h6.8",
    "×": "M2 6l6 6M8 6l-6 6",
}
SIGNS = {  # each in a box of 24 by 24
    "pump": "M4 21V5a2 2 0 0 1 2-2h6a2 2 0 0 1 2 2v16M2.5 21h13M7 7h4v4H7zM14 12h2.5a1.5 1.5 0 0 1 1.5 1.5V17"
    "a1.75 1.75 0 0 0 3.5 0V9l-3-3",
    "mobile": "M7 2h10a1 1 0 0 1 1 1v18a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zM10.5 18.5h3",
    "cart": "M2 3h3l3 12h10l2.5-8.5H6M9.5 20h.01M17 20h.01",
    "play": "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19M10 8.5v7l6-3.5z",
    "film": "M3 5h18v14H3zM7.5 5v14M16.5 5v14M3 9.7h4.5M3 14.3h4.5M16.5 9.7H21M16.5 14.3H21",
    "cup": "M5 8h11v7a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5zM16 10h2a2.5 2.5 0 0 1 0 5h-2M8 2.5V5M12 2.5V5",
    "car": "M4 12.5 6 6h12l2 6.5M3 12.5h18V18H3zM6 18v2.5M18 18v2.5M7 15.3h.01M17 15.3h.01",
    "drop": "M12 3c4 5 6 7.5 6 11a6 6 0 0 1-12 0c0-3.5 2-6 6-11M9.5 14.5a2.5 2.5 0 0 0 2 2.5",
    "back": "M4 9h11a5 5 0 0 1 0 10H8M8 4.5 3.5 9 8 13.5",
    "ticket": "M3 6h18v4a2 2 0 0 0 0 4v4H3v-4a2 2 0 0 0 0-4zM14.5 6v2.5M14.5 11v2M14.5 15.5V18",
    "pulse": "M3 12h4l2-5 4 11 2.5-6H21",
}
POSES = {
    "lean": ((0, 120, 168, -9, 1.04),),
    "fan": ((2, 128, 138, 13, 0.86), (1, 122, 154, 1, 0.92), (0, 116, 176, -10, 0.98)),
    "pair": ((1, 138, 142, 8, 0.92), (0, 110, 174, -7, 1.0)),
}


def draw(card: Card) -> str:
    """The card on the object's board: leaning alone, in a pair, fanned out, upright in a stand, or out of a sleeve."""
    if card.pose == "slot":
        return _placed(card, 0, 120, 154, 0, 1.1) + (
            '<path d="M14 206h212v26a8 8 0 0 1-8 8H22a8 8 0 0 1-8-8Z" fill="url(#oak)"/>'
            '<path d="M14 206h212v5H14z" fill="#fff" fill-opacity=".45"/>'
        )
    if card.pose == "sleeve":
        return _placed(card, 0, 120, 102, -4, 1.02) + (
            '<path d="M18 160h204v66a14 14 0 0 1-14 14H32a14 14 0 0 1-14-14Z" fill="url(#cream)"/>'
            '<path d="M18 160c42 30 162 30 204 0v12c-42 30-162 30-204 0Z" fill="#1b140c" fill-opacity=".08"/>'
            '<path d="M18 160c42 28 162 28 204 0" fill="none" stroke="#fff" stroke-width="3"/>'
            f"{_rings(120, 212, '#83601F', 1)}"
        )
    return "".join(_placed(card, *place) for place in POSES[card.pose])


def _placed(card: Card, behind: int, x: float, y: float, turn: float, scale: float) -> str:
    """One card, centred on x and y; `behind` counts the cards lying over it."""
    veil = f'<rect width="{WIDE}" height="{HIGH}" rx="12" fill="#1b140c" fill-opacity="{behind * 0.16:.2f}"/>'
    return (
        f'<g transform="translate({x} {y}) rotate({turn}) scale({scale}) translate({-WIDE / 2:g} {-HIGH / 2:g})">'
        f'<rect x="3" y="5" width="{WIDE}" height="{HIGH}" rx="12" fill="#1b140c" fill-opacity=".2"/>'
        f'<rect width="{WIDE}" height="{HIGH}" rx="12" fill="url(#{card.paint}-face)"/>'
        f'<path d="M0 76C60 84 130 60 {WIDE} 24v76a12 12 0 0 1-12 12H12a12 12 0 0 1-12-12Z" '
        'fill="#fff" fill-opacity=".13"/>'
        f"{_rings(150, 26, '#fff', 0.9)}"
        f'<path transform="translate(14 12) scale(1.25)" d="{SIGNS[card.sign]}" fill="none" stroke="#fff" '
        'stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/>'
        f"{_figure(card.figure)}"
        f"{veil if behind else ''}</g>"
    )


def _rings(x: float, y: float, colour: str, opacity: float) -> str:
    return (
        f'<g fill="none" stroke="{colour}" stroke-opacity="{opacity}">'
        f'<circle cx="{x}" cy="{y}" r="11" stroke-width="3"/>'
        f'<circle cx="{x}" cy="{y}" r="5" stroke-width="2.6"/></g>'
    )


def _figure(figure: str) -> str:
    """The figure, or two quiet lines where a card has none."""
    if not figure:
        return '<path d="M16 86h72M16 98h44" stroke="#fff" stroke-opacity=".75" stroke-width="5"/>'
    strokes = "".join(
        f'<path transform="translate({index * 13.5:g} 0)" d="{FIGURES[sign]}"/>' for index, sign in enumerate(figure)
    )
    return (
        '<g transform="translate(16 62) scale(2.3)" fill="none" stroke="#fff" stroke-width="2.3" '
        f'stroke-linecap="round" stroke-linejoin="round">{strokes}</g>'
    )
