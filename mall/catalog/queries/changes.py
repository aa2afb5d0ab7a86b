"""What changed on a reward beside its versions: prices, costs and freight, which hold at once, and what regions say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.catalog.models import PricePlan, Sku

PRICES = ("plan.add", "plan.withdraw", "plan.batch", "plan.outside")
COSTS = ("plan.cost", "freight.choose")
REGIONS = ("edition.say", "edition.give_up", "edition.outside")
MOST = 200

Price = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One of them as the audit log has it: `sku` is a code, '' where it is of the whole reward; `before` and `after`
    are points and cash of a price, none for none.
    """

    at: datetime
    by: str
    act: str
    sku: str
    detail: Mapping[str, Any]
    before: Price | None = None
    after: Price | None = None


def changes(session: Session, item_id: int) -> list[Change]:
    """The latest changes of a reward beside its versions, the newest first."""
    rows = session.execute(select(Sku.id, Sku.code).where(Sku.item_id == item_id))
    skus = {f"sku:{row.id}": row.code for row in rows}
    of_it = AuditEntry.subject.in_([f"item:{item_id}", *skus])
    newest = select(AuditEntry).where(of_it, AuditEntry.act.in_([*PRICES, *COSTS, *REGIONS]))
    entries = session.scalars(newest.order_by(AuditEntry.id.desc()).limit(MOST)).all()
    replaced = _prices(session, [one for entry in entries for one in entry.detail.get("replaces", ())])
    return [_change(entry, skus.get(entry.subject, ""), replaced) for entry in entries]


def _prices(session: Session, plans: Sequence[int]) -> dict[int, Price]:
    asked = select(PricePlan.id, PricePlan.points, PricePlan.cash_fen).where(PricePlan.id.in_(plans))
    return {row.id: (row.points, row.cash_fen) for row in session.execute(asked)} if plans else {}


def _change(entry: AuditEntry, sku: str, replaced: Mapping[int, Price]) -> Change:
    said, before, after = entry.detail, None, None
    if entry.act == "plan.batch":
        before, after = _pair(said.get("before")), _pair(said.get("after"))
    elif entry.act == "plan.add":
        before = next((replaced[one] for one in said.get("replaces", ()) if one in replaced), None)
        after = (said["points"], said["cash_fen"])
    elif entry.act in PRICES:
        before = (said["points"], said["cash_fen"])
    return Change(at=entry.at, by=entry.actor, act=entry.act, sku=sku, detail=said, before=before, after=after)


def _pair(value: Any) -> Price | None:
    return (value[0], value[1]) if value else None
