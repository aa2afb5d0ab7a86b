"""What regions say of rewards, as parts of the statements that read rewards for a dealer.

Where the brand's library says a text or a picture, the edition of the closest region that says it stands in its place;
what no region says is the library's. A reward that any of a dealer's regions hides is not there for that dealer.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Exists, Label, Table, and_, bindparam, exists, func, or_, select

from mall.base.types import Instant, Json
from mall.catalog.models import Item, ItemEdition

_item, _edition = cast(Table, Item.__table__), cast(Table, ItemEdition.__table__)

REGIONS: BindParameter[Any] = bindparam("regions", expanding=True)
"""The dealer's region and all above it (`rules/plans.py: regions_above`)."""
_THEIRS = _edition.c.region.in_(REGIONS)
_NOW = bindparam("now", type_=Instant)
_OFF_NOW = and_(_edition.c.off_from <= _NOW, or_(_edition.c.off_until.is_(None), _edition.c.off_until > _NOW))

HIDDEN = select(_edition.c.item_id).where(_THEIRS, _OFF_NOW)
"""The rewards that a dealer of these regions does not see now."""
ANY = exists(select(1).select_from(_edition).where(_THEIRS))
"""Whether these regions say anything at all of any reward."""
HIDES = exists(select(1).select_from(_edition).where(_THEIRS, _OFF_NOW))
"""Whether they hide any now."""


def holds_in(region: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an edition holds for whoever is in a region that is itself a column."""
    path = _edition.c.region + "/"
    return func.substr(region + "/", 1, func.length(path)) == path


def worn(name: str, holds: ColumnElement[bool] = _THEIRS) -> Label[Any]:
    """A part of the reward of the statement around it, as the closest region has it that says it, else the library."""
    closest = (
        select(_edition.c[name])
        .where(_edition.c.item_id == _item.c.id, holds, _edition.c[name].is_not(None))
        .order_by(func.length(_edition.c.region).desc())
        .limit(1)
        .scalar_subquery()
        .correlate_except(_edition)
    )
    return func.coalesce(closest, _item.c[name], type_=Json()).label(name)


def hidden(holds: ColumnElement[bool] = _THEIRS) -> Exists:
    """Whether the reward of the statement around it is hidden from these regions now."""
    return exists(select(1).where(_edition.c.item_id == _item.c.id, holds, _OFF_NOW).correlate_except(_edition))
