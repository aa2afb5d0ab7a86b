"""The desk's list of rewards, and how a new one is begun."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, Refused
from mall.catalog.actions.drafts import start
from mall.catalog.models import KINDS, TAGS, Kind
from mall.catalog.queries import suppliers
from mall.catalog.queries.desk_filters import LACKS, STANDINGS, ItemFilters, brands
from mall.catalog.queries.desk_items import listed
from mall.catalog.queries.tree import Branch, tree
from mall.catalog.rules.checks import CODE
from mall.catalog.rules.document import MOST_NAME
from mall.catalog.staff.desk import GROUP, MAY_PRICE, desk_catalog, may_price, signed
from mall.dealers.models import OutsideScope
from mall.dealers.queries.people import staff_names
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.locale import spoken
from mall.web.pages import desk_link, go, page, refused

ITEMS = DeskList(
    "items",
    "desk_catalog.items",
    tuple(field.name for field in fields(ItemFilters)),
    (
        Column("reward", N_("礼品"), fixed=True, sort="code"),
        Column("category", N_("分类")),
        Column("brand", N_("品牌"), usual=False),
        Column("supplier", N_("供应商"), usual=False),
        Column("state", N_("状态"), sort="shelf"),
        Column("price", N_("所有人的价格"), sort="points"),
        Column("list_price", N_("市场价"), usual=False, end=True),
        Column("skus", N_("规格"), end=True),
        Column("stock", N_("库存"), end=True),
        Column("tags", N_("标签"), usual=False),
        Column("draft", N_("草稿")),
        Column("made", N_("建立时间"), usual=False, sort="made"),
    ),
)


def install(app: Flask) -> None:
    """Put rewards on the desk's side."""
    desk_link(app, GROUP, "items", "/desk/items", "gift", N_("礼品"), may_price)
    keep(app, ITEMS)


@desk_catalog.get("/items")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def items() -> Response:
    """Rewards by words, category, state and what they lack; those that are being written come first."""
    session, filters = reading(), ItemFilters.read(request.args)
    look = ITEMS.look(filters.told())
    scope = guards.staff().scope
    found = listed(session, now(), filters, scope=scope, sort=look.sort, page=look.page, size=look.size)
    branches = tree(session)
    return page(
        "catalog/desk_items.html",
        look=look,
        found=found,
        filters=filters,
        branches=branches,
        brands=brands(session) if scope.supplier_id is None else [],
        suppliers=suppliers.named(session) if scope.supplier_id is None else [],
        shelf_names={key: branch.names for branch in branches for key in (branch.id, branch.code)},
        standings=STANDINGS,
        lacks=LACKS,
        kinds=KINDS,
        tags=TAGS,
        names=staff_names(session, (row.draft_by for row in found.rows)),
        bulk=url_for("desk_catalog.bulk") if scope.supplier_id is None else "",
    )


@desk_catalog.get("/items/new")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def new_item() -> Response:
    """What has to be known before a reward can be written: its code, name, category and kind.

    Refused: whoever is of a region. The library is the whole brand's.
    """
    if guards.staff().region:
        raise OutsideScope
    known = {name: trimmed(request.args.get(name))[:80] for name in ("category", "name")}
    typed = {"code": "", **known, "kind": Kind.PHYSICAL.value}
    return page("catalog/desk_item_new.html", typed=typed, errors={}, refusal=None, **_choices())


@desk_catalog.post("/items")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def start_item() -> Response:
    """Begin a reward; it is a draft, and on no shelf."""
    typed = {name: trimmed(request.form.get(name))[:80] for name in ("code", "name", "category", "kind")}
    wants = _choices()
    errors = {}
    if not CODE.fullmatch(typed["code"]):
        errors["code"] = _("用字母、数字和连字符，最多 40 个，例如 TB-750-TI")
    if not typed["name"] or len(typed["name"]) > MOST_NAME:
        errors["name"] = _("请填写名称，最多 %(most)s 个字", most=MOST_NAME)
    if typed["category"] not in {branch.code for branch in wants["branches"]}:
        errors["category"] = _("请选择分类")
    if errors or typed["kind"] not in set(Kind):
        return refused("catalog/desk_item_new.html", typed=typed, errors=errors, **wants)
    try:
        said: dict[str, Any] = {"code": typed["code"], "category": typed["category"], "name": typed["name"]}
        transact(start, kind=Kind(typed["kind"]), **said, **signed())
    except Refused as refusal:
        return refused("catalog/desk_item_new.html", refusal=refusal, typed=typed, errors={}, **_choices())
    return go(url_for("desk_catalog.item", code=typed["code"]), _("草稿已建好，写完再发布。"))


def paths(branches: list[Branch]) -> list[tuple[str, str]]:
    """Categories to choose from, each with those above it: 生活日用 / 杯壶."""
    shown: dict[str, str] = {}
    for branch in branches:
        above = f"{shown[branch.parent]} / " if branch.parent else ""
        shown[branch.code] = above + spoken(branch.names)
    return list(shown.items())


def _choices() -> dict[str, Any]:
    branches = tree(reading())
    return {
        "branches": branches,
        "shelves": paths(branches),
        "kinds": [(kind.value, _(name)) for kind, name in KINDS.items()],
    }
