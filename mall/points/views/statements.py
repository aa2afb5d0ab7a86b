"""Monthly statements: the months there are, one of them as a page that prints, a spreadsheet, or a proof to check.

The desk shows a dealer's statement with the same three answers, at addresses of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, json, request, stream_with_context, url_for
from flask_babel import gettext as _

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
from mall.points.queries.checkpoints import Folder
from mall.points.queries.inclusion import proof_file
from mall.points.rules.checkpoint import Unreadable
from mall.points.views.blueprint import points
from mall.points.views.statement_csv import rows
from mall.points.views.statement_lines import by_day, summary
from mall.web import guards
from mall.web.db import now, reading
from mall.web.pages import page, trouble

MONTHS = 12
LINES = 100
"""So many movements on a page."""
SHEET = 2_000
"""A month of up to so many movements can be had on one sheet, to print; a longer one as a spreadsheet."""
RECENT = timedelta(days=31)
"""How long after its end a statement still says what is about to be lost: later that is another month's matter."""


@dataclass(frozen=True)
class Ways:
    """Where the links of a statement lead: to the dealer's own pages, or to those of the desk."""

    month: date
    pages: str = "points.statement"
    movements: str = "points.movement"
    lots: str = "points.lots"
    whose: dict[str, Any] = field(default_factory=dict)
    """What an address of the desk says more."""

    def page(self, number: int) -> str:
        """A page of a long month."""
        return f"{url_for(self.pages, month=self.month, page=number, **self.whose)}#lines-title"

    @property
    def whole(self) -> str:
        """All of the month on one sheet."""
        return url_for(self.pages, month=self.month, all=1, **self.whose)

    @property
    def itself(self) -> str:
        """The statement."""
        return url_for(self.pages, month=self.month, **self.whose)

    @property
    def csv(self) -> str:
        """Its spreadsheet."""
        return url_for(f"{self.pages}_csv", month=self.month, **self.whose)

    @property
    def proof(self) -> str:
        """Its proof."""
        return url_for(f"{self.pages}_proof", month=self.month, **self.whose)

    def movement(self, seq: int) -> str:
        """One movement."""
        return url_for(self.movements, seq=seq, **self.whose)


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
    return page("points/statement.html", **sheet(guards.member().dealer_id, month), ways=Ways(month))


@points.get("/points/statements/<month:month>.csv")
@guards.member_required
def statement_csv(month: date) -> Response:
    """The same for a spreadsheet."""
    return spreadsheet(guards.member().dealer_id, Ways(month))


@points.get("/points/statements/<month:month>/proof.json")
@guards.member_required
def statement_proof(month: date) -> Response:
    """The proof that its movements stand in the signed history, for the stand-alone script to check."""
    return proof(guards.member().dealer_id, Ways(month))


def sheet(dealer_id: int, month: date) -> dict[str, Any]:
    """What a statement's page tells. A month of many movements is read a page at a time."""
    asked = StatementAsked.of(request.args)
    session, at = reading(), now()
    told = statement(session, dealer_id, month, at)
    whole = told.count <= LINES or (asked.whole and told.count <= SHEET)
    lines = max(told.count, 1) if whole else LINES
    pages = max(-(-told.count // lines), 1)
    number = min(asked.page, pages)
    first = told.first_seq + (number - 1) * lines
    movements = between(session, dealer_id, first, min(first + lines - 1, told.last_seq)) if told.count else ()
    return {
        "statement": told,
        "summary": summary(told, turnover(session, dealer_id, told.first_seq, told.last_seq)) if number == 1 else None,
        "days": by_day(movements, told.zone),
        "number": number,
        "pages": pages,
        "sheet": pages > 1 and told.count <= SHEET,
        "endings": _endings(told) if number == 1 else None,
        "covered": checkpoint_over(session, dealer_id, told.head_seq),
        "in_wechat": _in_wechat(),
        "at": at,
    }


def spreadsheet(dealer_id: int, ways: Ways) -> Response:
    """A statement as CSV, sent as it is read."""
    session = reading()
    told = statement(session, dealer_id, ways.month, now())
    if _in_wechat():
        return page("points/statement_elsewhere.html", ways=ways)
    written = stream_with_context(rows(session, told))
    return _named(Response(written, content_type="text/csv; charset=utf-8"), told, "csv")


def proof(dealer_id: int, ways: Ways) -> Response:
    """A statement's proof as JSON. Refused while no checkpoint covers it."""
    session = reading()
    told = statement(session, dealer_id, ways.month, now())
    if _in_wechat():
        return page("points/statement_elsewhere.html", ways=ways)
    folder = Folder(current_app.extensions["settings"].checkpoints)
    try:
        proven = proof_file(session, folder, dealer_id, told.first_seq, told.last_seq)
    except (Unreadable, LookupError):  # the folder, or a key in it, is not there
        current_app.logger.exception("a checkpoint cannot be read")
        return trouble(503, title=_("暂时取不到校验文件"), text=_("存放存证的地方暂时读不到，请稍后再试。"))
    return _named(Response(json.dumps(proven), content_type="application/json"), told, "json")


def _named(answer: Response, told: Statement, kind: str) -> Response:
    name = f"statement-{told.dealer_code}-{told.month:%Y-%m}.{kind}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _endings(told: Statement) -> list[MonthEnding] | None:
    """What is lost in the months to come, as things stand now; only on a statement that is still of today."""
    if now() >= told.ends_at + RECENT:
        return None
    endings = expiring_by_month(reading(), told.dealer_id, now(), told.zone)
    return [ending for ending in endings if ending.points]


def _in_wechat() -> bool:
    """WeChat prints nothing and downloads nothing: there a page says where to open it."""
    return "MicroMessenger" in request.user_agent.string
