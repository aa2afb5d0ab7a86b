"""Rule versions as numbers, for judging and for showing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mall.base.money import BPS
from mall.earning.models import Earned, EarningRule, PointValue
from mall.earning.rules.judgement import FEN, Rule, choose

PROGRAMME = 1
"""The one programme that partners' documents earn in."""


def rule_versions(session: Session) -> list[Rule]:
    """All rule versions of the programme, as numbers."""
    rows = session.execute(select(EarningRule.__table__).where(EarningRule.programme_id == PROGRAMME))
    return [
        Rule(
            code=row.code,
            version=row.version,
            from_on=row.from_on,
            until_on=row.until_on,
            source=row.source,
            points_per_yuan=row.points_per_yuan,
            validity_months=row.validity_months,
            minimum_fen=row.minimum_fen,
            rounding=row.rounding,
            cap_points=row.cap_points,
            categories=row.categories,
            flags=row.flags,
            unit_value=row.unit_value,
            fund_code=row.fund_code,
        )
        for row in rows
    ]


def point_value(session: Session, on: date) -> int:
    """What a point is worth on a day, in millionths of the currency's unit: as two people agreed, else by the rule for
    all that holds then; nought if none says so.
    """
    agreed = select(PointValue.value).where(PointValue.from_on <= on)
    value = session.scalar(agreed.order_by(PointValue.from_on.desc(), PointValue.id.desc()).limit(1))
    if value is not None:
        return value
    rule = choose([rule for rule in rule_versions(session) if rule.source is None], "", on)
    return rule.unit_value if rule else 0


def point_values(session: Session) -> list[PointValue]:
    """All values of a point that two people agreed to, the newest day first."""
    newest = select(PointValue).order_by(PointValue.from_on.desc(), PointValue.id.desc()).limit(100)
    return list(session.scalars(newest))


def fen_for(session: Session, dealer_id: int, on: date, points: int) -> int | None:
    """About how much a dealer orders to earn so many points by the base rule of a day, in fen, rounded up to a yuan.

    Of several rules that hold for its documents the one that gives least counts; coefficients of categories and
    flags, minima and caps are left aside. None where no rule holds.
    """
    rules = rule_versions(session)
    named = {rule.source for rule in rules if rule.source}
    sources = sources_of(session, dealer_id, named) or {""}
    holding = [rule for source in sources if (rule := choose(rules, source, on))]
    least = min((rule.points_per_yuan for rule in holding if rule.points_per_yuan > 0), default=None)
    return None if least is None else -(-points * BPS // least) * FEN


def sources_of(session: Session, dealer_id: int, sources: Iterable[str]) -> set[str]:
    """Which of these partners have posted documents of this dealer."""
    return {
        source
        for source in sources
        if session.scalar(select(exists().where(Earned.dealer_id == dealer_id, Earned.source == source)))
    }
