"""The desk's page of the audit log: who did what with what, found by period, person, act, object or number."""

from __future__ import annotations

import json
from typing import Any, cast

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.places import id_from
from mall.base.refused import N_
from mall.dealers.models import StaffRole
from mall.insight.queries.traces import (
    BY_ITSELF,
    BY_MEMBERS,
    BY_PARTNERS,
    MOST_TYPED,
    Asked,
    Trace,
    every_trace,
    staff_named,
    traces,
)
from mall.insight.staff.desk import desk_insight
from mall.insight.staff.details import told_of
from mall.web import guards
from mall.web.db import now, reading
from mall.web.filters import days, moment
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, page
from mall.web.period import Days
from mall.web.spreadsheet import Is, Sheet, spreadsheet

MAY_SEE = (StaffRole.FINANCE,)
"""Finance, and the administrator as everywhere: the log tells what everybody does, so it is not for everybody."""
MOST_IN_FILE = 50_000
WITH: dict[str, str] = {
    "order": N_("订单"),
    "claim": N_("售后"),
    "card_code": N_("卡密"),
    "vault": N_("卡密库"),
    "top_up": N_("直充"),
    "rebate": N_("返利"),
    "voucher": N_("券与权益"),
    "item": N_("礼品"),
    "edition": N_("区域版"),
    "category": N_("分类"),
    "supplier": N_("供应商"),
    "plan": N_("价格"),
    "freight": N_("运费"),
    "stock": N_("库存"),
    "batch": N_("批量改动"),
    "proposal": N_("复核"),
    "picture": N_("图库"),
    "face": N_("首页"),
    "announcement": N_("公告"),
    "guide": N_("兑换攻略"),
    "view": N_("列表视图"),
    "search": N_("搜不到的词"),
    "points": N_("积分账"),
    "correction": N_("更正单"),
    "rule": N_("积分规则"),
    "document": N_("业务单据"),
    "dealer": N_("经销商"),
    "member": N_("经销商成员"),
    "address": N_("收货地址"),
    "divisions": N_("行政区划"),
    "staff": N_("员工"),
    "sign_in": N_("登录"),
    "password": N_("密码"),
    "second_factor": N_("二次验证"),
    "partner": N_("合作系统"),
    "outbox": N_("对外消息"),
    "bill": N_("对账"),
    "refund": N_("退款"),
}
"""What acts are done with, by the first word of their names."""
AUDIT = DeskList(
    "audit",
    "desk_insight.audit",
    ("q", "actor", "act", "subject", "since", "until"),
    (
        Column("at", N_("时间"), fixed=True, sort="at"),
        Column("by", N_("谁"), fixed=True),
        Column("act", N_("做了什么"), fixed=True),
        Column("subject", N_("对象")),
        Column("detail", N_("详情")),
        Column("address", N_("来自")),
    ),
)
BY: dict[str, str] = {BY_MEMBERS: N_("经销商的人"), BY_PARTNERS: N_("合作系统"), BY_ITSELF: N_("系统自动")}


def install(app: Flask) -> None:
    """Put the log on the desk's side."""
    keep(app, AUDIT)
    desk_link(app, N_("系统"), "audit", "/desk/audit", "history", N_("操作日志"), _may_see)


def _may_see() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEE)


@desk_insight.get("/audit")
@guards.staff_required(*MAY_SEE)
def audit() -> Response:
    """A page of the log, newest first; what is asked for stands in its address."""
    asked, period = _asked()
    look = AUDIT.look(_told(asked, period))
    found = traces(
        reading(), asked, before=id_from(request.args.get("before", "")), limit=look.size, oldest=look.oldest_first
    )
    shown = found[: look.size]
    return page(
        "insight/desk_audit.html",
        look=look,
        asked=asked,
        period=period,
        usual=[(name, one, _said(one)) for name, one in Days.usual(now(), period.zone)],
        found=shown,
        onward=look.onward(before=str(shown[-1].entry.id)) if len(found) > len(shown) else "",
        sheet=url_for("desk_insight.audit_sheet", **cast("dict[str, Any]", look.filters)),
        staff=staff_named(reading()),
        acts=current_app.extensions["acts"],
        things=WITH,
        by=BY,
        told=told_of,
        most=MOST_TYPED,
    )


@desk_insight.get("/audit.xlsx")
@guards.staff_required(*MAY_SEE)
def audit_sheet() -> Response:
    """The same as a spreadsheet, the newest 50,000 of it."""
    asked, period = _asked()
    acts = current_app.extensions["acts"]
    columns = [_("时间"), _("谁"), _("经销商"), _("做了什么"), _("动作代码"), _("对象"), _("来自"), _("详情")]
    return spreadsheet(
        f"audit-{period.since:%Y%m%d}-{period.until:%Y%m%d}",
        title=_("操作日志"),
        facts=[(_("期间"), f"{days(period.since)} – {days(period.until)}")],
        sheets=[
            Sheet(
                _("操作日志"),
                [(name, Is.TEXT) for name in columns],
                (_row(trace, acts) for trace in every_trace(reading(), asked, most=MOST_IN_FILE)),
            )
        ],
        at=now(),
    )


def _row(trace: Trace, acts: dict[str, str]) -> list[str | int | None]:
    entry = trace.entry
    called = _(acts[entry.act]) if entry.act in acts else ""
    by = _(BY[entry.actor]) if entry.actor in BY else trace.by
    said = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True)
    return [moment(entry.at), by, trace.dealer, called, entry.act, entry.subject, entry.address, said[:32_000]]


def _asked() -> tuple[Asked, Days]:
    zone = str(current_app.extensions["settings"].zone)
    period, args = Days.of(request.args, now(), zone), request.args
    asked = Asked(
        since=period.start,
        until=period.end,
        actor=trimmed(args.get("actor"))[:80],
        act=trimmed(args.get("act"))[:60],
        subject=trimmed(args.get("subject"))[:120],
        words=trimmed(args.get("q"))[:MOST_TYPED],
    )
    return asked, period


def _told(asked: Asked, period: Days) -> dict[str, str]:
    """The filters by the names that the address has for them; days only where they are not the usual ones."""
    named = {"actor": asked.actor, "act": asked.act, "subject": asked.subject, "q": asked.words}
    return named | _said(period)


def _said(period: Days) -> dict[str, str]:
    if period == Days.of({}, now(), period.zone):
        return {"since": "", "until": ""}
    return {"since": period.since.isoformat(), "until": period.until.isoformat()}
