"""What a dealer reads about earning: the rules of the day, beside how points are used, expire and come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Flask, Response, current_app
from sqlalchemy.orm import Session

from mall.base.time import add_months, civil_day
from mall.earning.models import Partner
from mall.earning.queries import PROGRAMME, point_value, rule_versions, sources_of
from mall.earning.rules.judgement import Rule, choose, judge
from mall.points.models import Programme
from mall.web import guards
from mall.web.db import now, reading
from mall.web.pages import page

EXAMPLE_FEN = 12_345_67

earning = Blueprint("earning", __name__)


@dataclass(frozen=True)
class RuleShown:
    """A rule version as it is read: whose orders it is for, and what one order of an everyday amount earns."""

    rule: Rule
    partner: str
    example_fen: int
    example_points: int
    ends_in: date
    """The month with whose end points of an order of today expire."""


def register(app: Flask) -> None:
    """Serve the page of rules, and tell the catalogue, on the same floor, what a point is worth."""
    app.extensions["point_value"] = point_value
    app.register_blueprint(earning)


@earning.get("/points/rules")
@guards.member_required
def rules() -> Response:
    """How points are earned now and were before, and what becomes of them.

    Rules of single partners are shown to the dealers they have posted for, and to dealers nobody has posted for yet.
    """
    session = reading()
    today = civil_day(now(), current_app.extensions["settings"].zone)
    versions = rule_versions(session)
    theirs = sources_of(session, guards.member().dealer_id, {rule.source for rule in versions if rule.source})
    versions = [rule for rule in versions if rule.source is None or not theirs or rule.source in theirs]
    current = in_force(versions, today)
    programme = session.get(Programme, PROGRAMME)
    return page(
        "earning/rules.html",
        current=[_shown(session, rule, today) for rule in current],
        others=sorted((x for x in versions if x not in current), key=lambda x: (x.from_on, x.code), reverse=True),
        grace_days=programme.grace_days if programme else 0,
    )


def in_force(versions: Sequence[Rule], today: date) -> list[Rule]:
    """The rule for everybody's orders of this day, and those of single partners that go before it."""
    sources = ["", *sorted({rule.source for rule in versions if rule.source})]
    chosen = [choose(versions, source, today) for source in sources]
    return [rule for at, rule in enumerate(chosen) if rule is not None and rule not in chosen[:at]]


def _shown(session: Session, rule: Rule, today: date) -> RuleShown:
    partner = session.get(Partner, rule.source) if rule.source else None
    return RuleShown(
        rule=rule,
        partner=partner.name if partner else rule.source or "",
        example_fen=EXAMPLE_FEN,
        example_points=judge(rule, [("", (), EXAMPLE_FEN)]).points,
        ends_in=add_months(today, rule.validity_months),
    )
