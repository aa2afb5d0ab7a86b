"""The Merkle tree of RFC 6962 (section 2.1) and RFC 9162: one hash for many leaves, and a short path from each to it.

A leaf is hashed with the byte 0x00 before it and a node with 0x01, so that no node can pass for a leaf. The tree of
n leaves splits at the largest power of two below n; joining neighbours storey by storey, an odd last one going up
as it is, builds that very tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256().digest()
"""The root over no leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree over leaves in their order, with every storey kept."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        storey = [leaf_hash(leaf) for leaf in leaves]
        self.storeys = [storey]
        while len(storey) > 1:
            above = [node_hash(storey[i], storey[i + 1]) for i in range(0, len(storey) - 1, 2)]
            if len(storey) % 2:
                above.append(storey[-1])
            self.storeys.append(storey := above)

    @property
    def root(self) -> bytes:
        """The hash over all leaves."""
        return self.storeys[-1][0] if self.storeys[0] else EMPTY

    def path(self, index: int) -> list[bytes]:
        """The audit path of a leaf: what it must be joined with on its way to the root, from below."""
        if not 0 <= index < len(self.storeys[0]):
            raise IndexError(index)
        path = []
        for storey in self.storeys[:-1]:
            beside = index ^ 1
            if beside < len(storey):
                path.append(storey[beside])
            index >>= 1
        return path


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf, its place among `size` leaves and its audit path lead to (RFC 9162, 2.1.3.2).

    Refused with ValueError: a place that is none, a path too short or too long.
    """
    if not 0 <= index < size:
        raise ValueError("no such place in the tree")
    here, last, node = index, size - 1, leaf_hash(leaf)
    for beside in path:
        if last == 0:
            raise ValueError("the path is too long")
        if here & 1 or here == last:
            node = node_hash(beside, node)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = node_hash(node, beside)
        here, last = here >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return node
