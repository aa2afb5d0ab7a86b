"""权益与抵扣券: all dealers' vouchers by their life."""

from __future__ import annotations

from flask import Flask, Response, request

from mall.base.places import place_from, place_to
from mall.base.refused import N_
from mall.dealers.queries.found import NOBODY, dealers_meant
from mall.outbox.models import System
from mall.rewards.models.voucher import MAY_SEE_VOUCHERS, VoucherState
from mall.rewards.queries.vouchers import Asked, counts_at_desk, vouchers_at_desk
from mall.rewards.staff.desk import desk_rewards
from mall.web import guards
from mall.web.db import now, reading
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, page

SYSTEMS: dict[System, str] = {System.DMS: N_("订货系统 DMS"), System.TMS: N_("物流系统 TMS")}

VOUCHERS = DeskList(
    "vouchers",
    "desk_rewards.vouchers",
    ("state", "system", "q"),
    (
        Column("state", N_("状态"), fixed=True),
        Column("voucher", N_("权益"), fixed=True),
        Column("dealer", N_("经销商")),
        Column("order", N_("来自订单")),
        Column("system", N_("核销系统")),
        Column("issued", N_("签发"), sort="issued"),
        Column("expires", N_("有效至"), sort="expires"),
        Column("used", N_("用于")),
    ),
    tab="state",
)


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    keep(app, VOUCHERS)
    desk_link(app, N_("履约"), "vouchers", "/desk/vouchers", "ticket", N_("权益与抵扣券"), _may_see)


def _may_see() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEE_VOUCHERS)


@desk_rewards.get("/vouchers", endpoint="vouchers")
@guards.staff_required(*MAY_SEE_VOUCHERS)
def show() -> Response:
    """Vouchers by state, system and what is searched for, those issued last first."""
    at, args = now(), request.args
    state, system, words = args.get("state", ""), args.get("system", ""), trimmed(args.get("q"))[:60]
    told = {
        "state": state if state in set(VoucherState) else "",
        "system": system if system in SYSTEMS else "",
        "q": words,
    }
    look = VOUCHERS.look(told)
    asked = Asked(
        state=VoucherState(state) if told["state"] else None,
        system=System(system) if told["system"] else None,
        words=words,
        whose=dealers_meant(reading(), words) if words else NOBODY,
        before=place_from(args.get("before", "")),
        sort=look.sort,
        size=look.size,
    )
    found, onward = vouchers_at_desk(reading(), at, asked)
    return page(
        "rewards/desk_vouchers.html",
        look=look,
        state=asked.state,
        found=found,
        counts=counts_at_desk(reading(), at, asked),
        states=tuple(VoucherState),
        systems=SYSTEMS,
        at=at,
        onward=look.onward(before=place_to(onward)) if onward else "",
    )
