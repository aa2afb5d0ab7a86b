"""The bytes of the hash chain, computed in one place and versioned from the first day.

Every field is a netstring (`length:bytes,`; an absent field is `-:,`), so different rows can never give equal
bytes. No JSON, no floats, no local time, no personal data goes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

FORMAT = "PL1"
Field = int | str | bytes | None
Move = tuple[int | None, int, int, int]
"""(lot number or None, from bucket, to bucket, points)"""


def netstrings(fields: Iterable[Field]) -> bytes:
    """Join fields so that they can be told apart again."""
    out = bytearray()
    for field in fields:
        if field is None:
            out += b"-:,"
            continue
        raw = field if isinstance(field, bytes) else str(field).encode()
        out += b"%d:%s," % (len(raw), raw)
    return bytes(out)


def genesis(dealer_id: int, account_no: int, programme_id: int) -> bytes:
    """The head of a chain that has no entry yet."""
    return sha256(netstrings((FORMAT + "-genesis", dealer_id, account_no, programme_id))).digest()


@dataclass(frozen=True, slots=True)
class Link:
    """What an entry's hash covers. Moments are microseconds since 1970 UTC."""

    dealer_id: int
    account_no: int
    seq: int
    prev_hash: bytes
    journal_id: int
    source: str
    idem_key: str
    request_hash: bytes
    kind: str
    effective_at: int
    posted_at: int
    deltas: tuple[int, ...]
    balances: tuple[int, ...]


def entry_hash(link: Link, moves: Sequence[Move]) -> bytes:
    """The hash of one entry, over the entry before it, its journal and its lines."""
    fields: list[Field] = [
        FORMAT,
        link.dealer_id,
        link.account_no,
        link.seq,
        link.prev_hash,
        link.journal_id,
        link.source,
        link.idem_key,
        link.request_hash,
        link.kind,
        link.effective_at,
        link.posted_at,
        *link.deltas,
        *link.balances,
        len(moves),
    ]
    for move in moves:
        fields.extend(move)
    return sha256(netstrings(fields)).digest()
