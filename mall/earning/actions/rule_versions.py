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
from mall.earning.models import EarningRule, Partner, RuleFixed, UnknownRuleSource, ValueNeedsTwo
from mall.earning.queries import PROGRAMME, point_value, rule_versions
from mall.earning.rules.judgement import LARGEST, Rule

USUAL_VALUE = 10_000
"""A point is worth a fen where nothing else is said, in millionths of the currency's unit."""


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


def add_next_rule(
    session: Session, now: datetime, /, *, today: date, from_on: date, unit_value: int | None = None, **said: Any
) -> str:
    """Add the next version of a rule as one person does, by `add_rule`: a point stays worth what it is.

    What it is worth is for two people of finance to say (`point_value.py`). Without a `unit_value` a rule takes what
    holds; only the first rule of all, before anything says what a point is worth, may bring its own. Refused: another
    value.
    """
    held = _worth(session, max(from_on, today))
    if unit_value is not None and held not in (None, unit_value):
        raise ValueNeedsTwo(held=held)
    value = held or unit_value or USUAL_VALUE
    return add_rule(session, now, from_on=from_on, unit_value=value, **said)


def _worth(session: Session, on: date) -> int | None:
    """What a point is worth on a day; where no rule holds then, by the latest for all. None before the first rule."""
    if value := point_value(session, on):
        return value
    rules = rule_versions(session)
    for_all = [rule for rule in rules if rule.source is None]
    latest = max(for_all, key=lambda one: (one.from_on, one.version), default=None)
    return (latest.unit_value if latest else 0) or (USUAL_VALUE if rules else None)


def _next(session: Session, code: str) -> int:
    newest = select(func.max(EarningRule.version)).where(
        EarningRule.programme_id == PROGRAMME, EarningRule.code == code
    )
    return (session.scalar(newest) or 0) + 1
