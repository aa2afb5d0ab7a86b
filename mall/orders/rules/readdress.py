"""Until when an order may be sent elsewhere, and at what freight."""

from __future__ import annotations

from collections.abc import Iterable

from mall.orders.models import FreightDiffers, NoParcel, OrderPart, TooLate


def judge_parcels(parts: Iterable[OrderPart]) -> None:
    """Refuse an order of which no parcel is still to be packed, or of which one is in somebody's hands or has left.

    What is handed out rather than sent stands in nobody's way.
    """
    parcels = [part for part in parts if part.kind.shipped]
    if not parcels:
        raise NoParcel
    live = [part for part in parcels if not part.cancelled]
    if not live or not all(part.untouched for part in live):
        raise TooLate


def judge_freight(*, place: str, new_fen: int, paid_fen: int, same_today_fen: int | None) -> None:
    """Refuse a region whose freight is another than was agreed, in fen.

    Where the templates changed since, the two regions are held against each other as of today.
    """
    if new_fen not in (paid_fen, same_today_fen):
        raise FreightDiffers(place=place, new=_yuan(new_fen), paid=_yuan(paid_fen))


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"
