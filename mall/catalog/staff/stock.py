"""The desk's stock: a list with what to order, and one SKU with its movements and what can be done about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.catalog.actions.supplies import announce, come_in, put_right, set_levels, settle_incoming
from mall.catalog.models import ALARMS, KINDS, MOVES, REASONS, Kind, Move
from mall.catalog.queries import movements, stock
from mall.catalog.queries.tree import tree
from mall.catalog.staff.stock_desk import ACTS, GROUP, KEEPERS, SEERS, SUPPLIERS, by, desk_stock, may, may_see
from mall.catalog.staff.stock_forms import AdjustForm, ArrivalForm, ComingForm, LevelsForm, SupplyForm
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import trimmed, whole
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import count_on, desk_link, go, page, refused

LAST_PAGE = 2_000
STATES: dict[str, str] = {
    "alarm": N_("任何提醒"),
    "out": N_("已无库存"),
    "safety": N_("到了安全库存"),
    "warning": N_("预警"),
    "order": N_("建议补货"),
    "unset": N_("没设水位"),
}
STOCK = DeskList(
    "stock",
    "desk_stock.stock",
    ("q", "category", "warehouse", "kind", "state"),
    (
        Column("sku", N_("礼品与规格"), fixed=True),
        Column("code", N_("货号"), fixed=True, sort="code"),
        Column("state", N_("状态")),
        Column("left", N_("可兑换"), end=True, sort="left"),
        Column("lying", N_("在库"), end=True),
        Column("levels", N_("预警 / 安全"), end=True),
        Column("demand", N_("30 / 90 天需求"), end=True, sort="demand"),
        Column("coming", N_("在途"), end=True),
        Column("order", N_("建议补货"), end=True),
    ),
)


def install(app: Flask) -> None:
    """Put stock on the desk's side, with the number of SKUs that run out."""
    desk_link(app, GROUP, "stock", "/desk/stock", "boxes", N_("库存"), may_see)
    count_on(app, "desk.stock", lambda: stock.alarms(reading(), guards.staff().scope))
    keep(app, STOCK)


@desk_stock.get("", endpoint="stock")
@guards.staff_required(*SEERS, suppliers=True)
def stock_page() -> Response:
    """SKUs by words, category, state and warehouse; the address says all of it."""
    session, want = reading(), asked()
    told = {name: getattr(want, name) for name in ("q", "category", "warehouse")}
    look = STOCK.look(told | {"kind": want.kind.value if want.kind else "", "state": want.only})
    want = replace(want, sort=look.sort, page=look.page, size=look.size)
    return page(
        "catalog/desk_stock.html",
        look=look,
        found=stock.stock_list(session, want),
        want=want,
        branches=tree(session),
        places=movements.places(session),
        alarms=ALARMS,
        kinds=KINDS,
        states=STATES,
        may=may(),
    )


def asked() -> stock.Wanted:
    """What the list is narrowed to, as its address says it."""
    kind = _one_of("kind", tuple(Kind))
    return stock.Wanted(
        scope=guards.staff().scope,
        q=_word("q", 60),
        category=_word("category", 40),
        warehouse=_word("warehouse", 40),
        only=_one_of("state", stock.STATES),
        kind=Kind(kind) if kind else None,
    )


@desk_stock.get("/<code>", endpoint="sku")
@guards.staff_required(*SEERS, suppliers=True)
def sku_page(code: str) -> Response:
    """One SKU."""
    return page("catalog/desk_stock_sku.html", **_look(code))


@desk_stock.post("/<code>/supply", endpoint="supply")
@guards.staff_required(*SUPPLIERS, suppliers=True)
def take_delivery(code: str) -> Response:
    """Pieces have come in."""
    form = SupplyForm()
    if not form.validate():
        return refused("catalog/desk_stock_sku.html", **_look(code, supply_form=form))
    said = {"pieces": form.pieces.whole, "warehouse": form.warehouse.data or "", "key": form.key.data}
    words = {"reference": form.reference.data or "", "remark": form.remark.data or ""}
    return _done(code, _("已入库。"), {"supply_form": form}, come_in, **said, **words)


@desk_stock.post("/<code>/adjustment", endpoint="adjust")
@guards.staff_required(*KEEPERS)
def adjust(code: str) -> Response:
    """There are more or fewer than was thought."""
    form = AdjustForm().offer()
    change = form.told()
    if change is None:
        return refused("catalog/desk_stock_sku.html", **_look(code, adjust_form=form))
    said = {"difference": change[0], "reason": change[1], "remark": form.remark.data, "key": form.key.data}
    place = form.warehouse.data or ""
    return _done(code, _("已调整。"), {"adjust_form": form}, put_right, warehouse=place, **said)


@desk_stock.post("/<code>/levels", endpoint="levels")
@guards.staff_required(*SUPPLIERS, suppliers=True)
def levels(code: str) -> Response:
    """How much should be there."""
    form = LevelsForm()
    put = form.levels()
    if put is None:
        return refused("catalog/desk_stock_sku.html", **_look(code, levels_form=form))
    return _done(code, _("水位已保存。"), {"levels_form": form}, set_levels, levels=put, revision=form.revision.whole)


@desk_stock.post("/<code>/incoming", endpoint="announce")
@guards.staff_required(*SUPPLIERS, suppliers=True)
def announce_delivery(code: str) -> Response:
    """Pieces are on their way."""
    form = ComingForm()
    if not form.validate():
        return refused("catalog/desk_stock_sku.html", **_look(code, coming_form=form))
    said = {"pieces": form.pieces.whole, "warehouse": form.warehouse.data or "", "key": form.key.data}
    words = {"reference": form.reference.data or "", "expected_on": form.expected_on.data}
    return _done(code, _("已登记在途。"), {"coming_form": form}, announce, **said, **words)


@desk_stock.post("/<code>/incoming/<int:incoming>/arrival", endpoint="arrive")
@guards.staff_required(*SEERS, suppliers=True)
def settle(code: str, incoming: int) -> Response:
    """They are here, or were called off."""
    form = ArrivalForm()
    if not form.validate():
        return refused("catalog/desk_stock_sku.html", **_look(code, arrival_form=form, arriving=incoming))
    arrived = form.arrived.whole
    said = {"incoming_id": incoming, "arrived": arrived, "remark": form.remark.data or ""}
    toast = _("已入库。") if arrived else _("在途已取消。")
    return _done(code, toast, {"arrival_form": form, "arriving": incoming}, settle_incoming, **said)


def _done(code: str, toast: str, forms: dict[str, Any], verb: Any, **said: Any) -> Response:
    """Run a verb; where it refuses, the page again with what was typed."""
    try:
        transact(verb, sku_code=code, by=by(), **said)
    except NotFound:
        raise
    except Refused as refusal:
        return refused("catalog/desk_stock_sku.html", **_look(code, **forms) | {"refusal": refusal})
    return go(url_for("desk_stock.sku", code=code), toast)


def _look(code: str, **forms: Any) -> dict[str, Any]:
    session = reading()
    one = stock.one_in_stock(session, code, guards.staff().scope)
    kind = _one_of("kind", tuple(Move))
    number = _page()
    rows, total = movements.movements(session, one.id, kind=Move(kind) if kind else None, page=number)
    places = movements.places(session, one.id)
    standing = one.standing
    shown: dict[str, Any] = {
        "supply_form": SupplyForm(None),
        "adjust_form": AdjustForm(None).offer(),
        "coming_form": ComingForm(None, pieces=one.to_order or None),
        "arrival_form": ArrivalForm(None),
        "arriving": 0,
        "levels_form": LevelsForm(
            None,
            warning=standing.warning,
            safety=standing.safety,
            lead_days=standing.lead_days,
            pack_size=standing.pack_size,
            revision=one.revision,
        ),
        "refusal": None,
    } | forms
    scope = guards.staff().scope
    theirs = [place for place in places if place.within(scope)]
    for name in ("supply_form", "adjust_form", "coming_form"):
        shown[name].at(theirs)
    return shown | {
        "one": one,
        "by_codes": one.kind is Kind.CARD_CODE,
        "moved": rows,
        "total": total,
        "number": number,
        "pages": max(1, -(-total // movements.PAGE)),
        "kind": kind,
        "numbered": lambda n: url_for("desk_stock.sku", code=code, kind=kind or None, page=n if n > 1 else None),
        "places": places,
        "coming": movements.on_the_way(session, one.id),
        "receives": {place.id for place in theirs} | (set() if scope.region else {None}),
        "nowhere": not shown["supply_form"].warehouse.choices if one.kind.shipped else bool(scope.region),
        "acts": movements.acts(session, one.id),
        "act_names": ACTS,
        "moves": MOVES,
        "reasons": REASONS,
        "alarms": ALARMS,
        "may": may(),
    }


def _word(name: str, most: int) -> str:
    return trimmed(request.args.get(name))[:most]


def _one_of(name: str, known: tuple[str, ...]) -> str:
    return value if (value := request.args.get(name, "")) in known else ""


def _page() -> int:
    return min(max(whole(request.args.get("page", "1")) or 1, 1), LAST_PAGE)
