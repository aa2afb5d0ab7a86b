"""The house rules of ARCHITECTURE.md, read off the imports and the files. Each failure says how to mend it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (  # from the ground up; a floor wrongly placed is moved here and in ARCHITECTURE.md
    {"base"},
    {"audit"},
    {"dealers"},
    {"outbox", "media", "proposals"},
    {"points"},
    {"tiers"},
    {"payments", "catalog", "earning"},
    {"rewards"},
    {"orders"},
    {"flashsales", "lotteries", "campaigns", "fulfilment"},
    {"face"},
    {"insight"},
    {"api", "cli", "jobs", "sandbox"},
)
FLOOR = {feature: height for height, floor in enumerate(FLOORS) for feature in floor}
DOORS = FLOORS[-1]
CORE_ROOMS = {"models", "rules", "actions", "queries"}
WEB_ROOMS = {"forms", "views", "staff"}
RACKS = {
    "payments": {"gateways"},
    "rewards": {"kinds"},
    "fulfilment": {"carriers"},
    "earning": {"conditions", "amounts"},
    "face": {"blocks"},
}
WEB_KNOWS = {"base", "audit", "dealers"}  # the guards must know who is there
BESIDE = {"config", "models", "__init__"}  # mall/config.py, mall/models.py, mall/__init__.py: the set-up
BROWSER_LIBRARIES = re.compile(r"^(flask|werkzeug|wtforms|jinja2|markupsafe|htmx_flask)\b")
JUNK = re.compile(r"^(utils?|helpers?|services?|managers?|common|misc|tools)$")
LINES = {".py": 300, ".html": 250, ".js": 90}

MODULES = sorted((ROOT / "mall").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))


def place(path: Path) -> tuple[str, str]:
    """The feature and the room of a module: mall/orders/actions/place.py is ("orders", "actions")."""
    parts = [*path.relative_to(ROOT / "mall").with_suffix("").parts, "__init__"]
    return parts[0], parts[1]


def is_core(feature: str, room: str) -> bool:
    return feature in FLOOR and feature not in DOORS and room not in WEB_ROOMS


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a module by line and full dotted name, those inside functions too."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join([*package[: len(package) + 1 - node.level], *([node.module] if node.module else [])])
            source = start if node.level else node.module or ""
            yield from ((node.lineno, f"{source}.{name.name}") for name in node.names)


def wrong_import(feature: str, room: str, name: str) -> str | None:
    """Why this module may not import that name, or nothing."""
    if BROWSER_LIBRARIES.match(name) and is_core(feature, room):
        return "the core knows no browser: pass plain values in, and keep Flask in forms, views and staff"
    if not name.startswith("mall.") or feature in BESIDE:
        return None
    wanted, wanted_room = [*name.split("."), "__init__", "__init__"][1:3]
    if wanted == feature or wanted in {*BESIDE, "base"}:
        return None
    if wanted == "web":
        allowed = room in WEB_ROOMS or feature in DOORS
        return None if allowed else "mall.web is for forms, views, staff, api, cli and jobs"
    if feature == "web":
        return None if wanted in WEB_KNOWS else f"web knows {sorted(WEB_KNOWS)} alone: register(app) from the feature"
    if FLOOR[wanted] == FLOOR[feature]:
        return "siblings never import each other: let a floor above call both, or move the noun down a floor"
    if FLOOR[wanted] > FLOOR[feature]:
        return "calls go down only: give the news back as a return value, and let the floor above act on it"
    if wanted_room not in {"models", "actions", "queries"}:
        return "of another floor only models, actions and queries may be imported"
    return None


def assert_none(offences: list[str]) -> None:
    assert not offences, "\n" + "\n".join(offences)


def lines_with(paths: list[Path], pattern: str, advice: str) -> list[str]:
    found = re.compile(pattern, re.I)
    return [
        f"{path.relative_to(ROOT)}:{number}: {advice}\n    {line.strip()[:140]}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if found.search(line)
    ]


def test_every_import_goes_down_a_floor_and_through_a_room_meant_for_it() -> None:
    assert_none([
        f"{path.relative_to(ROOT)}:{line}: imports {name}: {why}"
        for path in MODULES
        for line, name in imports(path)
        if (why := wrong_import(*place(path), name))
    ])


def test_every_feature_stands_on_a_floor_and_has_the_same_rooms() -> None:
    offences = []
    for path in MODULES:
        feature, room = place(path)
        where = str(path.relative_to(ROOT))
        if any(JUNK.match(part) for part in path.relative_to(ROOT).with_suffix("").parts):
            offences.append(f"{where}: name the file after the noun or verb it holds; there is no drawer for the rest")
        if feature not in FLOOR and feature not in {*BESIDE, "web"}:
            offences.append(f"{where}: put {feature!r} on a floor, in FLOORS of this test and in ARCHITECTURE.md")
        allowed = {"__init__"} | CORE_ROOMS | WEB_ROOMS | RACKS.get(feature, set())
        if feature in FLOOR and feature not in DOORS | {"base"} and room not in allowed:
            offences.append(f"{where}: no seventh room: make it a file of a room's folder, like actions/{room}.py")
    assert_none(offences)


def test_one_place_commits() -> None:
    others = [path for path in MODULES if path != ROOT / "mall/web/db.py"]
    assert_none(lines_with(others, r"\.commit\(|\.begin\(\)", "let transact(verb, …) of mall/web/db.py do that"))


def test_the_core_reads_no_clock_and_draws_no_lots() -> None:
    # Ids need chance, and nothing else depends on which they are.
    core = [path for path in MODULES if is_core(*place(path)) and path != ROOT / "mall/base/ids.py"]
    clock = r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(|^\s*(import random|from random import)"
    assert_none(lines_with(core, clock, "a verb gets `now` (and chance) passed in"))


def test_htmx_headers_are_named_in_one_place() -> None:
    outside = [path for path in MODULES if place(path)[0] != "web"]
    assert_none(lines_with(outside, r"""["']HX-""", "use mall.web.htmx and mall.web.pages; they know htmx's headers"))


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        (r"<style|\sstyle\s*=", "the CSP blocks inline style: use a class, <progress>, <meter> or an SVG attribute"),
        (r"<script(?![^>]*\b(src=|type=.application/(ld\+)?json))", "the CSP blocks inline script: use static/js"),
        (r"<[^>{]*\son[a-z]+\s*=|javascript:|hx-on", "the CSP blocks inline handlers: use static/js"),
        (r"\.state\s*(==|!=|\bin\b|\bnot in\b)", "ask the noun a question (order.cancellable), compare no state words"),
        (r"\|\s*safe\b", "nothing is trusted as HTML in a template: return Markup from the one function that made it"),
    ],
)
def test_templates_keep_to_the_policy(pattern: str, advice: str) -> None:
    assert_none(lines_with(TEMPLATES, pattern, advice))


def test_no_file_outgrows_a_sitting() -> None:
    assert_none([
        f"{path.relative_to(ROOT)}: {length} lines, over {LINES[path.suffix]}: make it a folder, a file a noun or verb"
        for path in [*MODULES, *TEMPLATES, *SCRIPTS]
        if (length := len(path.read_text("utf-8").splitlines())) > LINES[path.suffix]
    ])


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (("points", "actions"), "mall.orders.models"),
        (("catalog", "queries"), "mall.earning.models"),
        (("orders", "actions"), "mall.web.db"),
        (("orders", "actions"), "mall.points.rules.buckets"),
        (("orders", "rules"), "flask"),
        (("web", "pages"), "mall.orders.queries"),
    ],
)
def test_this_test_sees_a_wrong_import(place: tuple[str, str], name: str) -> None:
    assert wrong_import(*place, name)
