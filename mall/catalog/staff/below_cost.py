"""Prices below cost on the page of what waits for a second person."""

from __future__ import annotations

from flask import Flask, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound
from mall.base.scope import Scope
from mall.catalog.actions.below_cost import MAY_AGREE, WHAT, agree_below_cost, plan_of
from mall.catalog.queries import priced
from mall.catalog.rules.pricing import Costs
from mall.catalog.staff.desk import last_told
from mall.proposals.models import Proposal
from mall.web.db import now, reading
from mall.web.filters import days, fen, number
from mall.web.locale import spoken
from mall.web.second import Decision, decides


def install(app: Flask) -> None:
    """Let them be decided there."""
    decides(
        app,
        Decision(
            what=WHAT,
            label=N_("低于成本的价格"),
            roles=frozenset(MAY_AGREE),
            within=within,
            title=_title,
            facts=_facts,
            href=lambda made: url_for("desk_catalog.price", code=made.facts["sku"]),
            agree=agree_below_cost,
            warning=N_("同意后价格立即加上，经销商按它兑换，每兑一件品牌都在贴钱。"),
        ),
    )


def within(scope: Scope, made: Proposal) -> bool:
    """Whether a proposal is for somebody of this scope to see and to decide."""
    return scope.covers(plan_of(made).region)


def _title(made: Proposal) -> str:
    return str(_("%(sku)s 定价 %(price)s", sku=made.facts["sku"], price=_price(made)))


def _price(made: Proposal) -> str:
    put = plan_of(made)
    points = _("%(points)s 积分", points=number(put.points))
    return f"{points} + {fen(put.cash_fen)}" if put.cash_fen else str(points)


def _facts(made: Proposal) -> list[tuple[str, str]]:
    put, costs = plan_of(made), Costs(**made.facts["costs"])
    left = costs.margin(put.points, put.cash_fen)
    whom = [_(put.tier.name_shown)] if put.tier else []
    whom += [put.region.replace("/", " ")] if put.region else []
    begins = days(put.starts_at) if put.starts_at else _("现在")
    ends = days(last_told(put.ends_at)) if put.ends_at else _("长期")
    try:
        sku = priced.one_priced(reading(), now(), made.facts["sku"])
        name, cost = spoken(sku.names), sku.cost_fen
    except NotFound:
        name, cost = "—", costs.cost_fen
    known = fen(cost) if cost else _("不知道")
    moved = [(_("成本"), _("以前 %(before)s，现在 %(now)s", before=fen(costs.cost_fen), now=known))]
    return [
        (_("礼品"), f"{name} {made.facts['sku']}"),
        (_("价格"), _price(made)),
        (_("谁能用"), " ".join(whom) or _("所有人")),
        (_("时间"), f"{begins} – {ends}"),
        *(moved if cost != costs.cost_fen else []),
        (_("全部成本"), fen(costs.full_fen)),
        (_("至少要"), _("%(points)s 积分", points=number(costs.floor(put.cash_fen)))),
        (_("每件贴钱"), fen(max(0, -left.fen))),
    ]
