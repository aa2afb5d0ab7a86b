"""What people send or do: nothing happens by itself, and stock is all there is to keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.rewards.models import HandedOut, Issued, Line


def reserve(session: Session, now: datetime, lines: Sequence[Line], *, seal: Seal) -> None:
    """Stock was taken already; there is nothing else to keep."""


def release(session: Session, now: datetime, lines: Sequence[Line]) -> None:
    """Stock goes back by the order itself."""


def issue(session: Session, now: datetime, lines: Sequence[Line], *, actor: str, seal: Seal) -> dict[int, Issued]:
    """Left to people."""
    return {line.line_no: Issued.BY_HAND for line in lines}


def take_back(session: Session, now: datetime, line: Line, *, quantity: int, actor: str) -> bool:
    """What comes back is looked at by people."""
    return False


def handed_out(session: Session, dealer_id: int, order_id: int) -> dict[int, HandedOut]:
    """Nothing to show: a parcel has its own way."""
    return {}
