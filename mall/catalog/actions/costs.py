"""What a piece costs is written in one way, wherever it is typed: a higher cost that it had is held for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Malformed
from mall.catalog.actions.plans import locked_sku
from mall.catalog.models import Sku
from mall.catalog.rules.costs import lowered
from mall.dealers.models import WHOLE, Scope


def set_cost(
    session: Session,
    now: datetime,
    *,
    sku_code: str,
    cost_fen: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Write down what a piece of a SKU costs the brand, without tax; 0 is not known.

    Prices are held against a cost that was higher for `HELD_FOR` more, so that whoever lowers it prices nothing by it.
    Refused: whoever does not look after the whole brand; less than nothing.
    """
    scope.must_be_whole()
    if cost_fen < 0:
        raise Malformed
    sku, _item_id = locked_sku(session, sku_code)
    if sku.cost_fen == cost_fen:
        return
    detail = {"before": sku.cost_fen, "after": cost_fen}
    put_cost(sku, now, cost_fen)
    session.flush()
    note(session, now, actor=actor, act="plan.cost", subject=f"sku:{sku.id}", address=address, detail=detail)


def put_cost(sku: Sku, now: datetime, cost_fen: int) -> None:
    """Let a piece of a SKU cost so much, in fen without tax; 0 is not known. Whoever calls has its item locked."""
    was = sku.cost_fen or 0  # one that is just being made has none yet
    if was != cost_fen:
        sku.held_fen, sku.held_until = lowered(was, cost_fen, sku.held_fen or 0, sku.held_until, now)
    sku.cost_fen = cost_fen
