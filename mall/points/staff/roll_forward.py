"""变动表: from one closing to the next, month by month, or a period by month earned and expiry month."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.base.time import civil_day
from mall.points.queries.roll_forward import ByCohort, ByMonth, Roll, by_cohort, by_month
from mall.points.staff.desk import GROUP, MAY_SEE, desk_points, may_see, zone
from mall.points.staff.words import expiry_month
from mall.web import guards
from mall.web.db import now, snapshot
from mall.web.filters import year_month
from mall.web.pages import desk_link, page
from mall.web.period import Months
from mall.web.spreadsheet import Is, Sheet, Value, spreadsheet

USUAL = 12
FIGURES: dict[str, str] = {
    "opening": N_("期初"),
    "issued": N_("发放"),
    "redeemed": N_("兑换"),
    "given_back": N_("退回"),
    "expired": N_("过期"),
    "clawed": N_("扣回"),
    "settled": N_("抵扣欠分"),
    "moved": N_("转让与宽限"),
    "closing": N_("期末"),
}
DEBTS: dict[str, str] = {
    "debt_opening": N_("欠分期初"),
    "debt_incurred": N_("新增欠分"),
    "debt_paid": N_("抵扣"),
    "debt_closing": N_("欠分期末"),
}


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    desk_link(app, GROUP, "roll-forward", "/desk/points/roll-forward", "arrow-right-left", N_("变动表"), may_see)


@desk_points.get("/roll-forward", endpoint="roll_forward")
@guards.staff_required(*MAY_SEE)
def show() -> Response:
    """The report as a page."""
    asked, cohorts, months = _found()
    return page(
        "points/desk_roll_forward.html",
        asked=asked,
        cohorts=cohorts,
        months=months,
        figures=FIGURES,
        debts=DEBTS,
        this_month=civil_day(now(), asked.zone).replace(day=1),
    )


@desk_points.get("/roll-forward.xlsx")
@guards.staff_required(*MAY_SEE)
def roll_forward_sheet() -> Response:
    """The report as a spreadsheet."""
    asked, cohorts, months = _found()
    figures = [(_(name), Is.POINTS) for name in FIGURES.values()]
    debts = [(_(name), Is.POINTS) for name in DEBTS.values()]
    if cohorts is not None:
        sheet = Sheet(
            _("按获得月×到期月"),
            [(_("获得月份"), Is.TEXT), (_("到期月份"), Is.TEXT), *figures],
            ([year_month(earned), expiry_month(expiry), *_row(row)] for (earned, expiry), row in cohorts.cells.items()),
            [_("合计"), None, *_row(cohorts.total)],
        )
    else:
        assert months is not None
        sheet = Sheet(
            _("按月"),
            [(_("月份"), Is.TEXT), *figures, *debts],
            ([year_month(month), *_row(row), *_debts(row)] for month, row in months.months.items()),
            [_("合计"), *_row(months.total), *_debts(months.total)],
        )
    return spreadsheet(
        f"points-roll-forward-{asked.first:%Y%m}-{asked.last:%Y%m}",
        title=_("变动表"),
        facts=[
            (_("期间"), f"{year_month(asked.first)} – {year_month(asked.last)}"),
            (_("口径"), _("按入账时间；流出为负数；单位：积分")),
        ],
        sheets=[sheet],
        at=now(),
    )


def _row(row: Roll) -> list[Value]:
    return [getattr(row, name) for name in FIGURES]


def _debts(row: Roll) -> list[Value]:
    return [getattr(row, name) for name in DEBTS]


def _found() -> tuple[Months, ByCohort | None, ByMonth | None]:
    session, at = snapshot(), now()
    asked = Months.of(request.args, at, zone(), usual=USUAL)
    if request.args.get("by") == "cohort":
        return asked, by_cohort(session, at, asked.first, asked.last, asked.zone), None
    return asked, None, by_month(session, asked.first, asked.last, asked.zone)
