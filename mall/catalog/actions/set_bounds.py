"""How far regions may leave the library: the brand's to say, and at once true of what regions have said already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.money import BPS
from mall.base.refused import Malformed
from mall.catalog.actions.bounds import follow_library, held
from mall.catalog.actions.editions import take_back
from mall.catalog.models import BoundsCut, BoundsMoved, EditionBounds, Item, ItemEdition, Said, Sku
from mall.catalog.queries.beside import said_by
from mall.catalog.queries.bounds import regions_plans
from mall.catalog.rules.editions import without
from mall.dealers.models import WHOLE, Scope

_COLUMNS = {
    Said.NAMES: ItemEdition.names,
    Said.SUBTITLES: ItemEdition.subtitles,
    Said.DESCRIPTIONS: ItemEdition.descriptions,
    Said.PICTURES: ItemEdition.pictures,
    Said.SHELF: ItemEdition.off_from,
}


def set_bounds(
    session: Session,
    now: datetime,
    *,
    down_bps: int,
    up_bps: int,
    parts: Collection[Said],
    revision: int,
    sure: bool,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Say what regions may say differently, and how far their prices may lie from the brand's, in ten-thousandths.

    Gives back the bounds' revision; the same again changes nothing. What regions have said outside of narrower bounds
    follows the library from now on, each with a version and a line in the log. Refused: whoever does not look after
    the whole brand, bounds that others have changed meanwhile, narrower ones that cut what was said unless `sure`.
    """
    scope.must_be_whole()
    if not (0 <= down_bps <= BPS and 0 <= up_bps <= BPS):
        raise Malformed
    row = held(session, now, change=True)
    theirs = sorted(part.value for part in parts)
    before, after = _facts(row), {"down_bps": down_bps, "up_bps": up_bps, "parts": theirs}
    if before == after:
        return row.revision
    if row.revision != revision:
        raise BoundsMoved
    row.down_bps, row.up_bps, row.parts = down_bps, up_bps, theirs
    row.revision, row.changed_at, row.changed_by = row.revision + 1, now, actor
    session.flush()
    closed = [part for part in Said if part not in parts]
    _lock_items(session, now, closed)
    editions = _saying(session, closed)
    for one in editions:
        take_back(session, now, one, without(said_by(one), closed), actor=actor, address=address)
    plans = follow_library(session, now, actor=actor, address=address)
    if (editions or plans) and not sure:
        raise BoundsCut(editions=len(editions), plans=plans)
    detail = {"before": before, "after": after, "editions": len(editions), "plans": plans}
    note(session, now, actor=actor, act="edition.bounds", subject="edition_bounds:1", address=address, detail=detail)
    return row.revision


def _saying(session: Session, closed: Collection[Said]) -> list[ItemEdition]:
    """The editions that say what is no region's to say any more."""
    says = [_COLUMNS[part].is_not(None) for part in closed if part in _COLUMNS]
    if not says:
        return []
    found = select(ItemEdition).where(or_(*says)).order_by(ItemEdition.item_id, ItemEdition.region)
    return list(session.scalars(found, execution_options={"populate_existing": True}))


def _lock_items(session: Session, now: datetime, closed: Collection[Said]) -> None:
    """Whoever writes on these rewards meanwhile waits, and is judged by the new bounds."""
    skus = {plan.sku_id for plan in regions_plans(session, now)}
    items = {one.item_id for one in _saying(session, closed)}
    items.update(session.scalars(select(Sku.item_id).where(Sku.id.in_(skus))) if skus else ())
    if items:
        session.execute(select(Item.id).where(Item.id.in_(items)).order_by(Item.id).with_for_update())


def _facts(row: EditionBounds) -> dict[str, Any]:
    return {"down_bps": row.down_bps, "up_bps": row.up_bps, "parts": sorted(row.parts)}
