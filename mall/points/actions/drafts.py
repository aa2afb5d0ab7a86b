"""A posting while it is being made, and the answer when it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from mall.base.types import canonical
from mall.points.models import Kind, Outcome
from mall.points.rules.chain import Birth, Move


@dataclass(frozen=True, slots=True)
class Posting:
    """The answer of every verb. `replay` says that this very posting had been made before."""

    dealer_id: int
    journal_id: int
    kind: Kind
    outcome: Outcome
    points: int
    replay: bool
    reason: str | None
    result: dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A posting being made: its journal's fields, its moves, and the lots it makes."""

    journal_id: int
    kind: Kind
    source: str
    key: str
    request_hash: bytes
    points: int
    effective_at: datetime
    actor: str
    why: dict[str, Any]
    ref_journal: int | None = None
    transfer_id: int | None = None
    checker: str | None = None
    moves: list[Move] = field(default_factory=list)
    births: list[Birth] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)


def request_hash(kind: Kind, request: dict[str, Any]) -> bytes:
    """What a repeat of the same key must match: the kind and the content of the request."""
    return sha256(canonical([kind.value, request]).encode()).digest()
