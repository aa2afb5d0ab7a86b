"""The desk's tree of categories: ordered by drag, by keyboard, and by buttons without script."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.found import means
from mall.base.refused import N_, NotFound, Refused
from mall.catalog.actions.categories import place_category, remove_category, write_category
from mall.catalog.models import DEEPEST
from mall.catalog.queries.tree import Branch, branch, shape, tree
from mall.catalog.rules.checks import CODE
from mall.catalog.rules.document import LANGUAGES
from mall.catalog.staff.desk import GROUP, MAY_PRICE, desk_catalog, may_price, signed
from mall.catalog.staff.items import paths
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import trimmed
from mall.web.pages import desk_link, go, page, refused

ICONS = (
    "gift", "cooking-pot", "smartphone", "laptop", "headphones", "refrigerator", "lamp", "armchair", "sofa",
    "wine", "wheat", "briefcase", "tent-tree", "luggage", "camera", "fuel", "ticket", "credit-card",
    "graduation-cap", "truck", "factory", "heart", "star", "package",
)  # fmt: skip
TREE, ONE = "catalog/desk_categories.html", "catalog/desk_category.html"


def install(app: Flask) -> None:
    """Put categories on the desk's side."""
    desk_link(app, GROUP, "categories", "/desk/categories", "list-tree", N_("分类"), may_price)


@desk_catalog.get("/categories")
@guards.staff_required(*MAY_PRICE)
def categories() -> Response:
    """The tree; or, where something was typed, the categories that it means, by name, pinyin or code."""
    q, wants = trimmed(request.args.get("q"))[:60], _look()
    meant = [one for one in wants["branches"] if means(q, one.names.values(), [one.code])] if q else []
    return page(TREE, refusal=None, q=q, meant=meant, **wants)


@desk_catalog.post("/categories/placing")
@guards.staff_required(*MAY_PRICE)
def place() -> Response:
    """Put a category somewhere else: `way` (up, down, in, out) from where it stands, or `parent` and `before`."""
    code, way = trimmed(request.form.get("code"))[:40], request.form.get("way", "")
    parent, before = trimmed(request.form.get("parent"))[:40], trimmed(request.form.get("before"))[:40]
    branches = tree(reading())
    if way and shape(branches) == request.form.get("seen"):
        goal = _stepped(branches, code, way)
        if goal is None:
            return go(url_for("desk_catalog.categories"))
        parent, before = goal
    wanted: dict[str, Any] = {"code": code, "parent": parent, "before": before, "seen": request.form.get("seen", "")}
    try:
        transact(place_category, **wanted, **signed())
    except NotFound:
        raise
    except Refused as refusal:
        return refused(TREE, "catalog/_desk_tree.html", refusal=refusal, **_look())
    said = _("顺序已保存。")
    return page(TREE, "catalog/_desk_tree.html", refusal=None, toast=said, **_look(moved=code))


@desk_catalog.get("/categories/new")
@guards.staff_required(*MAY_PRICE)
def new_category() -> Response:
    """An empty category, perhaps within another."""
    guards.staff().scope.must_be_whole()
    typed = {"code": "", "icon": "gift", "parent": request.args.get("parent", "")[:40], **dict.fromkeys(LANGUAGES, "")}
    return page(ONE, refusal=None, **_form(typed, new=True))


@desk_catalog.get("/categories/<code>")
@guards.staff_required(*MAY_PRICE)
def category(code: str) -> Response:
    """One category, to be named anew."""
    found = branch(reading(), code)
    typed = {"code": code, "icon": found.icon, "parent": found.parent}
    typed |= {language: found.names.get(language, "") for language in LANGUAGES}
    return page(ONE, refusal=None, **_form(typed, new=False, one=found))


@desk_catalog.post("/categories")
@guards.staff_required(*MAY_PRICE)
def put_category() -> Response:
    """Write a category."""
    new = request.form.get("new") == "1"
    typed = {name: trimmed(request.form.get(name))[:40] for name in ("code", "icon", "parent", *LANGUAGES)}
    errors = {}
    if not CODE.fullmatch(typed["code"]):
        errors["code"] = _("用字母、数字和连字符，最多 40 个")
    if not typed["zh_Hans"]:
        errors["zh_Hans"] = _("请填写名称")
    one = None if new else branch(reading(), typed["code"])
    if errors:
        return refused(ONE, **_form(typed, new=new, one=one, errors=errors))
    names = {language: typed[language] for language in LANGUAGES if typed[language]}
    icon = typed["icon"] if typed["icon"] in ICONS or (one and one.icon == typed["icon"]) else "gift"
    asked: dict[str, Any] = {
        "code": typed["code"],
        "icon": icon,
        "names": names,
        "new": new,
        "parent": typed["parent"] if new else "",
    }
    try:
        transact(write_category, **asked, **signed())
    except Refused as refusal:
        return refused(ONE, refusal=refusal, **_form(typed, new=new, one=one))
    return go(url_for("desk_catalog.categories"), _("分类已保存。"))


@desk_catalog.post("/categories/<code>/removal")
@guards.staff_required(*MAY_PRICE)
def remove(code: str) -> Response:
    """Take an empty category away."""
    try:
        transact(remove_category, code=code, **signed())
    except Refused as refusal:
        return refused(TREE, refusal=refusal, **_look())
    return go(url_for("desk_catalog.categories"), _("分类已删除。"))


def _stepped(branches: list[Branch], code: str, way: str) -> tuple[str, str] | None:
    """Where one step leads: the parent and the neighbour behind; nothing where there is no such step."""
    moved = next((each for each in branches if each.code == code), None)
    if moved is None:
        return None
    beside = [each.code for each in branches if each.parent == moved.parent]
    at = beside.index(code)
    if way == "up" and at:
        return moved.parent, beside[at - 1]
    if way == "down" and at < len(beside) - 1:
        return moved.parent, beside[at + 2] if at + 2 < len(beside) else ""
    if way == "in" and at:
        return beside[at - 1], ""
    if way == "out" and moved.parent:
        above = next(each for each in branches if each.code == moved.parent)
        uncles = [each.code for each in branches if each.parent == above.parent]
        behind = uncles.index(above.code) + 1
        return above.parent, uncles[behind] if behind < len(uncles) else ""
    return None


def _look(moved: str = "") -> dict[str, Any]:
    branches = tree(reading())
    return {"branches": branches, "shape": shape(branches), "moved": moved, "deepest": DEEPEST}


def _form(
    typed: dict[str, str], *, new: bool, one: Branch | None = None, errors: dict[str, str] | None = None
) -> dict[str, Any]:
    branches = tree(reading())
    holding = {each.code for each in branches if each.may_hold}
    parents = [(code, name) for code, name in paths(branches) if code in holding]
    return {"typed": typed, "new": new, "one": one, "errors": errors or {}, "icons": ICONS, "parents": parents}
