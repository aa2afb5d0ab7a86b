"""Taking a checkpoint: the heads of the chains that grew, signed, and placed where the database cannot reach.

    heads      one statement reads them, in one snapshot and under no lock
    statement  number, moment, count, Merkle root, the statement before it; signed
    folder     statement and leaves appear together under the next number, or not at all; what is there stays
    index      rows in the database, so that the right checkpoint is found by key

Whoever ends in the middle leaves nothing, or a checkpoint without its rows: the next to come writes them. Of several
at once the first to place its folder wins; the others leave no trace.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from sqlalchemy import Table, and_, func, select
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.base.types import micros, moment
from mall.points.models import Account, Checkpoint, CheckpointLeaf
from mall.points.queries.checkpoints import KEYS, LEAVES, NODES, STATEMENT, Folder, holds, last_indexed
from mall.points.queries.covered import apart
from mall.points.rules.checkpoint import Head, Signed, Stated, Unreadable, key_id, pack, tree
from mall.points.rules.merkle import Tree

HALF = re.compile(r"\.([0-9]{8,})-[0-9a-f]{8}")
"""The name of a hidden folder in which a checkpoint is made."""
Run = Callable[..., Any]
"""A door's `transact`."""

_account = cast(Table, Account.__table__)
_leaf = cast(Table, CheckpointLeaf.__table__)


class FolderApart(Exception):
    """The folder and the database do not belong together as they are; an operator must look (docs/proof.md)."""


def take(
    run: Run, session: Session, now: datetime, *, folder: Folder, key: Callable[[], Path], adopt: bool = False
) -> Signed | None:
    """Take a checkpoint of all accounts that have entries since the last one; none where there are no such.

    `key` gives the file of the private key (Ed25519, PEM); it is asked only when there is something to sign. What
    lies in the folder and not in the database is taken up first: where an earlier run was cut short it agrees with
    the ledger; where it does not, that is refused with FolderApart, unless the operator says `adopt` (after a back-up
    was restored that the checkpoints are ahead of).
    """
    last = catch_up(run, session, folder, adopt=adopt)
    heads = grown(session)
    if not heads:
        return None
    over = tree(heads)
    signer = _signer(key())
    public = signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    stated = Stated(
        no=last.stated.no + 1 if last else 1,
        # A clock that was set back moves no checkpoint before the one it follows.
        taken_at=max(micros(now), last.stated.taken_at if last else 0),
        leaves=len(heads),
        root=over.root,
        previous=last.stated.hash() if last else None,
        key_id=key_id(public),
    )
    signed = Signed(stated, signer.sign(stated.signed_bytes()))
    publish(folder, signer)
    if not place(folder, signed, heads, over):
        return None
    run(index, signed=signed, heads=heads)
    return signed


def catch_up(run: Run, session: Session, folder: Folder, *, adopt: bool = False) -> Signed | None:
    """Index what was placed and not indexed, and give the last checkpoint. Refused: a folder that is not this ledger's.

    Hidden folders that an earlier run left half made go as well.
    """
    row, placed = last_indexed(session), folder.numbers()
    known = row.no if row else 0
    last = None
    try:
        if row is not None:
            last = folder.signed(row.no)
            if last.stated.hash() != row.hash:
                raise FolderApart(f"{folder.path}: checkpoint {row.no} is another than the one the database knows")
        for no in (no for no in placed if no > known):
            last = _take_up(run, session, folder, no, last, adopt=adopt)
    except Unreadable as error:
        raise FolderApart(
            f"{folder.path}: checkpoint {known}, which the database knows, or a later one: {error}"
        ) from error
    if last is not None:
        for each in folder.path.iterdir():
            if (half := HALF.fullmatch(each.name)) and int(half[1]) <= last.stated.no:
                shutil.rmtree(each, ignore_errors=True)
    return last


def _take_up(run: Run, session: Session, folder: Folder, no: int, last: Signed | None, *, adopt: bool) -> Signed:
    signed, heads = folder.signed(no), folder.heads(no)
    stated, keys = signed.stated, folder.keys()
    follows = (stated.no, stated.previous) == ((last.stated.no + 1, last.stated.hash()) if last else (1, None))
    sound = stated.key_id in keys and holds(signed, keys[stated.key_id]) and stated.root == tree(heads).root
    if not (follows and sound and stated.leaves == len(heads)):
        raise FolderApart(f"{folder.path}: checkpoint {no} is not one that follows the last one")
    if not adopt and (wrong := next(apart(session, heads), None)):
        raise FolderApart(
            f"{folder.path}: checkpoint {no} says of dealer {wrong.head.dealer_id} what is not in the database; "
            "another mall's folder (set MALL_CHECKPOINTS)? A back-up restored (flask points checkpoint --adopt)?"
        )
    run(index, signed=signed, heads=heads)
    return signed


def grown(session: Session) -> list[Head]:
    """The heads of all accounts with entries beyond those of earlier checkpoints, by dealer and account.

    One statement, so one snapshot on every engine; nothing is locked, and no posting waits.
    """
    covered = (
        select(func.max(_leaf.c.seq))
        .where(and_(_leaf.c.dealer_id == _account.c.dealer_id, _leaf.c.account_no == _account.c.account_no))
        .correlate(_account)
        .scalar_subquery()
    )
    rows = session.execute(
        select(_account.c.dealer_id, _account.c.account_no, _account.c.last_seq, _account.c.head_hash)
        .where(_account.c.last_seq > func.coalesce(covered, 0))
        .order_by(_account.c.dealer_id, _account.c.account_no)
    )
    return [Head(*row) for row in rows]


def index(session: Session, _now: datetime, *, signed: Signed, heads: Sequence[Head]) -> None:
    """Write the rows of a checkpoint that lies in its folder. Who finds them written has nothing to do."""
    stated = signed.stated
    if session.get(Checkpoint, stated.no) is not None:
        return
    session.add(
        Checkpoint(
            no=stated.no,
            taken_at=moment(stated.taken_at),
            leaves=stated.leaves,
            root=stated.root,
            previous=stated.previous,
            hash=stated.hash(),
            key_id=stated.key_id,
            signature=signed.signature,
        )
    )
    session.flush()
    bulk.add(
        session,
        _leaf,
        [
            {
                "dealer_id": head.dealer_id,
                "account_no": head.account_no,
                "seq": head.seq,
                "checkpoint_no": stated.no,
                "head_hash": head.hash,
            }
            for head in heads
        ],
    )


def place(folder: Folder, signed: Signed, heads: Sequence[Head], nodes: Tree) -> bool:
    """Put a checkpoint into its folder, whole and for ever; false where that number has been taken.

    Its files are made in a hidden folder, written through to the disk, and appear by one rename, which no system
    does onto a folder that holds something.
    """
    final = folder.place(signed.stated.no)
    half = folder.path / f".{final.name}-{secrets.token_hex(4)}"
    half.mkdir()
    try:
        _write(half / LEAVES, pack(heads))
        _write(half / NODES, b"".join(chain.from_iterable(nodes.storeys)))
        _write(half / STATEMENT, signed.file())
        _sync(half)
        half.rename(final)
    except OSError:
        shutil.rmtree(half, ignore_errors=True)
        if final.exists():
            return False
        raise
    _sync(folder.path)
    return True


def publish(folder: Folder, signer: Ed25519PrivateKey) -> str:
    """Put the public key beside the checkpoints, under its id, so that those of every key can be verified."""
    public = signer.public_key()
    name = key_id(public.public_bytes(Encoding.Raw, PublicFormat.Raw))
    final = folder.path / KEYS / f"{name}.pub"
    if not final.exists():
        final.parent.mkdir(parents=True, exist_ok=True)
        _sync(folder.path.parent)
        _sync(folder.path)
        fresh = final.with_name(f".{name}-{secrets.token_hex(4)}")
        _write(fresh, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        fresh.rename(final)  # the same bytes, whoever else does it at this moment
        _sync(final.parent)
    return name


def _signer(key: Path) -> Ed25519PrivateKey:
    try:
        signer = load_pem_private_key(key.read_bytes(), None)
    except TypeError as error:
        raise FolderApart(f"{key} is encrypted; the worker needs it plain, and readable by nobody else") from error
    if not isinstance(signer, Ed25519PrivateKey):
        raise FolderApart(f"{key} holds no Ed25519 key")
    return signer


def _write(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
