"""The folder of checkpoints, read: it lies outside the database, where who can write to the one cannot reach the other.

    00000012/checkpoint.json    the signed statement
    00000012/leaves.bin         the heads it covers
    00000012/nodes.bin          their tree, so that a path is looked up and not computed; nothing is believed of it
    keys/<key id>.pub           the public keys, PEM

Whoever reads here needs no private key.
"""

from __future__ import annotations

import os
import re
import struct
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.points.models import Checkpoint
from mall.points.rules.checkpoint import HEAD, Head, Signed, Unreadable, key_id, read_signed, tree, unpack
from mall.points.rules.merkle import root_from

__all__ = ["KEYS", "LEAVES", "NODES", "STATEMENT", "Folder", "Signed", "Unreadable", "holds", "last_indexed", "named"]

NUMBER = re.compile(r"(?=.*[1-9])(?:[0-9]{8}|[1-9][0-9]{8,17})")
STATEMENT, LEAVES, NODES, KEYS = "checkpoint.json", "leaves.bin", "nodes.bin", "keys"


class Folder:
    """The checkpoints that lie in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def place(self, no: int) -> Path:
        """Where a checkpoint lies."""
        return self.path / f"{no:08d}"

    def numbers(self) -> list[int]:
        """The numbers of the checkpoints that are there, ascending."""
        if not self.path.is_dir():
            return []
        return sorted(int(each.name) for each in self.path.iterdir() if NUMBER.fullmatch(each.name))

    def signed(self, no: int) -> Signed:
        """A checkpoint's statement. Refused with Unreadable: a file that is missing or none."""
        signed = read_signed(self._read(self.place(no) / STATEMENT))
        if signed.stated.no != no:
            raise Unreadable(f"it says that it is number {signed.stated.no}")
        return signed

    def heads(self, no: int) -> list[Head]:
        """The heads that a checkpoint covers. Refused with Unreadable: a file that is missing or none."""
        return unpack(self._read(self.place(no) / LEAVES))

    def find(self, no: int, dealer_id: int, account_no: int) -> tuple[int, Head]:
        """Where an account stands among a checkpoint's leaves, and its head. Refused with Unreadable: it does not."""
        wanted = (dealer_id, account_no)
        try:
            with (self.place(no) / LEAVES).open("rb") as stream:
                count = os.fstat(stream.fileno()).st_size // HEAD.size

                def head(n: int) -> Head:
                    return Head(*HEAD.unpack(os.pread(stream.fileno(), HEAD.size, n * HEAD.size)))

                here = bisect_left(range(count), wanted, key=lambda n: (head(n).dealer_id, head(n).account_no))
                if here < count and ((found := head(here)).dealer_id, found.account_no) == wanted:
                    return here, found
        except (OSError, struct.error) as error:
            raise Unreadable(f"{LEAVES} of checkpoint {no} cannot be read") from error
        raise Unreadable(f"checkpoint {no} does not cover dealer {dealer_id}, account {account_no}")

    def audit_path(self, no: int, index: int, head: Head) -> list[bytes]:
        """The audit path of a leaf. Refused with Unreadable: a leaf that does not lead to the checkpoint's root."""
        stated = self.signed(no).stated
        for by in (self._looked_up, self._computed):
            try:
                found = by(no, index, stated.leaves)
                if root_from(head.leaf(), index, stated.leaves, found) == stated.root:
                    return found
            except (OSError, ValueError, IndexError):
                continue
        raise Unreadable(f"leaf {index} of checkpoint {no} does not lead to its root")

    def _looked_up(self, no: int, index: int, count: int) -> list[bytes]:
        found, begins = [], 0
        with (self.place(no) / NODES).open("rb") as stream:
            while count > 1:
                if (beside := index ^ 1) < count:
                    found.append(os.pread(stream.fileno(), 32, 32 * (begins + beside)))
                begins, count, index = begins + count, (count + 1) // 2, index // 2
        return found

    def _computed(self, no: int, index: int, _count: int) -> list[bytes]:
        return tree(self.heads(no)).path(index)

    def keys(self) -> dict[str, bytes]:
        """The published public keys (32 bytes each) by their ids. A file whose name is not its key's id is left out."""
        return dict(self._keys())

    def _keys(self) -> Iterator[tuple[str, bytes]]:
        for file in sorted((self.path / KEYS).glob("*.pub")):
            try:
                name, public = named(file.read_bytes())
            except ValueError:
                continue
            if name == file.stem:
                yield name, public

    def _read(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise Unreadable(f"{file.name} cannot be read: {error.strerror}") from error


def public_key(pem: bytes) -> bytes:
    """The 32 bytes of an Ed25519 public key in PEM. Refused with ValueError: anything else."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004 - what is wrong is the file, not a type in the code
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def named(pem: bytes) -> tuple[str, bytes]:
    """A public key in PEM as its id and its 32 bytes. Refused with ValueError: anything else."""
    public = public_key(pem)
    return key_id(public), public


def holds(signed: Signed, public: bytes) -> bool:
    """Whether the signature is that of this public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed.signature, signed.stated.signed_bytes())
    except InvalidSignature:
        return False
    return True


def last_indexed(session: Session) -> Checkpoint | None:
    """The last checkpoint of which the database knows."""
    return session.scalars(select(Checkpoint).order_by(Checkpoint.no.desc()).limit(1)).first()
