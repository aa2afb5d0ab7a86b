"""What a search finds, as a sub-select of item ids with a score: all that was asked for must be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Subquery, Table, bindparam, func, select, union_all

from mall.catalog.models import Term
from mall.catalog.rules.search import Wanted

_term = cast(Table, Term.__table__)


def found(shape: Sequence[bool]) -> Subquery:
    """Items that have every wanted term; one flag a term says whether it is a beginning. Columns item_id, score."""
    each = []
    for at, prefix in enumerate(shape):
        column = _term.c.term
        has = (column >= bindparam(f"term_{at}"), column < bindparam(f"end_{at}")) if prefix else (
            column == bindparam(f"term_{at}"),
        )
        each.append(
            select(_term.c.item_id, func.max(_term.c.weight).label("weight")).where(*has).group_by(_term.c.item_id)
        )
    one_each = union_all(*each).subquery("one_each")
    return (
        select(one_each.c.item_id, func.sum(one_each.c.weight).label("score"))
        .group_by(one_each.c.item_id)
        .having(func.count() == len(shape))
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
