"""Sending an order elsewhere, as long as nobody has begun to pack it. Safe to repeat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.seal import Seal
from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.actions.happened import happened
from mall.orders.actions.loading import locked_order, parts_of
from mall.orders.models import Happening, RedemptionOrder, TooLate
from mall.orders.queries.destination import destination_of, opened, seal_destination
from mall.orders.queries.offer import address_for
from mall.orders.queries.readdress import judge_region, parcels_of
from mall.orders.rules.readdress import judge_parcels
from mall.points.actions import open_book


def readdress(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    address_id: int,
    seal: Seal,
    source_address: str = "",
) -> RedemptionOrder:
    """Let an order go to another of the dealer's addresses. Where it goes there already nothing is written.

    Refused: a clerk; an order or an address that is not this dealer's (as if there were none); an order that ended, or
    of which a parcel was picked or has left; a region that is not served, or at another freight than was agreed.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    open_book(session, now, dealer_id)  # the dealer's lock: whoever picks, ships or cancels waits for us
    order = locked_order(session, dealer_id, no=no)
    goal = address_for(session, dealer_id, address_id)
    if goal is None:
        raise NotFound
    asked = seal_destination(
        seal, order.id, address_id=address_id, region=goal.region, sealed=goal.sealed, outlet=goal.outlet
    )
    if opened(asked, order.id, seal) == destination_of(order, seal):
        return order
    if order.cancelled or order.done:
        raise TooLate
    judge_parcels(parts_of(session, order))
    judge_region(session, order, parcels_of(session, order), goal.region)

    was = order.region
    order.address_sealed, order.region = asked, goal.region
    happened(
        session,
        now,
        order,
        Happening.READDRESSED,
        actor=f"member:{member_id}",
        act="order.readdress",
        source_address=source_address,
        detail={"from": was, "to": goal.region},
    )
    return order
