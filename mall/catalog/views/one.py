"""One reward, and the sheet in which its SKU, its price and the quantity are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask_babel import gettext as _

from mall.catalog.forms import asked_from, plan_from, quantity_from
from mall.catalog.models import NoSuchChoice, NotDelivered
from mall.catalog.queries import item as shown
from mall.catalog.queries.freight import rules_of
from mall.catalog.rules.choice import choose, most, pick
from mall.catalog.rules.freight import fee
from mall.catalog.views.blueprint import catalog
from mall.catalog.views.had import had_of
from mall.points.queries import balance
from mall.web import guards
from mall.web.db import now, reading
from mall.web.filters import fen_short
from mall.web.locale import spoken
from mall.web.pages import go, page, refused


@catalog.get("/catalog/<code>")
@guards.member_required
def item(code: str) -> Response:
    """A reward's page; without script one of its prices is chosen by its address."""
    picked = "plan" in request.args
    return page("catalog/item.html", opened=False, picked=picked, refusal=None, **_look(code))


@catalog.get("/catalog/<code>/choice")
@guards.member_required
def choice(code: str) -> Response:
    """The sheet with another choice made in it; without script the page with the sheet open.

    `go` is what the sheet's button says: then a choice that exists leads on to checkout.
    """
    wants = _look(code)
    chosen, quantity = wants["choice"], wants["quantity"]
    if "go" not in request.args:
        return page("catalog/item.html", "catalog/choice.hx.html", opened=True, picked=True, refusal=None, **wants)
    if not chosen.exact:
        return refused(
            "catalog/item.html", "catalog/choice.hx.html", refusal=NoSuchChoice(), opened=True, picked=True, **wants
        )
    wanted = {"sku": chosen.sku.code, "quantity": quantity, "plan": wants["plan"].id}
    return go(f"/orders/new?{urlencode(wanted)}")


def _look(code: str) -> dict[str, Any]:
    here, session, at = guards.member(), reading(), now()
    reward = shown(session, at, code, tier=here.tier, region=here.region)
    held = balance(session, here.dealer_id, at)
    net = held.available - held.debt  # what is owed is missing too
    had = had_of(here.dealer_id, [reward.id]).get(reward.id, 0) if reward.limit_per_dealer else 0
    remaining = max(0, reward.limit_per_dealer - had) if reward.limit_per_dealer else None
    chosen = choose(reward.skus, asked_from(request.args))
    plan = pick(reward.skus, chosen.sku, asked=plan_from(request.args), available=net)
    cap = most(left=chosen.sku.left, points=plan.points, available=net, remaining=remaining)
    return {
        "here": here,
        "item": reward,
        "available": net,
        "had": had,
        "remaining": remaining,
        "choice": chosen,
        "plan": plan,
        "cap": cap,
        "quantity": min(quantity_from(request.args), max(cap, 1)),
        "freight": freight_told(reward.freight_template_id, here.region, min(quantity_from(request.args), max(cap, 1))),
        "gallery": gallery_of(spoken(reward.names), reward.pictures),
    }


def freight_told(template: int | None, region: str, pieces: int) -> str:
    """What sending to the dealer's own province costs, in words; nothing where it is free by itself."""
    if template is None:
        return ""
    province = next(iter(region.split("/")[1:2]), "")
    if not province:
        return str(_("运费按收货地址计算"))
    try:
        fen = fee(rules_of(reading(), template), pieces=pieces, region=province)
    except NotDelivered:
        return str(_("暂不送往%(province)s", province=province))
    cost = str(_("包邮")) if not fen else str(_("运费 %(fen)s", fen=fen_short(fen)))
    return str(_("送%(province)s %(cost)s", province=province, cost=cost))


def gallery_of(name: str, pictures: Sequence[str]) -> list[tuple[str, str]]:
    """Pictures with what they are called; an item without any shows the bare plinth."""
    others = [(key, str(_("%(name)s，图 %(n)s", name=name, n=n))) for n, key in enumerate(pictures[1:], 2)]
    return [(pictures[0] if pictures else "", name), *others]
