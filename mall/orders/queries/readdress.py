"""Whether an order may still be sent elsewhere, and what stands in the way of each of the dealer's addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import Refused
from mall.catalog.models import Item, NotDelivered
from mall.catalog.queries.freight import freight_of
from mall.dealers.queries.addresses import region_shown
from mall.orders.models import OrderLine, OrderPart, RedemptionOrder
from mall.orders.rules.readdress import judge_freight, judge_parcels

Parcels = Sequence[tuple[int | None, int]]
"""What is sent: freight template or none, pieces."""


def readdressable(order: RedemptionOrder, parts: Iterable[OrderPart]) -> bool:
    """Whether the order's page offers another address: nothing that is sent has been touched, and nothing has ended."""
    if order.cancelled or order.done:
        return False
    try:
        judge_parcels(parts)
    except Refused:
        return False
    return True


def parcels_of(session: Session, order: RedemptionOrder) -> Parcels:
    """The order's pieces that are sent, by the freight templates of their items as they are now."""
    rows = session.execute(
        select(OrderLine.kind, Item.freight_template_id, OrderLine.quantity)
        .join(Item, Item.id == OrderLine.item_id)
        .where(OrderLine.dealer_id == order.dealer_id, OrderLine.order_id == order.id)
        .order_by(OrderLine.line_no)
    )
    return [(row.freight_template_id, row.quantity) for row in rows if row.kind.shipped]


def judge_region(session: Session, order: RedemptionOrder, parcels: Parcels, region: str) -> None:
    """Refuse a region that nothing is sent to, or whose freight is another than was agreed."""
    new = freight_of(session, lines=parcels, region=region)
    today: int | None = None
    try:
        today = freight_of(session, lines=parcels, region=order.region)
    except NotDelivered:  # where it was to go, nothing goes any more: all the more reason to move it
        today = None
    place = region_shown(region).split(" ", maxsplit=1)[0]
    judge_freight(place=place, new_fen=new, paid_fen=order.freight_fen, same_today_fen=today)


def hindrances(session: Session, order: RedemptionOrder, regions: Iterable[str]) -> dict[str, Refused]:
    """What would be refused of each region; those that will do are left out."""
    parcels = parcels_of(session, order)
    found: dict[str, Refused] = {}
    for region in set(regions):
        try:
            judge_region(session, order, parcels, region)
        except Refused as refusal:
            found[region] = refusal
    return found
