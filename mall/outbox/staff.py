"""The desk's page of the outbox: what waits, what does not get through and why, sent again or set aside."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import StringField

from mall.base.places import place_from, place_to
from mall.base.refused import N_, Malformed, Refused
from mall.dealers.models import StaffRole
from mall.dealers.queries.found import NOBODY, dealers_meant
from mall.outbox.actions import resend, resend_dead, set_aside
from mall.outbox.models import MessageState, System
from mall.outbox.queries import desk
from mall.outbox.queries.destinations import destinations
from mall.outbox.rules import TRIES
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import AtMost, Form, Needed, trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import count_on, desk_link, go, name_acts, page, refused

desk_outbox = Blueprint("desk_outbox", __name__, url_prefix="/desk/outbox")

MAY_SEE = (StaffRole.FINANCE,)
SYSTEMS: dict[System, str] = {System.ERP: N_("ERP"), System.DMS: N_("订货系统 DMS"), System.TMS: N_("物流系统 TMS")}
TOPICS: dict[str, str] = {
    "statement.charge": N_("挂账"),
    "statement.credit": N_("挂账退回"),
    "rebate.credit": N_("返利入账"),
    "rebate.debit": N_("返利冲回"),
    "voucher.issued": N_("发券"),
    "voucher.returned": N_("退券"),
    "voucher.expired": N_("券到期"),
}
ACTS: dict[str, str] = {
    "outbox.resend": N_("重发"),
    "outbox.resend_dead": N_("全部重发"),
    "outbox.set_aside": N_("搁置"),
}
NOTES: dict[MessageState, str] = {
    MessageState.DEAD: N_("已试过所有次数，等人处理"),
    MessageState.WAITING: N_("会自己再试，越等越久"),
    MessageState.DELIVERED: N_("对方已确认收到"),
    MessageState.SET_ASIDE: N_("不再送，后面的照常"),
}
VIEWS = (MessageState.DEAD, MessageState.WAITING, MessageState.DELIVERED, MessageState.SET_ASIDE)
MESSAGES = DeskList(
    "messages",
    "desk_outbox.messages",
    ("state", "system", "q"),
    (
        Column("state", N_("状态"), fixed=True),
        Column("topic", N_("主题"), fixed=True),
        Column("dealer", N_("经销商")),
        Column("system", N_("发往")),
        Column("created", N_("产生"), sort="created"),
        Column("tries", N_("已试"), end=True),
        Column("answer", N_("最近一次的回音")),
    ),
    tab="state",
)


class SetAsideForm(Form):
    """Why a message is given up."""

    reason = StringField(N_("原因"), filters=[trimmed], validators=[Needed(), AtMost(200)])


def register(app: Flask) -> None:
    """Open the pages, and put them on the desk's side with the number that waits for people."""
    app.register_blueprint(desk_outbox)
    name_acts(app, ACTS)
    desk_link(app, N_("系统"), "outbox", "/desk/outbox", "send", N_("对外消息"), _may_see)
    keep(app, MESSAGES)
    count_on(app, "desk.outbox", lambda: desk.dead_count(reading()))


def _may_see() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEE)


@desk_outbox.get("", endpoint="messages")
@guards.staff_required(*MAY_SEE)
def listing() -> Response:
    """Messages by state, those that people must look at first; how each system stands."""
    args, session = request.args, reading()
    state, system, words = args.get("state", ""), args.get("system", ""), trimmed(args.get("q"))[:60]
    shown = MessageState(state) if state in set(MessageState) else MessageState.DEAD
    told = {
        "state": "" if shown is MessageState.DEAD else shown.value,
        "system": system if system in set(System) else "",
        "q": words,
    }
    look = MESSAGES.look(told)
    asked = desk.Asked(
        state=shown,
        system=System(system) if told["system"] else None,
        words=words,
        whose=dealers_meant(session, words) if words else NOBODY,
        before=place_from(args.get("before", "")),
        oldest=look.oldest_first,
        size=look.size,
    )
    found, onward = desk.messages(session, asked)
    open_to, wrong = destinations(current_app.extensions["settings"].gateways)
    return page(
        "outbox/desk_messages.html",
        look=look,
        state=shown,
        found=found,
        counts=desk.counts(reading(), asked),
        views=VIEWS,
        notes=NOTES,
        standings=desk.standings(reading()),
        open_to={to.system for to in open_to},
        wrong=wrong,
        onward=look.onward(before=place_to(onward)) if onward else "",
        at=now(),
        **_words(),
    )


@desk_outbox.post("/<system>/resending")
@guards.staff_required(*MAY_SEE)
def resend_all(system: str) -> Response:
    """Send all dead messages of a system again: it was away, and is back."""
    if system not in set(System):
        raise Malformed
    many = transact(resend_dead, system=System(system), actor=guards.staff().actor, address=request.remote_addr or "")
    return go(url_for("desk_outbox.messages"), ngettext("%(num)s 条将重发", "%(num)s 条将重发", many))


@desk_outbox.get("/<dealer>/<int:message_id>", endpoint="message")
@guards.staff_required(*MAY_SEE)
def one(dealer: str, message_id: int) -> Response:
    """One message: what it says, how often it was tried, what came back, who did what with it."""
    return page("outbox/desk_message.html", form=SetAsideForm(None), refusal=None, **_look(dealer, message_id))


@desk_outbox.post("/<dealer>/<int:message_id>/resending", endpoint="resend")
@guards.staff_required(*MAY_SEE)
def resend_one(dealer: str, message_id: int) -> Response:
    """Put a message in line again."""
    found = desk.message(reading(), dealer, message_id).message
    transact(
        resend,
        dealer_id=found.dealer_id,
        message_id=found.id,
        actor=guards.staff().actor,
        address=request.remote_addr or "",
    )
    return go(url_for("desk_outbox.message", dealer=dealer, message_id=message_id), _("将在一分钟内重发"))


@desk_outbox.post("/<dealer>/<int:message_id>/setting-aside", endpoint="set_aside")
@guards.staff_required(*MAY_SEE)
def give_up(dealer: str, message_id: int) -> Response:
    """Give a dead message up, with a reason; those after it go on."""
    form, found = SetAsideForm(), desk.message(reading(), dealer, message_id).message
    if not form.validate():
        return refused("outbox/desk_message.html", form=form, **_look(dealer, message_id))
    try:
        transact(
            set_aside,
            dealer_id=found.dealer_id,
            message_id=found.id,
            reason=form.reason.data or "",
            actor=guards.staff().actor,
            address=request.remote_addr or "",
        )
    except Refused as refusal:
        return refused("outbox/desk_message.html", refusal=refusal, form=form, **_look(dealer, message_id))
    return go(url_for("desk_outbox.message", dealer=dealer, message_id=message_id), _("已搁置，后面的消息照常送出"))


def _look(dealer: str, message_id: int) -> dict[str, Any]:
    shown = desk.message(reading(), dealer, message_id)
    return {
        "shown": shown,
        "message": shown.message,
        "body": json.dumps(shown.message.body, ensure_ascii=False, indent=2, sort_keys=True),
        "traces": desk.traces(reading(), message_id),
        "acts": ACTS,
        "at": now(),
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {"systems": SYSTEMS, "topics": TOPICS, "tries": TRIES}
