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
    parts = []
    for field in fields:
        if field is None:
            parts.append(b"-:,")
        else:
            raw = field if type(field) is bytes else str(field).encode()
            parts.append(b"%d:%b," % (len(raw), raw))
    return b"".join(parts)


def genesis(dealer_id: int, account_no: int, programme_id: int) -> bytes:
    """The head of a chain that has no entry yet."""
    return sha256(netstrings((FORMAT + "-genesis", dealer_id, account_no, programme_id))).digest()


@dataclass(frozen=True, slots=True)
class Link:
    """What an entry's hash covers. Moments are microseconds since 1970 UTC; `details` is a hash of its own."""

    dealer_id: int
    account_no: int
    seq: int
    prev_hash: bytes
    journal_id: int
    source: str
    idem_key: str
    request_hash: bytes
    kind: str
    points: int
    ref_journal: int | None
    transfer_id: int | None
    effective_at: int
    posted_at: int
    deltas: tuple[int, ...]
    balances: tuple[int, ...]
    details: bytes


@dataclass(frozen=True, slots=True)
class Birth:
    """What of a lot never changes, as the entry that made it covers it. Moments are microseconds since 1970 UTC."""

    lot_no: int
    kind: str
    origin_lot: int | None
    source: str
    source_ref: str
    fund_code: str
    rule_version: str
    multiplier_bps: int
    unit_value: int
    points: int
    earned_at: int
    active_at: int
    expires_at: int
    expiry_month: int


def details_hash(actor: str, checker: str | None, why: str, result: str, births: Sequence[Birth]) -> bytes:
    """The hash of what a person reads beside an entry: who, why, what came of it, and the lots it made.

    `why` and `result` are canonical JSON (without the sequence and the hash that the entry itself has). It is a hash
    of its own so that a proof for outsiders shows the movement without showing what a point is worth.
    """
    fields: list[Field] = [FORMAT + "-details", actor, checker, why, result, len(births)]
    for birth in births:
        fields += (
            birth.lot_no,
            birth.kind,
            birth.origin_lot,
            birth.source,
            birth.source_ref,
            birth.fund_code,
            birth.rule_version,
            birth.multiplier_bps,
            birth.unit_value,
            birth.points,
            birth.earned_at,
            birth.active_at,
            birth.expires_at,
            birth.expiry_month,
        )
    return sha256(netstrings(fields)).digest()


def entry_fields(link: Link, moves: Sequence[Move]) -> list[Field]:
    """The fields of one entry in the order in which they are hashed."""
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
        link.points,
        link.ref_journal,
        link.transfer_id,
        link.effective_at,
        link.posted_at,
        *link.deltas,
        *link.balances,
        link.details,
        len(moves),
    ]
    for move in moves:
        fields += move
    return fields


def entry_hash(link: Link, moves: Sequence[Move]) -> bytes:
    """The hash of one entry, over the entry before it, its journal, its lines and its details."""
    return sha256(netstrings(entry_fields(link, moves))).digest()
