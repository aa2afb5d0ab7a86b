"""From an order's lines to the files of the rack that know their kinds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.catalog.models import Kind
from mall.rewards.kinds import RACK, Reward, reward
from mall.rewards.models import HandedOut, Issued, Line


def reserve(session: Session, now: datetime, lines: Sequence[Line], *, seal: Seal) -> None:
    """Keep what was ordered, after stock was taken. Refused whole where a kind refuses one of its lines."""
    for kind, own in _by_kind(lines):
        kind.reserve(session, now, own, seal=seal)


def release(session: Session, now: datetime, lines: Sequence[Line]) -> None:
    """Let go of what was kept: the order ends before it was issued. Safe to repeat."""
    for kind, own in _by_kind(lines):
        kind.release(session, now, own)


def issue(session: Session, now: datetime, lines: Sequence[Line], *, actor: str, seal: Seal) -> dict[int, Issued]:
    """Hand out lines that are paid and approved; tells by line number how far the mall came by itself."""
    issued: dict[int, Issued] = {}
    for kind, own in _by_kind(lines):
        issued |= kind.issue(session, now, own, actor=actor, seal=seal)
    return issued


def take_back(session: Session, now: datetime, line: Line, *, quantity: int, actor: str) -> bool:
    """Take back so many pieces of an issued line; false where people handed them out, and there is nothing to take.

    Refused with NotReturnable where they were used.
    """
    if not 1 <= quantity <= line.quantity:
        raise ValueError("a line gives back one piece at least, and no more than it has")
    return reward(line.kind).take_back(session, now, line, quantity=quantity, actor=actor)


def handed_out(
    session: Session, dealer_id: int, order_id: int, kinds: Collection[Kind] | None = None
) -> dict[int, HandedOut]:
    """What a dealer holds of an order, by line number; codes stay masked. `kinds` are those the order has."""
    held: dict[int, HandedOut] = {}
    for kind in RACK if kinds is None else set(kinds):
        held |= reward(Kind(kind)).handed_out(session, dealer_id, order_id)
    return held


def _by_kind(lines: Sequence[Line]) -> Iterator[tuple[Reward, list[Line]]]:
    """The lines of each kind, in the same order for everybody: kinds by name, lines by SKU."""
    if len({(line.dealer_id, line.order_id) for line in lines}) > 1:
        raise ValueError("the lines of one call belong to one order")
    in_order = sorted(lines, key=lambda line: (line.kind.value, line.sku_id, line.line_no))
    for kind, own in groupby(in_order, key=lambda line: line.kind):
        yield reward(kind), list(own)
