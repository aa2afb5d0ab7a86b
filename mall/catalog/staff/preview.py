"""A reward's page as a dealer would see it: as which dealer and when the address says, as it stands in the editor.

It stands in a frame of the editor, of this origin alone, and nothing in it can be pressed.
"""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Response, request
from sqlalchemy import select

from mall.catalog.models import Category, Delivery, Document, FreightTemplate, Kind, Sku, Stock
from mall.catalog.queries.beside import editions_over, said_by
from mall.catalog.queries.documents import Written, written
from mall.catalog.queries.one import Page
from mall.catalog.queries.plans import open_plans
from mall.catalog.rules import choice
from mall.catalog.rules.choice import choose, most, pick
from mall.catalog.rules.editions import worn
from mall.catalog.rules.plans import Plan
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog
from mall.catalog.staff.item_form import item_form_from
from mall.catalog.views.had import had_of
from mall.catalog.views.one import freight_told, gallery_of
from mall.points.queries import balance
from mall.web import guards, headers
from mall.web.db import reading
from mall.web.imagined import Imagined, imagined
from mall.web.locale import spoken
from mall.web.pages import page

HAS = 200_000
"""Points of the dealer that is imagined: enough to see the page without what is missing."""
SAMPLE = 10_000
"""What a SKU without a price for this dealer shows in its place, beside a word that it is none."""
BODY = 512 * 1024


@desk_catalog.route("/items/<code>/preview", methods=["GET", "POST"])
@guards.staff_required(*MAY_PRICE, suppliers=True)
@guards.body_limit(BODY)
def preview(code: str) -> Response:
    """The draft, or what is live; sent the editor's form, what stands in it, unsaved."""
    found, who = written(reading(), code, guards.staff().scope), imagined()
    document = item_form_from(request.form).document if request.method == "POST" else found.document
    said = editions_over(reading(), found.item.id, who.region) if found.item else []
    return drawn(found, worn(document, [said_by(one) for one in said]), who)


def drawn(found: Written, document: Document, who: Imagined) -> Response:
    """The page of a reward that says this, for a frame of the desk's own pages."""
    reward, sample = _page(found, document, who)
    chosen = choose(reward.skus)
    net = _net(who)
    plan = pick(reward.skus, chosen.sku, asked=None, available=net)
    limit = reward.limit_per_dealer
    had = had_of(who.dealer.id, [reward.id]).get(reward.id, 0) if limit and who.dealer and reward.id else 0
    remaining = max(0, limit - had) if limit else None
    answer = page(
        "catalog/item.html",
        preview=True,
        lost=who.lost,
        sample=sample,
        here=SimpleNamespace(may_redeem=True),
        item=reward,
        # Nobody in particular has enough for it: what is missing would hide the rest.
        available=net if who.dealer else max(HAS, plan.points),
        had=had,
        remaining=remaining,
        choice=chosen,
        plan=plan,
        cap=most(left=chosen.sku.left, points=plan.points, available=net, remaining=remaining),
        quantity=1,
        freight=freight_told(reward.freight_template_id, who.region, 1) if who.region else "",
        gallery=gallery_of(spoken(reward.names), reward.pictures),
        opened=False,
        picked=False,
        refusal=None,
        wished_here=frozenset,
        in_cart_here=lambda: 0,
        awaited_here=lambda _sku: False,
        theme=lambda: who.look,
        server_time=lambda: who.at,
    )
    return headers.framed(answer)


def _net(who: Imagined) -> int:
    """The points that count of who looks."""
    if who.dealer is None:
        return HAS
    held = balance(reading(), who.dealer.id, who.at)
    return held.available - held.debt


def _page(found: Written, document: Document, who: Imagined) -> tuple[Page, bool]:
    """The document as a dealer's page has it, and whether its price is a sample for want of one."""
    session = reading()
    rows = session.execute(
        select(Sku.id, Sku.code, Stock.on_hand)
        .outerjoin(Stock, Stock.sku_id == Sku.id)
        .where(Sku.item_id == (found.item.id if found.item else 0), Sku.retired_at.is_(None))
    ).all()
    plans = open_plans(session, sku_ids=[row.id for row in rows], tier=who.tier, region=who.region, at=who.at)
    known = {row.code: row for row in rows}
    skus = [
        _sku(sku, plans[known[sku["code"]].id] if sku["code"] in known else (), known.get(sku["code"]), at)
        for at, sku in enumerate(document["skus"])
        if all(one["value"].get("zh_Hans") for one in sku["attributes"])
    ]
    offered = [sku for sku in skus if sku.plans]
    if not offered:
        bare = {"code": document.get("code", ""), "attributes": [], "picture": ""}
        offered = [_sku(bare, (_sample(who.at),), None, 0)] if not skus else [_priced(sku, who.at) for sku in skus]
    category = session.execute(select(Category.code, Category.names).where(Category.code == document["category"]))
    shelf = category.one_or_none()
    template = session.scalar(select(FreightTemplate.id).where(FreightTemplate.code == document["freight_template"]))
    return Page(
        id=found.item.id if found.item else 0,
        code=found.code,
        kind=Kind(document["kind"]),
        brand=document["brand"],
        names=document["names"],
        subtitles=document["subtitles"],
        descriptions=document["descriptions"],
        pictures=document["pictures"],
        tags=document["tags"],
        list_price_fen=document["list_price_fen"],
        limit_per_dealer=document["limit_per_dealer"],
        delivery=Delivery(document["delivery"]),
        personal=int(document["personal"]),
        freight_template_id=template,
        category_code=shelf.code if shelf else "",
        category_names=shelf.names if shelf else {},
        skus=offered,
    ), not any(sku.plans and sku.plans[0].id for sku in offered)


def _sku(sku: dict[str, Any], plans: tuple[Plan, ...], row: Any, at: int) -> choice.Sku:
    left = row.on_hand or 0 if row else 0
    return choice.Sku(
        id=row.id if row else -at - 1,
        code=sku["code"],
        plans=plans,
        left=left or (1 if not row else 0),
        picture=sku["picture"] or None,
        attributes=sku["attributes"],
    )


def _priced(sku: choice.Sku, at: datetime) -> choice.Sku:
    return choice.Sku(
        id=sku.id, code=sku.code, plans=(_sample(at),), left=sku.left, picture=sku.picture, attributes=sku.attributes
    )


def _sample(at: datetime) -> Plan:
    return Plan(id=0, sku_id=0, step=0, points=SAMPLE, cash_fen=0, tier=None, region="", starts_at=at, ends_at=None)
