"""Closing a month, and the programme's terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, StringField

from mall.base.refused import N_, Refused
from mall.base.time import add_months, civil_day, start_of_day
from mall.base.types import moment
from mall.dealers.models import StaffRole
from mall.points.actions.terms import LONGEST_GRACE, change_terms, close_month
from mall.points.models import Programme
from mall.points.models.correction import MAY_CORRECT
from mall.points.queries.corrections import Trace, traces
from mall.points.rules.amounts import LARGEST
from mall.points.staff.desk import GROUP, desk_points, may_see, zone
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.filters import expiry, number, year_month
from mall.web.forms import Form, trimmed
from mall.web.pages import desk_link, go, page, refused

MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
SHOWN = 12
ACTS: dict[str, str] = {"points.close_period": N_("关闭账期"), "points.change_terms": N_("修改规则参数")}


@dataclass(frozen=True)
class Month:
    """A month of the programme: closed, running, or over and open. `next` is the one to be closed now."""

    month: date
    closed: bool
    running: bool


class ClosingForm(Form):
    """Which month is closed; a person says that it is meant."""

    month = HiddenField(filters=[trimmed])
    sure = BooleanField(N_("我已核对试算平衡，确认关闭，关闭后不能重开"))


class TermsForm(Form):
    """Grace and threshold."""

    grace = StringField(N_("宽限天数"), filters=[trimmed])
    threshold = StringField(N_("单人更正上限（积分）"), filters=[trimmed])

    def number(self, name: str, most: int) -> int | None:
        """The whole number of a field, or none after putting what is wrong at it."""
        text = (self[name].data or "").replace(",", "")
        if re.fullmatch(r"[0-9]{1,13}", text) and int(text) <= most:
            return int(text)
        self.refuse(name, _("请填写 0 到 %(most)s 之间的整数", most=f"{most:,}"))
        return None


def install(app: Flask) -> None:
    """Put the closing of months on the desk's side."""
    desk_link(app, GROUP, "periods", "/desk/points/periods", "lock", N_("关账与参数"), may_see)


@desk_points.get("/periods", endpoint="periods")
@guards.staff_required(*MAY_CORRECT)
def periods() -> Response:
    """What is closed, what can be closed next, what that means; and the programme's terms."""
    return page("points/desk_periods.html", **_look(), refusal=None)


@desk_points.post("/periods")
@guards.staff_required(*MAY_CORRECT)
def close() -> Response:
    """Close a month that is over, and all before it."""
    form = ClosingForm()
    month = _month(form.month.data or "")
    if month is None:
        form.refuse("month", _("请选择要关闭的月份。"))
    if not form.sure.data:
        form.refuse("sure", _("请先确认。"))
    if form.trouble or month is None:
        return refused("points/desk_periods.html", **_look() | {"closing": form})
    try:
        actor, address = f"staff:{guards.staff().staff_id}", request.remote_addr or ""
        transact(close_month, month=month, actor=actor, address=address)
    except Refused as refusal:
        return refused("points/desk_periods.html", refusal=refusal, **_look())
    return go(url_for("desk_points.periods"), _("%(month)s及以前已关闭。", month=year_month(month)))


@desk_points.post("/terms")
@guards.staff_required(*MAY_CORRECT)
def terms() -> Response:
    """Change the programme's terms: finance the grace, the administrator the threshold as well."""
    form, here = TermsForm(), guards.staff()
    grace, threshold = form.number("grace", LONGEST_GRACE), None
    if here.role is StaffRole.ADMINISTRATOR:
        threshold = form.number("threshold", LARGEST)
    if form.trouble:
        return refused("points/desk_periods.html", **_look() | {"terms": form})
    address = request.remote_addr or ""
    transact(change_terms, staff_id=here.staff_id, grace_days=grace, approval_points=threshold, address=address)
    return go(url_for("desk_points.periods"), _("规则参数已保存。"))


def _month(text: str) -> date | None:
    found = MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _look() -> dict[str, Any]:
    session = reading()
    programme = session.get(Programme, 1)
    today = civil_day(now(), zone())
    closed_until = programme.closed_until if programme else None
    months = []
    for back in range(SHOWN):
        month = add_months(today, -back)
        ends = start_of_day(add_months(month, 1), zone())
        months.append(Month(month, bool(closed_until and ends <= closed_until), ends > now()))
    return {
        "programme": programme,
        "closed_until": closed_until,
        "months": months,
        "closing": ClosingForm(None),
        "terms": TermsForm(
            None,
            grace=str(programme.grace_days if programme else 0),
            threshold=str(programme.approval_points if programme else 0),
        ),
        "may_set_threshold": guards.staff().role is StaffRole.ADMINISTRATOR,
        "traces": traces(session, "programme:1"),
        "acts": ACTS,
        "told_change": _told_change,
    }


def _told_change(trace: Trace) -> list[str]:
    """What an act changed, in words."""
    detail, told = trace.detail, []
    if "until" in detail:
        told.append(_("关闭到 %(day)s（含）", day=expiry(moment(int(detail["until"])))))
    for name, label in (("grace_days", N_("宽限天数")), ("approval_points", N_("单人更正上限"))):
        if name in detail:
            before, after = detail[name]
            told.append(
                _("%(what)s：%(before)s → %(after)s", what=_(label), before=number(before), after=number(after))
            )
    return told
