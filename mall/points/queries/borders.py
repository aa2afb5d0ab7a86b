"""Where a span of time begins and ends along an account.

An account's entries are posted in the order of `seq`, so a span of time is a range of it, and its ends are found along
the primary key by halving: some seventeen key reads for a hundred thousand entries, without an index more to write.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, case, literal, literal_column, select, union_all
from sqlalchemy.orm import Session

from mall.points.models import Account, Entry

_account = cast(Table, Account.__table__)
_entry = cast(Table, Entry.__table__)


def first_posted(session: Session, dealer_id: int, moments: list[datetime]) -> dict[datetime, int]:
    """For each moment the `seq` of the first entry posted at or after it, or one past the last."""
    wants: dict[str, Any] = {"dealer_id": dealer_id}
    distinct = sorted(set(moments))
    wants |= {f"at{n}": moment for n, moment in enumerate(distinct)}
    found = {n: int(seq) for n, seq in session.execute(_first(len(distinct)), wants)}
    return {moment: found.get(n, 1) for n, moment in enumerate(distinct)}


@lru_cache(maxsize=64)
def _first(count: int) -> Select[Any]:
    """Halve the range of each of `count` moments at once, until one step is left."""
    at = _entry.c.posted_at.type
    bounds = union_all(
        *(select(literal(n).label("n"), bindparam(f"at{n}", type_=at).label("at")) for n in range(count))
    ).cte("bounds")
    mine = (_account.c.dealer_id == bindparam("dealer_id")) & (_account.c.account_no == 0)
    halving = (
        select(
            bounds.c.n, bounds.c.at, literal(0, _entry.c.seq.type).label("low"), (_account.c.last_seq + 1).label("high")
        )
        .join_from(bounds, _account, mine)
        .cte("halving", recursive=True)
    )
    middle = (halving.c.low + halving.c.high).op(">>")(literal_column("1"))  # no two engines divide alike
    before = _entry.c.posted_at < halving.c.at
    halving = halving.union_all(
        select(
            halving.c.n,
            halving.c.at,
            case((before, _entry.c.seq), else_=halving.c.low),
            case((before, halving.c.high), else_=_entry.c.seq),
        )
        .join_from(
            halving,
            _entry,
            (_entry.c.dealer_id == bindparam("dealer_id")) & (_entry.c.account_no == 0) & (_entry.c.seq == middle),
        )
        .where(halving.c.high - halving.c.low > 1)
    )
    return select(halving.c.n, halving.c.high).where(halving.c.high - halving.c.low == 1)
