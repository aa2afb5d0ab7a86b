"""A price as a row of a batch keeps it, and as it comes again from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mall.base import bulk
from mall.base.ids import new_id
from mall.catalog.rules.plans import Plan
from mall.dealers.models import Tier


def facts(plan: Plan) -> dict[str, Any]:
    """A price as a row keeps it."""
    return {
        "id": plan.id,
        "step": plan.step,
        "tier": plan.tier.value if plan.tier else "",
        "region": plan.region,
        "points": plan.points,
        "cash_fen": plan.cash_fen,
        "starts_at": plan.starts_at.isoformat(),
        "ends_at": plan.ends_at.isoformat() if plan.ends_at and not plan.stands else None,
        "bounded": plan.bounded,
    }


def come_again(said: Mapping[str, Any], sku: int, now: datetime) -> Plan:
    """A price that comes again."""
    return Plan(
        id=new_id(now),
        sku_id=sku,
        step=said["step"],
        points=said["points"],
        cash_fen=said["cash_fen"],
        tier=Tier(said["tier"]) if said["tier"] else None,
        region=said["region"],
        starts_at=max(datetime.fromisoformat(said["starts_at"]), now),
        ends_at=datetime.fromisoformat(said["ends_at"]) if said["ends_at"] else None,
        bounded=1 if said["bounded"] else 0,
    )


def written(plan: Plan, now: datetime) -> bulk.Row:
    """The row of a price."""
    return {
        "id": plan.id,
        "sku_id": plan.sku_id,
        "step": plan.step,
        "points": plan.points,
        "cash_fen": plan.cash_fen,
        "tier": plan.tier,
        "region": plan.region,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "created_at": now,
        "withdrawn_at": None,
        "bounded": plan.bounded,
    }
