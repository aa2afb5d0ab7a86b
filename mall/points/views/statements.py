"""Monthly statements: the months there are, one of them as a page that prints, and the same as a spreadsheet."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, request, stream_with_context, url_for

from mall.points.forms import StatementAsked, StatementsAsked
from mall.points.queries import (
    MonthEnding,
    Statement,
    between,
    checkpoint_over,
    expiring_by_month,
    statement,
    statements,
    turnover,
)
from mall.points.views.blueprint import points
from mall.points.views.statement_csv import rows
from mall.points.views.statement_lines import by_day, summary
from mall.web import guards
from mall.web.db import now, reading
from mall.web.pages import page

MONTHS = 12
LINES = 100
"""So many movements on a page."""
SHEET = 2_000
"""A month of up to so many movements can be had on one sheet, to print; a longer one as a spreadsheet."""
RECENT = timedelta(days=31)
"""How long after its end a statement still says what is about to be lost: later that is another month's matter."""


@points.get("/points/statements", endpoint="statements")
@guards.member_required
def months() -> Response:
    """The months of the account, newest first."""
    asked = StatementsAsked.of(request.args)
    found = statements(reading(), guards.member().dealer_id, now(), asked.before, MONTHS + 1)
    more = url_for("points.statements", before=f"{found[MONTHS - 1].month:%Y-%m}") if len(found) > MONTHS else None
    return page("points/statements.html", "points/_statements.html", statements=found[:MONTHS], more=more, asked=asked)


@points.get("/points/statements/<month:month>", endpoint="statement")
@guards.member_required
def one(month: date) -> Response:
    """A month's statement. Of a long month page by page, its summary on the first."""
    asked = StatementAsked.of(request.args)
    session, dealer_id, at = reading(), guards.member().dealer_id, now()
    told = statement(session, dealer_id, month, at)
    whole = told.count <= LINES or (asked.whole and told.count <= SHEET)
    lines = max(told.count, 1) if whole else LINES
    pages = max(-(-told.count // lines), 1)
    number = min(asked.page, pages)
    first = told.first_seq + (number - 1) * lines
    movements = between(session, dealer_id, first, min(first + lines - 1, told.last_seq)) if told.count else ()
    return page(
        "points/statement.html",
        statement=told,
        summary=summary(told, turnover(session, dealer_id, told.first_seq, told.last_seq)) if number == 1 else None,
        days=by_day(movements, told.zone),
        number=number,
        pages=pages,
        sheet=pages > 1 and told.count <= SHEET,
        endings=_endings(told) if number == 1 else None,
        covered=checkpoint_over(session, dealer_id, told.head_seq),
        in_wechat=_in_wechat(),
        at=at,
    )


@points.get("/points/statements/<month:month>.csv")
@guards.member_required
def statement_csv(month: date) -> Response:
    """The same for a spreadsheet, sent as it is read. WeChat downloads nothing: there a page says where to open it."""
    session, dealer_id = reading(), guards.member().dealer_id
    told = statement(session, dealer_id, month, now())
    if _in_wechat():
        return page("points/statement_elsewhere.html", statement=told)
    answer = Response(stream_with_context(rows(session, told)), content_type="text/csv; charset=utf-8")
    name = f"statement-{told.dealer_code}-{told.month:%Y-%m}.csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _endings(told: Statement) -> list[MonthEnding] | None:
    """What is lost in the months to come, as things stand now; only on a statement that is still of today."""
    if now() >= told.ends_at + RECENT:
        return None
    endings = expiring_by_month(reading(), told.dealer_id, now(), told.zone)
    return [ending for ending in endings if ending.points]


def _in_wechat() -> bool:
    return "MicroMessenger" in request.user_agent.string
