"""What a checkpoint states and the bytes that are signed, computed in one place (docs/proof.md tells them).

Five words: head (the last entry of an account), leaf (a head as bytes), statement (number, moment, count, root, the
statement before it, key), signature, key id.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from mall.points.rules.chain import FORMAT, netstrings
from mall.points.rules.merkle import Tree

HEAD = struct.Struct(">QQQ32s")
"""A head in the file of leaves: dealer, account, sequence as 64-bit numbers, most significant byte first; its hash."""


class Unreadable(ValueError):
    """A checkpoint's file is not what such a file looks like."""


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """The last entry of an account at a moment."""

    dealer_id: int
    account_no: int
    seq: int
    hash: bytes

    def leaf(self) -> bytes:
        """The bytes of its leaf in the tree."""
        return netstrings((FORMAT + "-leaf", self.dealer_id, self.account_no, self.seq, self.hash))


@dataclass(frozen=True, slots=True)
class Stated:
    """A checkpoint's statement. `taken_at` is microseconds since 1970 UTC; the first has no `previous`."""

    no: int
    taken_at: int
    leaves: int
    root: bytes
    previous: bytes | None
    key_id: str

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return netstrings(
            (FORMAT + "-checkpoint", self.no, self.taken_at, self.leaves, self.root, self.previous, self.key_id)
        )

    def hash(self) -> bytes:
        """What the next statement carries as `previous`."""
        return sha256(self.signed_bytes()).digest()


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement with its Ed25519 signature."""

    stated: Stated
    signature: bytes

    def told(self) -> dict[str, Any]:
        """The content of its file."""
        said = self.stated
        return {
            "format": FORMAT + "-checkpoint",
            "no": said.no,
            "taken_at": said.taken_at,
            "leaves": said.leaves,
            "root": said.root.hex(),
            "previous": said.previous.hex() if said.previous is not None else None,
            "key": said.key_id,
            "signature": self.signature.hex(),
        }

    def file(self) -> bytes:
        """The bytes of its file."""
        return (json.dumps(self.told(), indent=1) + "\n").encode()


def read_signed(raw: bytes) -> Signed:
    """A checkpoint from the bytes of its file. Refused with Unreadable: anything else than such a file."""
    try:
        told = json.loads(raw)
        previous = None if told["previous"] is None else bytes.fromhex(told["previous"])
        numbers = (told["no"], told["taken_at"], told["leaves"])
        stated = Stated(*numbers, bytes.fromhex(told["root"]), previous, told["key"])
        signed = Signed(stated, bytes.fromhex(told["signature"]))
        lengths = (
            len(stated.root),
            len(previous or stated.root),
            len(bytes.fromhex(stated.key_id)),
            len(signed.signature),
        )
        sound = all(type(number) is int and number > 0 for number in numbers) and lengths == (32, 32, 16, 64)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Unreadable("not a checkpoint of this format") from error
    if not sound or signed.told() != told:
        raise Unreadable("not a checkpoint of this format")
    return signed


def tree(heads: Iterable[Head]) -> Tree:
    """The tree over heads in the order of their dealers and accounts."""
    return Tree(head.leaf() for head in heads)


def pack(heads: Iterable[Head]) -> bytes:
    """The bytes of a checkpoint's file of leaves."""
    return b"".join(HEAD.pack(head.dealer_id, head.account_no, head.seq, head.hash) for head in heads)


def unpack(raw: bytes) -> list[Head]:
    """The heads of a file of leaves. Refused: a file that was cut, heads out of order or twice."""
    if len(raw) % HEAD.size:
        raise Unreadable("the file of leaves was cut")
    heads = [Head(*fields) for fields in HEAD.iter_unpack(raw)]
    if any((a.dealer_id, a.account_no) >= (b.dealer_id, b.account_no) for a, b in pairwise(heads)):
        raise Unreadable("the leaves are out of order")
    return heads


def key_id(public: bytes) -> str:
    """The name of a public key (32 bytes): the first 16 bytes of its SHA-256."""
    return sha256(public).hexdigest()[:32]
