"""What a search finds, as a sub-select of item ids with a score: all that is needed must be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, Select, Subquery, Table, bindparam, func, literal, select, union_all

from mall.base.found import Wanted
from mall.catalog.models import EditionTerm, Term
from mall.catalog.queries.editions import REGIONS

Shape = tuple[tuple[bool, bool], ...]

_term, _regional = cast(Table, Term.__table__), cast(Table, EditionTerm.__table__)


def shape(wanted: Sequence[Wanted]) -> Shape:
    """What a search's statement depends on: of each term, whether it is a beginning and whether it is needed."""
    return tuple((want.prefix, want.needed) for want in wanted)


def found(shape: Shape, *, regional: bool = False) -> Subquery:
    """Items that have every needed term, as columns item_id and score; the parameters come from `values`.

    `regional`: what the editions of the dealer's regions are called is read too, by the parameter `regions`.
    """
    each = []
    for at, (prefix, needed) in enumerate(shape):
        has = [_has(table, at, prefix=prefix) for table in ((_term, _regional) if regional else (_term,))]
        hits = has[0] if len(has) == 1 else union_all(*has)
        hit = hits.subquery().c
        each.append(
            select(hit.item_id, func.max(hit.weight).label("weight"), literal(int(needed)).label("needed")).group_by(
                hit.item_id
            )
        )
    one_each = union_all(*each).subquery("one_each")
    return (
        select(one_each.c.item_id, func.sum(one_each.c.weight).label("score"))
        .group_by(one_each.c.item_id)
        .having(func.sum(one_each.c.needed) == sum(needed for _, needed in shape))
        .subquery("found")
    )


def _has(terms: Table, at: int, *, prefix: bool) -> Select[Any]:
    """Where the term of this place stands: in the library's words, or in those of the dealer's regions."""
    term = terms.c.term
    first: BindParameter[str] = bindparam(f"term_{at}")
    has = [term >= first, term < bindparam(f"end_{at}")] if prefix else [term == first]
    hits = select(terms.c.item_id, terms.c.weight).where(*has)
    return hits.where(terms.c.region.in_(REGIONS)) if terms is _regional else hits


def values(wanted: Sequence[Wanted]) -> dict[str, Any]:
    """The parameters of `found`. The end of "all that begin with bao" is bap, by bytes."""
    given: dict[str, Any] = {}
    for at, want in enumerate(wanted):
        given[f"term_{at}"] = want.term
        if want.prefix:
            given[f"end_{at}"] = want.term[:-1] + chr(ord(want.term[-1]) + 1)
    return given
