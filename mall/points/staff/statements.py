"""A dealer's monthly statements at the desk: what the dealer sees, for a question on the phone or a letter."""

from __future__ import annotations

from datetime import date

from flask import Response

from mall.points.models.correction import MAY_SEE
from mall.points.queries import statements
from mall.points.queries.desk_account import dealer_by_code
from mall.points.staff.desk import desk_points
from mall.points.views.statements import Ways, proof, sheet, spreadsheet
from mall.web import guards
from mall.web.db import now, reading
from mall.web.filters import year_month
from mall.web.pages import page


@desk_points.get("/dealers/<code>/statements/<month:month>")
@guards.staff_required(*MAY_SEE)
def statement(code: str, month: date) -> Response:
    """A month's statement, as the dealer has it."""
    dealer = dealer_by_code(reading(), code)
    return page("points/desk_statement.html", **sheet(dealer.id, month), dealer=dealer, ways=_ways(code, month))


@desk_points.get("/dealers/<code>/statements/<month:month>.csv")
@guards.staff_required(*MAY_SEE)
def statement_csv(code: str, month: date) -> Response:
    """The same for a spreadsheet."""
    return spreadsheet(dealer_by_code(reading(), code).id, _ways(code, month))


@desk_points.get("/dealers/<code>/statements/<month:month>/proof.json")
@guards.staff_required(*MAY_SEE)
def statement_proof(code: str, month: date) -> Response:
    """The proof that its movements stand in the signed history."""
    return proof(dealer_by_code(reading(), code).id, _ways(code, month))


def months_told(dealer_id: int, code: str) -> list[tuple[str, str]]:
    """The last year's statements, newest first: what each is called and where it is."""
    found = statements(reading(), dealer_id, now())
    return [(year_month(told.month), _ways(code, told.month).itself) for told in found]


def _ways(code: str, month: date) -> Ways:
    return Ways(
        month,
        pages="desk_points.statement",
        movements="desk_points.account_movement",
        lots="desk_points.account",
        whose={"code": code},
    )
