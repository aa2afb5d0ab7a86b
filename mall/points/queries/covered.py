"""Heads that checkpoints cover, held against the ledger: each must still be there, the same, and none after it gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, column, select, values
from sqlalchemy.orm import Session

from mall.base.types import Id, Int
from mall.dealers.models import Dealer
from mall.points.models import Account, CheckpointLeaf, Entry
from mall.points.rules.checkpoint import Head

AT_ONCE = 500
"""Heads a statement: four values each, far below what a statement may carry."""

_account = cast(Table, Account.__table__)
_dealer = cast(Table, Dealer.__table__)
_entry = cast(Table, Entry.__table__)
_leaf = cast(Table, CheckpointLeaf.__table__)


@dataclass(frozen=True, slots=True)
class Seen:
    """A head of a checkpoint, and what the database has in its place (None where it has nothing)."""

    head: Head
    dealer: str | None
    """The dealer's code."""
    last_seq: int | None
    hash: bytes | None
    indexed_under: int | None
    indexed_hash: bytes | None

    @property
    def cut(self) -> bool:
        """Whether the account ends before this entry."""
        return self.last_seq is None or self.last_seq < self.head.seq

    @property
    def changed(self) -> bool:
        """Whether the entry is not the one that was covered."""
        return self.hash != self.head.hash


def seen(session: Session, heads: Sequence[Head]) -> Iterator[Seen]:
    """Each head with what the database has in its place, in their order."""
    for start in range(0, len(heads), AT_ONCE):
        part = heads[start : start + AT_ONCE]
        wanted = (
            values(column("n", Int), column("dealer_id", Id), column("account_no", Id), column("seq", Int), name="w")
            .data([(n, head.dealer_id, head.account_no, head.seq) for n, head in enumerate(part)])
            .cte("wanted")
        )
        same = (wanted.c.dealer_id, wanted.c.account_no)
        rows = session.execute(
            select(
                wanted.c.n,
                _dealer.c.code,
                _account.c.last_seq,
                _entry.c.hash,
                _leaf.c.checkpoint_no,
                _leaf.c.head_hash,
            )
            .select_from(wanted)
            .outerjoin(_dealer, _dealer.c.id == wanted.c.dealer_id)
            .outerjoin(_account, (_account.c.dealer_id == same[0]) & (_account.c.account_no == same[1]))
            .outerjoin(
                _entry,
                (_entry.c.dealer_id == same[0]) & (_entry.c.account_no == same[1]) & (_entry.c.seq == wanted.c.seq),
            )
            .outerjoin(
                _leaf,
                (_leaf.c.dealer_id == same[0]) & (_leaf.c.account_no == same[1]) & (_leaf.c.seq == wanted.c.seq),
            )
            .order_by(wanted.c.n)
        )
        for n, *found in rows:
            yield Seen(part[n], *found)


def apart(session: Session, heads: Sequence[Head]) -> Iterator[Seen]:
    """The heads that are not in the ledger as they were covered."""
    return (one for one in seen(session, heads) if one.cut or one.changed)
