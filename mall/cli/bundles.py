"""Style sheets, scripts, the icon sprite and the drawn states, each made as text from their sources.

Nothing here touches the disk except to read; `mall.cli.assets` names, compresses and writes what comes out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

LAYERS = ("reset", "tokens", "base", "components", "features", "utilities")

LAYER = re.compile(r"^@layer (\w+) \{\n(.*?)^\}$", re.M | re.S)
LOGICAL = re.compile(r"(?<![\w-])(margin|padding|inset|scroll-padding)-(inline|block):\s*([^;}]+)")
ICON_CALL = re.compile(r"""\bicon(?:_name)?(?:\(|=|:)\s*["']([a-z][a-z0-9-]*)["']""")


def style(sources: Iterable[Path]) -> str:
    """One style sheet: layers unwrapped in their order, two-sided shorthands written out, whitespace taken out.

    Cascade layers need Chrome 99 or iOS 15.4 and `margin-inline` Chrome 87; the mall's floor is Chrome 86 and
    iOS 14.5. No rule relies on its layer to win over a stronger selector, so the order alone says the same.
    """
    layers: dict[str, list[str]] = {layer: [] for layer in LAYERS}
    for source in sources:
        text = re.sub(r"/\*.*?\*/", "", source.read_text("utf-8"), flags=re.S)
        for layer, rules in LAYER.findall(text):
            layers[layer].append(rules)
        if rest := LAYER.sub("", text).strip():
            raise ValueError(f"{source}: outside of any @layer: {rest[:60]}")
    css = "\n".join(rules for layer in LAYERS for rules in layers[layer])
    css = LOGICAL.sub(_both_sides, css).replace("inset-inline-start:", "left:").replace("inset-inline-end:", "right:")
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    css = re.sub(r"(?<=[\w)\]]) ?> ?", ">", css)
    css = re.sub(r"(?<=[\w-]): ", ":", css)
    return css.replace(";}", "}").strip()


def _both_sides(match: re.Match[str]) -> str:
    name, axis, value = match.groups()
    first, *rest = re.findall(r"(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+", value.strip())
    values = (first, rest[0] if rest else first)
    sides = ("left", "right") if axis == "inline" else ("top", "bottom")
    prefix = "" if name == "inset" else f"{name}-"
    return "; ".join(f"{prefix}{side}: {value}" for side, value in zip(sides, values, strict=True))


def script(sources: Iterable[Path]) -> str:
    """One script: htmx first, then our small files, without comment lines and indentation."""
    parts = []
    for source in sources:
        text = source.read_text("utf-8")
        if source.name.endswith(".min.js"):
            parts.append(text.strip().rstrip(";") + ";")
            continue
        lines = (line.strip() for line in re.sub(r"^\s*/\*.*?\*/", "", text, flags=re.S | re.M).splitlines())
        parts.append("\n".join(line for line in lines if line and not line.startswith("//")))
    return "\n".join(parts) + "\n"


def icon_names(templates: Path, package: Path, extra: Path) -> list[str]:
    """Which Lucide icons the mall uses: those named literally in templates and code, and those on the extra list."""
    found = set(extra.read_text("utf-8").split()) if extra.exists() else set()
    for source in (*templates.rglob("*.html"), *package.rglob("*.py")):
        found.update(ICON_CALL.findall(source.read_text("utf-8")))
    return sorted(found)


def sprite(names: Iterable[str], lucide: Path, own: Path) -> str:
    """One SVG of symbols: the named Lucide icons (ISC) and our own drawings, which win over a like-named icon."""
    symbols = []
    for name in names:
        drawing = own / f"{name}.svg"
        source = drawing if drawing.exists() else lucide / f"{name}.svg"
        if not source.exists():
            raise ValueError(f"no icon named {name!r}: see lucide.dev/icons or draw static/icons/{name}.svg")
        text = re.sub(r"<!--.*?-->", "", source.read_text("utf-8"), flags=re.S)
        box, body = re.search(r'viewBox="([^"]+)".*?>(.*)</svg>', text, re.S).groups()  # type: ignore[union-attr]
        body = re.sub(r"\s*/>", "/>", re.sub(r">\s+<", "><", body.strip()))
        symbols.append(f'<symbol id="{name}" viewBox="{box}">{body}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


ART = {
    "empty": None,
    "error": "electric-plug",
    "lost": "compass",
    "locked": "locked",
    "wait": "hourglass-not-done",
    "offline": "satellite-antenna",
    "done": "wrapped-gift",
}
"""The drawn states of a page: an object of Fluent Emoji (MIT), calmed, on the plinth; `empty` is the bare plinth."""


def art(plinth: Path, emoji: Path) -> dict[str, str]:
    """The drawings of `ART` as SVG text by name."""
    ground = plinth.read_text("utf-8")
    icons = json.loads(emoji.read_text("utf-8"))["icons"]
    dashes = re.compile(r"<ellipse[^>]*stroke-dasharray[^>]*/>")
    drawings = {}
    for name, key in ART.items():
        drawings[name] = ground
        if key:
            thing = (
                '<ellipse cx="206" cy="250" rx="84" ry="12" fill="url(#s)"/>'
                f'<g transform="translate(118 88) scale(5.2)" filter="url(#calm)">{icons[key]["body"]}</g>'
            )
            drawings[name] = dashes.sub("", ground).replace("</svg>", thing + "</svg>")
    return drawings
