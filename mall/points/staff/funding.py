"""资金: who pays for the points, by fund code and period."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.points.queries.funding import Amount, Fund, Funding, funding
from mall.points.rules.movements import Movement
from mall.points.staff.desk import GROUP, MAY_SEE, desk_points, may_see, zone
from mall.points.staff.words import MOVEMENTS, fund
from mall.web import guards
from mall.web.db import now, snapshot
from mall.web.filters import days
from mall.web.pages import desk_link, page
from mall.web.period import Days
from mall.web.spreadsheet import Is, Sheet, Value, spreadsheet

SHOWN = (
    Movement.ISSUED,
    Movement.REDEEMED,
    Movement.GIVEN_BACK,
    Movement.EXPIRED,
    Movement.CLAWED,
    Movement.SETTLED,
    Movement.MOVED,
)


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    desk_link(app, GROUP, "funding", "/desk/points/funding", "hand-coins", N_("资金"), may_see)


@desk_points.get("/funding", endpoint="funding")
@guards.staff_required(*MAY_SEE)
def show() -> Response:
    """The report as a page."""
    asked, found = _found()
    return page(
        "points/desk_funding.html",
        asked=asked,
        usual=Days.usual(now(), asked.zone),
        found=found,
        shown=SHOWN,
        movements=MOVEMENTS,
    )


@desk_points.get("/funding.xlsx")
@guards.staff_required(*MAY_SEE)
def funding_sheet() -> Response:
    """The report as a spreadsheet: points and worth side by side."""
    asked, found = _found()
    names = [_("期初"), *(_(MOVEMENTS[movement]) for movement in SHOWN), _("期末")]
    columns = [(_("经费标签"), Is.TEXT)]
    for name in names:
        columns += [(_("%(name)s（积分）", name=name), Is.POINTS), (_("%(name)s（价值）", name=name), Is.MONEY)]
    return spreadsheet(
        f"points-funding-{asked.since:%Y%m%d}-{asked.until:%Y%m%d}",
        title=_("资金"),
        facts=[
            (_("期间"), f"{days(asked.since)} – {days(asked.until)}"),
            (_("口径"), _("按入账时间；流出为负数；价值 = 积分 × 获得时的单价，逐格四舍五入到分")),
        ],
        sheets=[
            Sheet(
                _("按经费"),
                columns,
                ([fund(code), *_row(row)] for code, row in found.funds.items()),
                [_("合计"), *_row(found.total)],
            )
        ],
        at=now(),
    )


def _row(row: Fund) -> list[Value]:
    amounts: list[Amount] = [row.opening, *(row.by[movement] for movement in SHOWN), row.closing]
    return [figure for amount in amounts for figure in (amount.points, amount.fen)]


def _found() -> tuple[Days, Funding]:
    session, at = snapshot(), now()
    asked = Days.of(request.args, at, zone())
    return asked, funding(session, asked.start, asked.end)
