"""权益与抵扣券: all dealers' vouchers by their life."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, request, url_for

from mall.base.places import place_from, place_to
from mall.base.refused import N_
from mall.outbox.models import System
from mall.rewards.models.voucher import MAY_SEE_VOUCHERS, VoucherState
from mall.rewards.queries.vouchers import Asked, counts_at_desk, vouchers_at_desk
from mall.rewards.staff.desk import desk_rewards
from mall.web import guards
from mall.web.db import now, reading
from mall.web.forms import trimmed
from mall.web.pages import desk_link, page

SYSTEMS: dict[System, str] = {System.DMS: N_("订货系统 DMS"), System.TMS: N_("物流系统 TMS")}


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    desk_link(app, N_("履约"), "vouchers", "/desk/vouchers", "ticket", N_("权益与抵扣券"), _may_see)


def _may_see() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEE_VOUCHERS)


@desk_rewards.get("/vouchers", endpoint="vouchers")
@guards.staff_required(*MAY_SEE_VOUCHERS)
def show() -> Response:
    """Vouchers by state, system and what is searched for, those issued last first."""
    asked, at = _asked(), now()
    found, onward = vouchers_at_desk(reading(), at, asked)
    return page(
        "rewards/desk_vouchers.html",
        asked=asked,
        found=found,
        counts=counts_at_desk(reading(), at, asked),
        states=tuple(VoucherState),
        systems=SYSTEMS,
        at=at,
        address=lambda **changes: _address(asked, **changes),
        onward=_address(asked, before=place_to(onward)) if onward else "",
    )


def _asked() -> Asked:
    args = request.args
    state, system = args.get("state", ""), args.get("system", "")
    return Asked(
        state=VoucherState(state) if state in set(VoucherState) else None,
        system=System(system) if system in SYSTEMS else None,
        words=trimmed(args.get("q"))[:80],
        before=place_from(args.get("before", "")),
    )


def _address(asked: Asked, **changes: str) -> str:
    kept = {"state": asked.state or "", "system": asked.system or "", "q": asked.words} | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{url_for('desk_rewards.vouchers')}?{query}"
