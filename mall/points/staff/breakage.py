"""预计不兑换: revenue by the proportional method, and the expected redemption rate with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, Refused
from mall.base.time import civil_day
from mall.dealers.queries.people import staff_names
from mall.points.actions.expected_rate import expect_redemption
from mall.points.models import ExpectedRate
from mall.points.queries.breakage import Breakage, Cohort, breakage, expected_rates
from mall.points.staff.desk import GROUP, MAY_SEE, desk_points, may_see, zone
from mall.points.staff.rate_form import RateForm
from mall.points.staff.words import percent
from mall.web import guards
from mall.web.db import now, reading, snapshot, transact
from mall.web.filters import days, year_month
from mall.web.pages import desk_link, go, page, refused
from mall.web.period import Months
from mall.web.spreadsheet import Is, Sheet, Value, spreadsheet


@dataclass(frozen=True)
class Asked:
    """Which months, and cohorts of which length."""

    months: Months
    yearly: bool

    @property
    def query(self) -> str:
        """As its address has it."""
        return f"{self.months.query}&by={'year' if self.yearly else 'month'}"


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    desk_link(app, GROUP, "breakage", "/desk/points/breakage", "chart-pie", N_("预计不兑换"), may_see)


@desk_points.get("/breakage", endpoint="breakage")
@guards.staff_required(*MAY_SEE)
def show() -> Response:
    """The report as a page, with the form for the rate."""
    form = RateForm(None)
    form.from_on.data = civil_day(now(), zone()).replace(day=1).isoformat()
    return page("points/desk_breakage.html", form=form, refusal=None, **_look())


@desk_points.post("/breakage/rates")
@guards.staff_required(*MAY_SEE)
def set_rate() -> Response:
    """Set the expected redemption rate from a day on; written down with who did it."""
    form = RateForm()
    if not form.validate() or form.day is None or form.bps is None:
        return refused("points/desk_breakage.html", form=form, **_look())
    try:
        rate = transact(
            expect_redemption,
            from_on=form.day,
            rate_bps=form.bps,
            note=form.note.data,
            supersede=bool(form.supersede.data),
            actor=guards.staff().actor,
            address=request.remote_addr or "",
        )
    except Refused as refusal:
        return refused("points/desk_breakage.html", refusal=refusal, form=form, **_look())
    toast = _("%(day)s 起预计兑换率 %(rate)s", day=days(rate.from_on), rate=percent(rate.rate_bps))
    return go(f"{url_for('desk_points.breakage')}?{_asked().query}", toast)


@desk_points.get("/breakage.xlsx")
@guards.staff_required(*MAY_SEE)
def breakage_sheet() -> Response:
    """The report as a spreadsheet, the rates' history beside it."""
    asked, found = _found()
    rates: list[list[Value]] = [
        [rate.from_on.isoformat(), rate.no, rate.rate_bps, rate.note, rate.set_by, rate.set_at.isoformat()]
        for rate in expected_rates(reading())
    ]
    return spreadsheet(
        f"points-breakage-{asked.months.first:%Y%m}-{asked.months.last:%Y%m}",
        title=_("预计不兑换"),
        facts=[
            (_("期间"), f"{year_month(asked.months.first)} – {year_month(asked.months.last)}"),
            (_("方法"), _("比例法（IFRS 15 B44–B47）：累计收入 = 分配价款 × 累计兑换 ÷ 预计总兑换，四舍五入到分")),
            (_("期末预计兑换率"), rate_told(found.rate)),
            (_("上期末预计兑换率"), rate_told(found.rate_before)),
        ],
        sheets=[
            Sheet(
                _("按获得批次"),
                [
                    (_("获得年份") if asked.yearly else _("获得月份"), Is.TEXT),
                    (_("净发放积分"), Is.POINTS),
                    (_("累计兑换"), Is.POINTS),
                    (_("已过期"), Is.POINTS),
                    (_("未兑换"), Is.POINTS),
                    (_("预计总兑换"), Is.POINTS),
                    (_("分配价款"), Is.MONEY),
                    (_("期初累计收入"), Is.MONEY),
                    (_("本期收入"), Is.MONEY),
                    (_("累计收入"), Is.MONEY),
                    (_("合同负债余额"), Is.MONEY),
                ],
                ([cohort_told(month, asked.yearly), *_row(row)] for month, row in found.cohorts.items()),
                [_("合计"), *_row(found.total)],
            ),
            Sheet(
                _("预计兑换率"),
                [
                    (_("起始日"), Is.TEXT),
                    (_("序号"), Is.POINTS),
                    (_("预计兑换率"), Is.RATIO),
                    (_("依据"), Is.TEXT),
                    (_("设定人"), Is.TEXT),
                    (_("设定时间"), Is.TEXT),
                ],
                rates,
            ),
        ],
        at=now(),
    )


def cohort_told(month: date, yearly: bool) -> str:
    """A cohort's name: its month, or its year."""
    return str(_("%(year)s 年", year=month.year)) if yearly else year_month(month)


def rate_told(rate: ExpectedRate | None) -> str:
    """The rate of a moment; where none was in force, that all points count as redeemed in the end."""
    return percent(rate.rate_bps) if rate else str(_("未设定（按全部兑换）"))


def _row(row: Cohort) -> list[Value]:
    return [
        row.points, row.redeemed, row.expired, row.owed, row.expected,
        row.allocated, row.before, row.revenue, row.to_date, row.remaining,
    ]  # fmt: skip


def _asked() -> Asked:
    months = Months.of(request.args, now(), zone(), usual=1)
    return Asked(months, request.args.get("by") == "year")


def _found() -> tuple[Asked, Breakage]:
    session, at = snapshot(), now()
    asked = _asked()
    months = asked.months
    return asked, breakage(session, at, months.zone, since=months.start, until=months.end, yearly=asked.yearly)


def _look() -> dict[str, Any]:
    asked, found = _found()
    rates = expected_rates(reading())
    return {
        "asked": asked,
        "found": found,
        "rates": rates,
        "newest": {rate.from_on: rate.no for rate in reversed(rates)},
        "cohort_told": cohort_told,
        "rate_told": rate_told,
        "percent": percent,
        "setters": staff_names(reading(), (rate.set_by for rate in rates)),
        "this_month": civil_day(now(), asked.months.zone).replace(day=1),
    }
