"""What a search finds, as a sub-select of item ids with a score: all that is needed must be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Subquery, Table, bindparam, func, literal, select, union_all

from mall.catalog.models import Term
from mall.catalog.rules.search import Wanted

Shape = tuple[tuple[bool, bool], ...]

_term = cast(Table, Term.__table__)


def shape(wanted: Sequence[Wanted]) -> Shape:
    """What a search's statement depends on: of each term, whether it is a beginning and whether it is needed."""
    return tuple((want.prefix, want.needed) for want in wanted)


def found(shape: Shape) -> Subquery:
    """Items that have every needed term, as columns item_id and score; the parameters come from `values`."""
    each = []
    for at, (prefix, needed) in enumerate(shape):
        term = _term.c.term
        has = (
            [term >= bindparam(f"term_{at}"), term < bindparam(f"end_{at}")]
            if prefix
            else [term == bindparam(f"term_{at}")]
        )
        each.append(
            select(_term.c.item_id, func.max(_term.c.weight).label("weight"), literal(int(needed)).label("needed"))
            .where(*has)
            .group_by(_term.c.item_id)
        )
    one_each = union_all(*each).subquery("one_each")
    return (
        select(one_each.c.item_id, func.sum(one_each.c.weight).label("score"))
        .group_by(one_each.c.item_id)
        .having(func.sum(one_each.c.needed) == sum(needed for _, needed in shape))
        .subquery("found")
    )


def values(wanted: Sequence[Wanted]) -> dict[str, Any]:
    """The parameters of `found`. The end of "all that begin with bao" is bap, by bytes."""
    given: dict[str, Any] = {}
    for at, want in enumerate(wanted):
        given[f"term_{at}"] = want.term
        if want.prefix:
            given[f"end_{at}"] = want.term[:-1] + chr(ord(want.term[-1]) + 1)
    return given
