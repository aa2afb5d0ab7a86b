"""积分负债: what is owed to dealers in points, by expiry, age and fund, now or as of the end of a past day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask, Response, request
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.base.time import add_months, civil_day, start_of_day
from mall.points.queries.liability import Liability, Owed, liability
from mall.points.staff.desk import GROUP, MAY_SEE, desk_points, may_see, zone
from mall.points.staff.words import COLUMNS, NEVER, age, expiry_month, fund
from mall.web import guards
from mall.web.db import now, snapshot
from mall.web.filters import days, moment
from mall.web.pages import desk_link, page
from mall.web.period import BEGINNING, MOST_MONTHS, day
from mall.web.spreadsheet import Is, Sheet, Value, spreadsheet


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    desk_link(app, GROUP, "liability", "/desk/points/liability", "landmark", N_("积分负债"), may_see)


@desk_points.get("/liability", endpoint="liability")
@guards.staff_required(*MAY_SEE)
def show() -> Response:
    """The report as a page."""
    found, on = _found()
    return page(
        "points/desk_liability.html",
        found=found,
        on=on,
        bars=_bars(found),
        as_of=_as_of(found, on),
        today=civil_day(now(), zone()),
        month_end=civil_day(now(), zone()).replace(day=1) - timedelta(days=1),
    )


@desk_points.get("/liability.xlsx")
@guards.staff_required(*MAY_SEE)
def liability_sheet() -> Response:
    """The report as a spreadsheet, a sheet for each view."""
    found, on = _found()
    counted = [(_(COLUMNS[name]), Is.POINTS) for name in ("pending", "available", "held", "net")]
    figures = [*counted, (_("价值"), Is.MONEY)]
    views: list[tuple[str, str, list[tuple[str, Owed]]]] = [
        (_("按到期月份"), _("到期月份"), [(expiry_month(n), owed) for n, owed in found.by_expiry.items()]),
        (_("按账龄"), _("账龄"), [(age(n), owed) for n, owed in found.by_age.items()]),
        (_("按经费"), _("经费标签"), [(fund(code), owed) for code, owed in found.by_fund.items()]),
    ]
    return spreadsheet(
        f"points-liability-{on or civil_day(found.at, zone())}",
        title=_("积分负债"),
        facts=[
            (_("截至"), _as_of(found, on)),
            (_("口径"), _("按入账时间；价值 = 积分 × 获得时的单价，逐行四舍五入到分")),
            (_("经销商待抵扣（应收，积分）"), f"{found.debt}"),
        ],
        sheets=[
            Sheet(
                name,
                [(head, Is.TEXT), *figures],
                (_row(label, owed) for label, owed in rows),
                _row(_("合计"), found.total),
            )
            for name, head, rows in views
        ],
        at=now(),
    )


def _bars(found: Liability) -> list[tuple[str, int, int]]:
    """The chart's bars: every month from the first expiry to the last, those without points too; never comes last."""
    points = {number: owed.points for number, owed in found.by_expiry.items()}
    dated = [number for number in points if number < NEVER]
    months = list(dated)
    if dated:
        first, last = (date(number // 100, number % 100, 1) for number in (min(dated), max(dated)))
        months, month = [], first
        while month <= last and len(months) < MOST_MONTHS:
            months.append(month.year * 100 + month.month)
            month = add_months(month, 1)
    shown = [*months, *(number for number in points if number >= NEVER)]
    return [
        (f"{n // 100 % 100:02d}-{n % 100:02d}" if n < NEVER else expiry_month(n), points.get(n, 0), 0) for n in shown
    ]


def _row(label: str, owed: Owed) -> list[Value]:
    return [label, owed.pending, owed.available, owed.held, owed.points, owed.fen]


def _found() -> tuple[Liability, date | None]:
    session, at, its_zone = snapshot(), now(), zone()
    on = day(request.args.get("on", ""))
    if on is not None and not BEGINNING <= on < civil_day(at, its_zone):
        on = None
    until = start_of_day(on + timedelta(days=1), its_zone) if on else None
    return liability(session, at, its_zone, until), on


def _as_of(found: Liability, on: date | None) -> Any:
    return _("%(day)s 24:00", day=days(on)) if on else _("此刻（%(at)s）", at=moment(found.at))
