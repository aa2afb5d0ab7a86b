"""The ledger held against its signed checkpoints: what the chains alone cannot tell, a history rewritten as a whole.

Whoever may write to the database can cut an account's tail, or change a document and compute every hash after it
anew. The heads that were signed and put elsewhere tell what stood there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from mall.base.types import micros
from mall.dealers.models import Dealer
from mall.points.models import Checkpoint, CheckpointLeaf
from mall.points.queries.checkpoints import Folder, holds
from mall.points.queries.covered import Seen, seen
from mall.points.queries.proof.fault import Fault, told
from mall.points.rules.checkpoint import Head, Signed, Unreadable, tree

_leaf = cast(Table, CheckpointLeaf.__table__)
Pairs = dict[str, tuple[object, object]]
"""What stands there and what must, by name."""


def checkpoint_faults(
    session: Session, folder: Folder, *, keys: Mapping[str, bytes] | None = None, after: int = 0
) -> Iterator[Fault]:
    """What does not hold of the checkpoints in a folder, and of the ledger beside them, in the checkpoints' order.

    All of them must be there; signatures, links, roots, heads and the database's index are proven of those after
    number `after`, and that they follow that one. `keys` are the public keys that are trusted, by their ids; without
    them those that lie published in the folder (whoever keeps keys elsewhere gives them).
    """
    trusted = folder.keys() if keys is None else keys
    # The folder first: what the database shows afterwards is no older than the heads that lie there.
    placed = folder.numbers()
    rows = {row.no: row for row in session.scalars(select(Checkpoint))}
    indexed, last = _indexed(session), max(rows, default=0)
    if rows and not folder.path.is_dir():
        yield Fault(
            "checkpoint_missing", 0, f"checkpoints 1 to {last}", found=f"no folder {folder.path}", expected="them"
        )
        return
    before: Signed | None = None
    for no in range(1, max([*placed, last]) + 1):
        signed = None
        try:
            if not folder.place(no).is_dir():
                yield _fault("checkpoint_missing", no)
            elif no >= after:
                signed = folder.signed(no)
                yield from _statement(signed, before, no, trusted)
                if no > after:
                    # A last one that was placed and not indexed yet is no fault: the next run writes its rows.
                    yield from _row(signed, rows.get(no)) if no <= last else ()
                    yield from _heads(session, signed, folder.heads(no), indexed.get(no, 0) if no in rows else None)
        except Unreadable as error:
            yield _fault("checkpoint_unreadable", no, str(error), "a sound file")
        before = signed


def _statement(signed: Signed, before: Signed | None, no: int, keys: Mapping[str, bytes]) -> Iterator[Fault]:
    """Signature, link and moment. What follows one that cannot be read is linked to nothing that is known."""
    stated = signed.stated
    if stated.key_id not in keys:
        yield _fault("checkpoint_key", no, stated.key_id, "a key that is trusted")
    elif not holds(signed, keys[stated.key_id]):
        yield _fault("checkpoint_signature", no)
    if before is not None or no == 1:
        previous = before.stated.hash() if before else None
        if stated.previous != previous:
            yield _fault("checkpoint_link", no, told(stated.previous), told(previous))
    if before is not None and stated.taken_at < before.stated.taken_at:
        yield _fault("checkpoint_time", no, told(stated.taken_at), f"{before.stated.taken_at} or later")


def _row(signed: Signed, row: Checkpoint | None) -> Iterator[Fault]:
    """The index's row beside the file."""
    stated = signed.stated
    if row is None:
        yield _fault("checkpoint_index", stated.no, "none", told(stated.hash()))
        return
    pairs: Pairs = {
        "hash": (row.hash, stated.hash()),
        "root": (row.root, stated.root),
        "previous": (row.previous, stated.previous),
        "signature": (row.signature, signed.signature),
        "key": (row.key_id, stated.key_id),
        "leaves": (row.leaves, stated.leaves),
        "moment": (micros(row.taken_at), stated.taken_at),
    }
    for found, expected in _differing(pairs):
        yield _fault("checkpoint_index", stated.no, found, expected)


def _heads(session: Session, signed: Signed, heads: list[Head], rows: int | None) -> Iterator[Fault]:
    """The root over the heads; each beside its entry and its row of the index (`rows` of them; None: not indexed)."""
    stated = signed.stated
    pairs: Pairs = {"root": (stated.root, tree(heads).root), "leaves": (stated.leaves, len(heads))}
    for found, expected in _differing(pairs):
        yield _fault("checkpoint_root", stated.no, found, expected)
    for one in seen(session, heads):
        for code, found, expected in (*_head(one), *(_leaf_row(one, stated.no) if rows is not None else ())):
            dealer = session.scalar(select(Dealer.code).where(Dealer.id == one.head.dealer_id))
            name = dealer or f"dealer {one.head.dealer_id}"
            yield Fault(code, one.head.dealer_id, name, one.head.seq, found=found, expected=expected)
    if rows is not None and rows != len(heads):
        yield _fault("checkpoint_index", stated.no, f"{rows} leaves", f"{len(heads)} leaves")


def _head(one: Seen) -> Iterator[tuple[str, str, str]]:
    if one.cut:
        yield "checkpoint_cut", f"{told(one.last_seq)} is its last", f"{one.head.seq} or more"
    elif one.changed:
        yield "checkpoint_hash", told(one.hash), told(one.head.hash)


def _leaf_row(one: Seen, no: int) -> Iterator[tuple[str, str, str]]:
    pairs: Pairs = {"checkpoint": (one.indexed_under, no), "hash": (one.indexed_hash, one.head.hash)}
    for found, expected in _differing(pairs):
        yield "checkpoint_index", found, expected


def _indexed(session: Session) -> dict[int, int]:
    """How many leaves the index has of each checkpoint."""
    counted = select(_leaf.c.checkpoint_no, func.count()).group_by(_leaf.c.checkpoint_no)
    return {int(no): int(count) for no, count in session.execute(counted)}


def _differing(pairs: Pairs) -> Iterator[tuple[str, str]]:
    """The pairs that differ, all told as one; nothing where none does."""
    wrong = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if wrong:
        found, expected = (", ".join(f"{name} {told(pair[n])}" for name, pair in wrong.items()) for n in (0, 1))
        yield found, expected


def _fault(code: str, no: int, found: str = "", expected: str = "") -> Fault:
    return Fault(code, 0, f"checkpoint {no}", found=found, expected=expected)
