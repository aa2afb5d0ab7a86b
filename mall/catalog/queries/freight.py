"""What sending an order costs, by the freight templates of its rewards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.base.found import means
from mall.catalog.models import FreightTemplate, Item, NoSuchTemplate
from mall.catalog.rules.freight import Rule, fee, rules_from


def freight_of(session: Session, *, lines: Sequence[tuple[int | None, int]], region: str) -> int:
    """Fen for one order: lines are (freight template or none, pieces), the region is the address's 省/市/区县/街道.

    Pieces of one template travel together; a line without a template is free. Refused with NotDelivered where
    one of them does not go to this province.
    """
    pieces: Counter[int] = Counter()
    for template, quantity in lines:
        if template is not None:
            pieces[template] += quantity
    if not pieces:
        return 0
    found = session.execute(
        select(FreightTemplate.id, FreightTemplate.rules)
        .where(FreightTemplate.id.in_(pieces))
        .order_by(FreightTemplate.id)
    )
    return sum(fee(rules_from(row.rules), pieces=pieces[row.id], region=region) for row in found)


@dataclass(frozen=True)
class TemplateShown:
    """A template with how many rewards are sent by it."""

    id: int
    code: str
    name: str
    rules: tuple[Rule, ...]
    changed_at: datetime
    items: int


def rules_of(session: Session, template_id: int) -> tuple[Rule, ...]:
    """The rules of a template."""
    return rules_from(session.scalars(select(FreightTemplate.rules).where(FreightTemplate.id == template_id)).one())


def templates(session: Session, q: str = "") -> list[TemplateShown]:
    """Templates by name: all, or those that what was typed means, by name, pinyin, code or province."""
    used = select(func.count()).where(Item.freight_template_id == FreightTemplate.id).scalar_subquery()
    rows = session.execute(select(FreightTemplate, used).order_by(FreightTemplate.name, FreightTemplate.id))
    found = [TemplateShown(row.id, row.code, row.name, rules_from(row.rules), row.changed_at, n) for row, n in rows]
    return [one for one in found if not q or means(q, [one.name, *_provinces(one)], [one.code])]


def _provinces(one: TemplateShown) -> list[str]:
    return [province for rule in one.rules for province in rule.provinces]


def template(session: Session, code: str) -> TemplateShown:
    """One template by its code. Refused: no such template."""
    for one in templates(session):
        if one.code == code:
            return one
    raise NoSuchTemplate
