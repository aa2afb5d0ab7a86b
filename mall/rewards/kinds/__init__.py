"""The rack: how each kind of reward reaches the dealer, a file a kind, all with the same five functions.

A kind that is not in it is left to people, like a parcel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.catalog.models import Kind
from mall.rewards.kinds import card_code, cash_rebate, physical, top_up, voucher
from mall.rewards.models import HandedOut, Issued, Line


class Reward(Protocol):
    """What a file of the rack has. Each is called inside the order's transaction, the dealer's account locked."""

    def reserve(self, session: Session, now: datetime, lines: Sequence[Line], *, seal: Seal) -> None:
        """Keep what was ordered for this order; stock was taken already. May refuse."""

    def release(self, session: Session, now: datetime, lines: Sequence[Line]) -> None:
        """Let go of what `reserve` kept: the order ends before anything was issued."""

    def issue(
        self, session: Session, now: datetime, lines: Sequence[Line], *, actor: str, seal: Seal
    ) -> dict[int, Issued]:
        """Hand out what is paid and approved; tells by line number how far it came."""

    def take_back(self, session: Session, now: datetime, line: Line, *, quantity: int, actor: str) -> bool:
        """Take back so many pieces of what was issued; false where nothing was. Refused where they were used."""

    def handed_out(self, session: Session, dealer_id: int, order_id: int) -> dict[int, HandedOut]:
        """What the dealer holds of an order's lines of this kind, by line number."""


RACK: Mapping[str, Reward] = {
    Kind.PHYSICAL: physical,
    Kind.CARD_CODE: card_code,
    Kind.TOP_UP: top_up,
    Kind.CASH_REBATE: cash_rebate,
    Kind.SERVICE: voucher,
    Kind.COUPON: voucher,
}


def reward(kind: Kind) -> Reward:
    """The file of a kind."""
    return RACK.get(kind, physical)
