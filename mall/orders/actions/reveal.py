"""Showing an order's address to a person who must send the parcel: permitted, and written down each time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Forbidden, NotFound
from mall.base.seal import Seal
from mall.dealers.models import StaffRole
from mall.orders.models import MAY_SEE_ADDRESSES
from mall.orders.queries.destination import Destination, destination_of
from mall.orders.queries.papers import papers_of


def reveal(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    staff_id: int,
    role: StaffRole,
    seal: Seal,
    source_address: str = "",
) -> Destination:
    """The person, phone and street of an order in full, for fulfilment and administrators alone."""
    if role not in MAY_SEE_ADDRESSES:
        raise Forbidden
    order = papers_of(session, dealer_code=dealer_code, no=no).order
    destination = destination_of(order, seal)
    if destination is None:
        raise NotFound
    note(
        session,
        now,
        actor=f"staff:{staff_id}",
        act="order.reveal_address",
        subject=f"order:{order.id}",
        address=source_address,
        detail={"no": no},
    )
    return destination
