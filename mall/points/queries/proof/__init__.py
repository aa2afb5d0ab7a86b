"""The ledger's proof: the hash chains computed anew, and statements that must give no row, slice by slice.

Each slice of dealers is proven within one snapshot, so that a mall at work gives no false alarm, and with a bounded
number of rows in memory, so that a ledger of any size can be proven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from mall.points.models import Scope
from mall.points.queries.proof.asking import invariant_faults
from mall.points.queries.proof.chains import chain_faults
from mall.points.queries.proof.fault import RULES, Fault
from mall.points.queries.proof.slices import LAST, Account, Slice, next_slice, snapshot

__all__ = ["RULES", "Account", "Fault", "Proven", "faults", "proven_slices"]


@dataclass(frozen=True, slots=True)
class Proven:
    """What came of a slice: how much of it was looked at, what was found, and the accounts in which nothing was."""

    accounts: int
    entries: int
    faults: list[Fault]
    clean: list[Account]


def proven_slices(engine: Engine, scope: Scope, *, dealer_id: int | None = None) -> Iterator[Proven]:
    """Prove the whole ledger, or what changed, or one dealer's accounts, a slice at a time, each in a snapshot.

    Between slices nothing is held: whoever takes them may write what came of each.
    """
    after, upto = (-1, LAST) if dealer_id is None else (dealer_id - 1, dealer_id)
    while after < upto:
        with snapshot(engine) as connection:
            part = next_slice(connection, scope, after, upto)
            proven = _prove(connection, part, scope)
        after = part.upto
        yield proven


def faults(session: Session) -> list[str]:
    """Everything that is wrong with the whole ledger, as this session sees it, told in English."""
    connection, after, found = session.connection(), -1, []
    while after < LAST:
        part = next_slice(connection, Scope.FULL, after, LAST)
        found += [fault.text for fault in _prove(connection, part, Scope.FULL).faults]
        after = part.upto
    return found


def _prove(connection: Connection, part: Slice, scope: Scope) -> Proven:
    found = [*chain_faults(connection, part.accounts), *invariant_faults(connection, part, scope)]
    accused = {fault.dealer_id for fault in found}
    return Proven(
        accounts=len(part.accounts),
        entries=sum(account.last_seq - account.since for account in part.accounts),
        faults=found,
        clean=[account for account in part.accounts if account.dealer_id not in accused],
    )
