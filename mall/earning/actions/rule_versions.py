"""New versions of earning rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.money import Rounding
from mall.earning.models import EarningRule, Partner, RuleFixed, UnknownRuleSource
from mall.earning.queries import PROGRAMME, rule_versions
from mall.earning.rules.judgement import LARGEST, Rule


def add_rule(
    session: Session,
    now: datetime,
    *,
    code: str,
    from_on: date,
    points_per_yuan: int,
    validity_months: int,
    actor: str,
    version: int | None = None,
    source: str | None = None,
    until_on: date | None = None,
    minimum_fen: int = 0,
    rounding: Rounding = Rounding.FLOOR,
    cap_points: int | None = None,
    categories: Mapping[str, int] | None = None,
    flags: Mapping[str, int] | None = None,
    unit_value: int = 0,
    fund_code: str = "",
) -> str:
    """Add a version of a rule; without a number, the next. Gives code and version.

    `points_per_yuan` and all coefficients are in ten-thousandths. Refused: a version that is there with another
    content (the same content again changes nothing), a source that no partner has.
    """
    if source is not None and session.get(Partner, source) is None:
        raise UnknownRuleSource(source=source)
    for words in (categories or {}, flags or {}):
        if any(not 0 <= value <= LARGEST for value in words.values()):
            raise ValueError(f"coefficients lie between 0 and {LARGEST} ten-thousandths")
    version = version or _next(session, code)
    rule = Rule(
        code=code,
        version=version,
        source=source,
        from_on=from_on,
        until_on=until_on,
        points_per_yuan=points_per_yuan,
        minimum_fen=minimum_fen,
        rounding=rounding,
        cap_points=cap_points,
        validity_months=validity_months,
        categories=dict(categories or {}),
        flags=dict(flags or {}),
        unit_value=unit_value,
        fund_code=fund_code,
    )
    earlier = next((known for known in rule_versions(session) if known.name == rule.name), None)
    if earlier is not None:
        if earlier != rule:
            raise RuleFixed(rule=rule.name)
        return rule.name
    facts: dict[str, Any] = asdict(rule)
    session.add(EarningRule(programme_id=PROGRAMME, created_at=now, created_by=actor, **facts))
    note(session, now, actor=actor, act="rule.add", subject=f"rule:{rule.name}")
    return rule.name


def _next(session: Session, code: str) -> int:
    newest = select(func.max(EarningRule.version)).where(
        EarningRule.programme_id == PROGRAMME, EarningRule.code == code
    )
    return (session.scalar(newest) or 0) + 1
