"""A price below cost: one merchandiser asks for it and says why, a second one agrees, and only then it is a price."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import Forbidden
from mall.base.types import canonical
from mall.catalog.actions.plans import PlanToPut, add_plan
from mall.catalog.models import NoSuchSku, Sku
from mall.catalog.rules.pricing import Costs
from mall.dealers.models import WHOLE, Scope, StaffRole, Tier
from mall.proposals.actions import agree, ask, judge, locked
from mall.proposals.models import Proposal

WHAT = "plan.below_cost"
MAY_AGREE = (StaffRole.MERCHANDISER, StaffRole.ADMINISTRATOR)


def ask_below_cost(
    session: Session,
    now: datetime,
    *,
    sku_code: str,
    put: PlanToPut,
    costs: Costs,
    note: str,
    key: str,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> Proposal:
    """Ask for a price that lies below cost. Sent again it is the same proposal.

    Another price from the same form, opened again, is another proposal. Refused: a price for a region outside the
    scope; no such SKU; no reason given.
    """
    scope.must_cover(put.region)
    sku = session.scalar(select(Sku.id).where(Sku.code == sku_code))
    if sku is None:
        raise NoSuchSku
    facts = {"sku": sku_code, "plan": _facts(put), "costs": asdict(costs), "confined": scope.regional}
    asked = sha256(canonical([sku_code, facts["plan"]]).encode()).hexdigest()[:16]
    one = f"{key[:40]}/{asked}" if key else ""
    return ask(
        session, now, what=WHAT, subject=f"sku:{sku}", facts=facts, note=note, key=one, actor=actor, address=address
    )


def agree_below_cost(
    session: Session,
    now: datetime,
    *,
    proposal_id: int,
    role: StaffRole,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Be the second person to a price below cost: it is added as if its maker had added it now.

    A second tap changes nothing. Refused: another role or scope; who asked for it; what is decided otherwise; a price
    that has no shape any more, since its time is over.
    """
    if role not in MAY_AGREE:
        raise Forbidden
    made = locked(session, proposal_id, WHAT)
    put = plan_of(made)
    scope.must_cover(put.region)
    if not judge(made, actor):
        return
    agree(session, now, made, actor=actor, address=address)
    said: dict[str, Any] = {"sku_code": made.facts["sku"], "put": put, "costs": Costs(**made.facts["costs"])}
    said["confined"] = made.facts.get("confined", False)  # a region's price, whoever agrees to it
    add_plan(session, now, **said, actor=made.made_by, checker=actor, address=address)


def plan_of(made: Proposal) -> PlanToPut:
    """The price that a proposal asks for."""
    facts = made.facts["plan"]
    return PlanToPut(
        points=facts["points"],
        step=facts["step"],
        cash_fen=facts["cash_fen"],
        tier=Tier(facts["tier"]) if facts["tier"] else None,
        region=facts["region"],
        starts_at=_moment(facts["starts_at"]),
        ends_at=_moment(facts["ends_at"]),
    )


def _facts(put: PlanToPut) -> dict[str, Any]:
    return asdict(put) | {
        "tier": put.tier.value if put.tier else None,
        "starts_at": put.starts_at.isoformat() if put.starts_at else None,
        "ends_at": put.ends_at.isoformat() if put.ends_at else None,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
