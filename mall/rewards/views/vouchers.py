"""我的权益: a dealer's benefits and coupons by their life, and one of them with its code to be scanned."""

from __future__ import annotations

import io

import segno
from flask import Flask, Response, request, url_for

from mall.base.places import place_from, place_to
from mall.base.refused import N_, NotFound
from mall.outbox.models import System
from mall.rewards.models.voucher import Service, VoucherState
from mall.rewards.queries.vouchers import counts_of_dealer, voucher_of_dealer, vouchers_of_dealer
from mall.rewards.views.blueprint import rewards
from mall.web import guards
from mall.web.db import now, reading
from mall.web.pages import count_on, page

LIVES: dict[str, VoucherState] = {
    "": VoucherState.ISSUED,
    "used": VoucherState.USED,
    "expired": VoucherState.EXPIRED,
    "returned": VoucherState.RETURNED,
}
"""The list's tabs, as its address names them."""
ICONS: dict[Service, str] = {
    Service.PRIORITY_PRODUCTION: "factory",
    Service.DEDICATED_LOGISTICS: "truck",
    Service.TRAINING_SEAT: "graduation-cap",
}
WHERE: dict[System, str] = {
    System.DMS: N_("在订货系统下单时使用"),
    System.TMS: N_("在物流系统预约发运时使用"),
    System.ERP: N_("由品牌方登记使用"),
}


def install(app: Flask) -> None:
    """Count what a dealer can use, for the way to it."""
    count_on(app, "vouchers", _usable)
    app.jinja_env.globals.update(voucher_icons=ICONS, voucher_where=WHERE)


@rewards.get("/rewards")
@guards.member_required
def vouchers() -> Response:
    """A page of a dealer's vouchers in one state; for htmx its entries alone, to be hung behind those before."""
    session, at, dealer_id = reading(), now(), guards.member().dealer_id
    life = request.args.get("life", "")
    life = life if life in LIVES else ""
    after = place_from(request.args.get("after", ""))
    shown, more = vouchers_of_dealer(session, dealer_id, LIVES[life], at, after)
    counts = counts_of_dealer(session, dealer_id, at)
    return page(
        "rewards/vouchers.html",
        "rewards/_vouchers.html",
        shown=shown,
        at=at,
        more=url_for("rewards.vouchers", life=life or None, after=place_to(more)) if more else None,
        here=life,
        onward=after is not None,
        lives=[(name, state, counts[state]) for name, state in LIVES.items()],
    )


@rewards.get("/rewards/<no>")
@guards.member_required
def voucher(no: str) -> Response:
    """One voucher: its number and code while it can be used, and what became of it."""
    found = voucher_of_dealer(reading(), guards.member().dealer_id, no)
    return page("rewards/voucher.html", voucher=found, at=now())


@rewards.get("/rewards/<no>/qr.svg")
@guards.member_required
def voucher_qr(no: str) -> Response:
    """The signed token as a QR code, while it can be used."""
    found = voucher_of_dealer(reading(), guards.member().dealer_id, no)
    if not found.usable(now()):
        raise NotFound
    picture = io.BytesIO()
    code = segno.make(found.token, error="l")
    code.save(picture, kind="svg", scale=4, border=3, light="#fff")
    return Response(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _usable() -> int:
    here = guards.who()
    return counts_of_dealer(reading(), guards.member().dealer_id, now())[VoucherState.ISSUED] if here else 0
