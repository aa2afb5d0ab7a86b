"""The desk's prices: SKUs with all they cost, one SKU's prices with their dates, and the helper beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.catalog.actions import add_plan, send_by, set_cost, withdraw_plan
from mall.catalog.actions.below_cost import WHAT, ask_below_cost
from mall.catalog.models import BelowCost
from mall.catalog.queries import freight, priced
from mall.catalog.queries.ending import ENDS, Ends
from mall.catalog.queries.priced import PAGE, Priced
from mall.catalog.queries.tree import tree
from mall.catalog.rules.plans import Plan
from mall.catalog.rules.pricing import Costs, Margin, suggest
from mall.catalog.staff.below_cost import within
from mall.catalog.staff.desk import (
    GROUP,
    MAY_PRICE,
    desk_catalog,
    last_told,
    may_price,
    point_value,
    signed,
    tax_of,
    yuan_told,
)
from mall.catalog.staff.price_form import STEPS, CostForm, Helper, PlanForm, helper_from
from mall.dealers.queries.seen_as import regions
from mall.points.queries.corrections import traces
from mall.proposals.queries import waiting_of
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed, whole
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, go, page, refused

ACTS: dict[str, str] = {
    "plan.add": N_("加价格"),
    "plan.withdraw": N_("撤下价格"),
    "plan.cost": N_("改成本"),
}
PRICES = DeskList(
    "prices",
    "desk_catalog.prices",
    ("q", "category", "cost", "ends"),
    (
        Column("sku", N_("礼品与规格"), fixed=True),
        Column("code", N_("货号"), fixed=True, sort="code"),
        Column("price", N_("所有人的价格"), sort="points"),
        Column("others", N_("专属与预告")),
        Column("list_price", N_("市场价"), usual=False, end=True),
        Column("freight", N_("运费模板"), usual=False),
        Column("cost", N_("成本"), end=True, sort="cost"),
        Column("margin", N_("最低毛利"), end=True),
    ),
    size=PAGE,
)


def install(app: Flask) -> None:
    """Put prices on the desk's side."""
    desk_link(app, GROUP, "prices", "/desk/prices", "coins", N_("价格"), may_price)
    keep(app, PRICES)


@desk_catalog.get("/prices")
@guards.staff_required(*MAY_PRICE)
def prices() -> Response:
    """SKUs with their prices, cost and margin, by words, category, without a cost, or of which a price ends."""
    session, wanted = reading(), asked()
    told = {"q": wanted["q"], "category": wanted["category"], "cost": "none" if wanted["no_cost"] else ""}
    look = PRICES.look(told | {"ends": wanted["ends"].value if wanted["ends"] else ""})
    order: dict[str, Any] = {"scope": guards.staff().scope, "sort": look.sort, "page": look.page, "size": look.size}
    value = point_value()
    return page(
        "catalog/desk_prices.html",
        look=look,
        found=priced.priced(session, now(), **wanted, **order),
        endings=ENDS,
        branches=tree(session),
        at=now(),
        margin_of=lambda sku, plan: _margin(_standard(sku, value), plan),
    )


def asked() -> dict[str, Any]:
    """What the list is narrowed to, as its address says it."""
    return {
        "q": trimmed(request.args.get("q"))[:60],
        "category": trimmed(request.args.get("category"))[:40],
        "no_cost": request.args.get("cost") == "none",
        "ends": Ends(request.args["ends"]) if request.args.get("ends") in set(Ends) else None,
    }


@desk_catalog.get("/prices/<code>")
@guards.staff_required(*MAY_PRICE)
def price(code: str) -> Response:
    """One SKU; for htmx the helper alone, with what new prices are then held against."""
    sku = priced.one_priced(reading(), now(), code)
    wants = _look(sku, PlanForm(None, **_suggested()).offer())
    return page("catalog/desk_price.html", "catalog/desk_price.hx.html", refusal=None, **wants)


@desk_catalog.post("/prices/<code>/plans")
@guards.staff_required(*MAY_PRICE)
def add_price(code: str) -> Response:
    """Add a price; one below cost waits for a second person, with why it is meant."""
    sku, form = priced.one_priced(reading(), now(), code), PlanForm()
    put = form.put(_regions())
    wants = _look(sku, form)
    if put is None:
        return refused("catalog/desk_price.html", **wants)
    costs = _held_against(sku, wants["helper"])
    try:
        transact(add_plan, sku_code=code, put=put, costs=costs, **signed())
    except NotFound:
        raise
    except BelowCost as refusal:
        if not form.sure.data or costs is None:
            return refused("catalog/desk_price.html", refusal=refusal, **wants)
        if not form.reason:
            return refused("catalog/desk_price.html", **wants)
        said: dict[str, Any] = {"note": form.reason, "key": form.key.data or ""}
        transact(ask_below_cost, sku_code=code, put=put, costs=costs, **said, **signed())
        return go(url_for("desk_catalog.price", code=code), _("已提交复核，另一位同事同意后价格才生效。"))
    except Refused as refusal:
        return refused("catalog/desk_price.html", refusal=refusal, **wants)
    return go(url_for("desk_catalog.price", code=code), _("价格已加上。"))


@desk_catalog.post("/prices/<code>/plans/<int:plan>/withdrawal")
@guards.staff_required(*MAY_PRICE)
def withdraw_price(code: str, plan: int) -> Response:
    """Take a price back."""
    sku = priced.one_priced(reading(), now(), code)
    if plan not in {one.id for one in (*sku.plans, *priced.withdrawn(reading(), sku.id))}:
        raise NotFound
    try:
        transact(withdraw_plan, plan_id=plan, **signed())
    except NotFound:
        raise
    except Refused as refusal:
        return refused("catalog/desk_price.html", refusal=refusal, **_look(sku, _blank()))
    return go(url_for("desk_catalog.price", code=code), _("价格已撤下。"))


@desk_catalog.post("/prices/<code>/cost")
@guards.staff_required(*MAY_PRICE)
def change_cost(code: str) -> Response:
    """Write down what a piece costs, and what it is sent by."""
    sku, form = priced.one_priced(reading(), now(), code), CostForm()
    if not form.validate() or form.fen is None:
        form.refuse("cost", _("请填写金额，最多两位小数"))
        return refused("catalog/desk_price.html", **_look(sku, _blank()) | {"cost_form": form})
    transact(set_cost, sku_code=code, cost_fen=form.fen, **signed())
    if sku.shipped:
        transact(send_by, item_code=sku.item_code, template_code=trimmed(form.template.data), **signed())
    return go(url_for("desk_catalog.price", code=code), _("已记下。"))


def _regions() -> list[str]:
    """The regions that who is here may set prices for."""
    scope = guards.staff().scope
    return [region for region in regions(reading()) if scope.covers(region)]


def _held_against(sku: Priced, helper: Helper) -> Costs | None:
    """What a new price is judged by: the brand's own numbers, and what was typed only where that makes it dearer.

    Otherwise whoever types a point that is worth ten yuan would need no second person.
    """
    usual, typed = _standard(sku, point_value(), sku.held_at(now())), helper.costs
    if usual is None or typed is None:
        return usual
    return Costs(
        cost_fen=usual.cost_fen,
        freight_fen=typed.freight_fen,
        tax_bps=max(usual.tax_bps, typed.tax_bps),
        unit_value=min(usual.unit_value, typed.unit_value),
    )


def _blank() -> PlanForm:
    return PlanForm(None, region=guards.staff().scope.region).offer()


def _suggested() -> dict[str, Any]:
    """What a suggestion of the helper puts into the form for a new price."""
    named = {name: trimmed(request.args.get(name))[:20] for name in ("points", "cash")}
    return named | {"step": whole(request.args.get("step", "0")) or 0, "region": guards.staff().scope.region}


def _look(sku: Priced, form: PlanForm) -> dict[str, Any]:
    session, at = reading(), now()
    value = point_value()
    helper = helper_from(request.values, cost_fen=sku.cost_fen, unit_value=value, tax_bps=tax_of(sku.shipped))
    known = helper.costs if helper.costs is not None and helper.costs.cost_fen else None
    return {
        "sku": sku,
        "held": sku.held_at(at),
        "form": form,
        "cost_form": CostForm(None),
        "helper": helper,
        "costs": known,
        "suggestions": suggest(known, margin_bps=helper.margin_bps) if known else (),
        "standings": [(plan, _standing(plan, sku.plans, at)) for plan in sku.plans],
        "withdrawn": priced.withdrawn(session, sku.id),
        "margin_of": lambda plan: _margin(known, plan),
        "regions": _regions(),
        "whole": guards.staff().scope.whole,
        "covered": guards.staff().scope.covers,
        "asked": waiting_of(session, f"sku:{sku.id}", WHAT),
        "decides": lambda made: within(guards.staff().scope, made),
        "templates": freight.templates(session) if sku.shipped else [],
        "traces": [trace for trace in traces(session, f"sku:{sku.id}") if trace.act in ACTS],
        "acts": ACTS,
        "steps": STEPS,
        "last_told": last_told,
        "yuan_told": yuan_told,
        "at": at,
    }


def _standard(sku: Priced, value: int, held: int = 0) -> Costs | None:
    """What a list holds prices against: the SKU's cost (or what it is held to), the usual tax, what a point is worth
    today.
    """
    cost = held or sku.cost_fen
    return Costs(cost_fen=cost, tax_bps=tax_of(sku.shipped), unit_value=value) if cost else None


def _margin(costs: Costs | None, plan: Plan) -> Margin | None:
    return costs.margin(plan.points, plan.cash_fen) if costs else None


def _standing(plan: Plan, plans: tuple[Plan, ...], at: datetime) -> tuple[str, str]:
    """What becomes of a price now, in words, and the kind of its tag."""
    if plan.ends_at is not None and plan.ends_at <= at:
        return _("已结束"), ""
    if plan.starts_at > at:
        return _("未开始"), "info"
    same = [other for other in plans if (other.step, other.tier, other.region) == (plan.step, plan.tier, plan.region)]
    if any(other.open_at(at) and other.closeness > plan.closeness for other in same):
        return _("被活动价盖过"), "value"
    return _("生效中"), "brand"
