"""Top-ups at the desk: what waits, what nobody knows yet, what failed; asked about again, or settled by people."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mall.base.places import id_from
from mall.base.refused import N_, NotFound
from mall.dealers.models import Dealer
from mall.points.queries.corrections import traces
from mall.rewards.actions.top_ups import ask_again, settle
from mall.rewards.forms.vault import SettleForm
from mall.rewards.models import TooSoonToSettle
from mall.rewards.queries import top_ups
from mall.rewards.queries.suppliers import Misconfigured, supplier_of
from mall.rewards.queries.top_ups import View
from mall.rewards.staff.desk import ACTS, GROUP, KEEPERS, address, desk_rewards, may_keep
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import count_on, desk_link, go, page, refused

VIEWS: dict[View, str] = {
    View.OPEN: N_("充值中"),
    View.UNKNOWN: N_("待确认"),
    View.FAILED: N_("失败"),
    View.DONE: N_("已到账"),
}
NOTES: dict[View, str] = {
    View.OPEN: N_("等供应商结果"),
    View.UNKNOWN: N_("系统会继续询问"),
    View.FAILED: N_("积分与现金已退"),
    View.DONE: N_("全部"),
}

TOP_UPS = DeskList(
    "top-ups",
    "desk_rewards.top_ups",
    ("view", "q"),
    (
        Column("state", N_("状态"), fixed=True),
        Column("no", N_("编号"), fixed=True, sort="made"),
        Column("account", N_("账号")),
        Column("fen", N_("金额"), end=True),
        Column("dealer", N_("经销商")),
        Column("order", N_("来自订单"), usual=False),
        Column("asks", N_("询问次数"), end=True),
        Column("next", N_("下次询问或结束")),
    ),
    tab="view",
)


def install(app: Flask) -> None:
    """Put top-ups on the desk's side, with the number that people should look into."""
    desk_link(app, GROUP, "top-ups", "/desk/top-ups", "smartphone", N_("直充"), may_keep)
    keep(app, TOP_UPS)
    count_on(app, "desk.top-ups", lambda: top_ups.overdue(reading(), now()))


@desk_rewards.get("/top-ups", endpoint="top_ups")
@guards.staff_required(*KEEPERS)
def listing() -> Response:
    """Top-ups by what is known of them, newest first."""
    counts = top_ups.counts(reading())
    first = View.UNKNOWN if counts[View.UNKNOWN] else View.OPEN
    asked, words = request.args.get("view", ""), trimmed(request.args.get("q"))[:60]
    view = View(asked) if asked in set(View) else first
    look = TOP_UPS.look({"view": view.value if asked == view.value else "", "q": words})
    how: dict[str, Any] = {"words": words, "oldest": look.oldest_first, "size": look.size}
    found = top_ups.top_ups(reading(), view, id_from(request.args.get("before", "")), **how)
    shown = found[: look.size]
    return page(
        "rewards/desk_top_ups.html",
        look=look,
        view=view,
        views=VIEWS,
        notes=NOTES,
        counts=counts,
        found=shown,
        contradicted=top_ups.contradicted(reading(), [row.top_up.id for row in shown]) if shown else set(),
        onward=look.onward(before=str(shown[-1].top_up.id)) if len(found) > len(shown) else "",
        configured=_configured(),
    )


@desk_rewards.get("/top-ups/<dealer>/<int:top_up_id>", endpoint="top_up")
@guards.staff_required(*KEEPERS)
def one(dealer: str, top_up_id: int) -> Response:
    """One top-up: what is known, and what may be done."""
    return page("rewards/desk_top_up.html", **_look(dealer, top_up_id), form=SettleForm(None), refusal=None)


@desk_rewards.post("/top-ups/<dealer>/<int:top_up_id>/asking", endpoint="ask_top_up")
@guards.staff_required(*KEEPERS)
def asking(dealer: str, top_up_id: int) -> Response:
    """Have the worker talk about it in its next minute."""
    here, owner = guards.staff(), _dealer(dealer)
    transact(ask_again, dealer_id=owner.id, top_up_id=top_up_id, staff_id=here.staff_id, role=here.role)
    return go(url_for("desk_rewards.top_up", dealer=dealer, top_up_id=top_up_id), _("一分钟内会再问供应商。"))


@desk_rewards.post("/top-ups/<dealer>/<int:top_up_id>/settlement", endpoint="settle_top_up")
@guards.staff_required(*KEEPERS)
def settling(dealer: str, top_up_id: int) -> Response:
    """Say how it ended after a day of silence; the order follows within a minute."""
    form, here, owner = SettleForm(), guards.staff(), _dealer(dealer)
    done = form.done()
    if done is None:
        return refused("rewards/desk_top_up.html", **_look(dealer, top_up_id), form=form)
    try:
        transact(
            settle,
            dealer_id=owner.id,
            top_up_id=top_up_id,
            done=done,
            reason=form.reason.data or "",
            staff_id=here.staff_id,
            role=here.role,
            source_address=address(),
        )
    except TooSoonToSettle as refusal:
        return refused("rewards/desk_top_up.html", refusal=refusal, **_look(dealer, top_up_id), form=form)
    return go(url_for("desk_rewards.top_up", dealer=dealer, top_up_id=top_up_id), _("已记录，订单一分钟内更新。"))


def _dealer(code: str) -> Dealer:
    found = reading().scalars(select(Dealer).where(Dealer.code == code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _look(dealer: str, top_up_id: int) -> dict[str, Any]:
    owner = _dealer(dealer)
    found = top_ups.top_up(reading(), owner.id, top_up_id)
    return {
        "top_up": found,
        "dealer": owner,
        "may_settle": found.may_be_settled(now()),
        "traces": traces(reading(), f"top_up:{found.id}"),
        "acts": ACTS,
    }


def _configured() -> bool:
    try:
        return supplier_of(current_app.extensions["settings"].gateways, now) is not None
    except Misconfigured:
        return False
