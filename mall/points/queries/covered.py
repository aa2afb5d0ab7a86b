"""Heads that checkpoints cover, held against the ledger: each must still be there, the same, and none after it gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mall.points.rules.checkpoint import Head

AT_ONCE = 500
"""Heads a statement. They are numbers of our own, written into its text: a parameter each would take longer."""

SEEN = """
    WITH w (n, dealer_id, account_no, seq) AS (VALUES {wanted})
    SELECT w.n, a.last_seq, e.hash, l.checkpoint_no, l.head_hash
    FROM w LEFT JOIN points_account a ON a.dealer_id = w.dealer_id AND a.account_no = w.account_no
    LEFT JOIN points_entry e ON e.dealer_id = w.dealer_id AND e.account_no = w.account_no AND e.seq = w.seq
    LEFT JOIN points_checkpoint_leaf l
      ON l.dealer_id = w.dealer_id AND l.account_no = w.account_no AND l.seq = w.seq
    ORDER BY w.n"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A head of a checkpoint, and what the database has in its place (None where it has nothing)."""

    head: Head
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
    connection = session.connection()
    for start in range(0, len(heads), AT_ONCE):
        part = heads[start : start + AT_ONCE]
        wanted = ", ".join(f"({n}, {x.dealer_id}, {x.account_no}, {x.seq})" for n, x in enumerate(part))
        for n, *found in connection.exec_driver_sql(SEEN.replace("{wanted}", wanted)):
            yield Seen(part[n], *found)


def apart(session: Session, heads: Sequence[Head]) -> Iterator[Seen]:
    """The heads that are not in the ledger as they were covered."""
    return (one for one in seen(session, heads) if one.cut or one.changed)
