"""Freight templates: what sending costs, and which rewards are sent by which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Malformed
from mall.catalog.models import FreightTemplate, Item, NoSuchItem, NoSuchTemplate, TemplateChanged
from mall.catalog.rules.freight import Rule, rules_from, sound
from mall.dealers.models import WHOLE, Scope

__all__ = ["put_freight_template", "rules_from", "send_by"]


def put_freight_template(
    session: Session,
    now: datetime,
    *,
    code: str,
    name: str,
    rules: Sequence[Rule],
    seen_at: datetime | None = None,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Write a template, new or known by its code, and give back its id; the same sent again changes nothing.

    Orders keep the fee they were quoted. `seen_at` is when the template that was looked at had been changed last.
    Refused: whoever does not look after the whole brand; rules that are not sound (`rules.freight.sound`), no name, a
    template changed by somebody else meanwhile.
    """
    scope.must_be_whole()
    if not name or not code or not sound(rules):
        raise Malformed
    written = [asdict(rule) | {"provinces": list(rule.provinces)} for rule in rules]
    row = session.scalar(select(FreightTemplate).where(FreightTemplate.code == code).with_for_update())
    if row is None:
        row = FreightTemplate(id=new_id(now), code=code, name=name, rules=written, created_at=now, changed_at=now)
        session.add(row)
    elif (row.name, row.rules) == (name, written):
        return row.id
    elif seen_at is not None and row.changed_at != seen_at:
        raise TemplateChanged(name=row.name)
    else:
        row.name, row.rules, row.changed_at = name, written, now
    session.flush()
    detail = {"name": name, "rules": written}
    note(session, now, actor=actor, act="freight.put", subject=f"freight:{row.id}", address=address, detail=detail)
    return row.id


def send_by(
    session: Session,
    now: datetime,
    *,
    item_code: str,
    template_code: str,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Choose the template of a reward; an empty code is free.

    Refused: whoever does not look after the whole brand; no such reward or template.
    """
    scope.must_be_whole()
    item = session.scalar(select(Item).where(Item.code == item_code).with_for_update())
    if item is None:
        raise NoSuchItem
    template = None
    if template_code:
        template = session.scalar(select(FreightTemplate.id).where(FreightTemplate.code == template_code))
        if template is None:
            raise NoSuchTemplate
    if item.freight_template_id == template:
        return
    item.freight_template_id = template
    session.flush()
    detail = {"template": template_code}
    note(session, now, actor=actor, act="freight.choose", subject=f"item:{item.id}", address=address, detail=detail)
