"""Reading an order anew under its dealer's lock, with its parts and lines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import Forbidden, NotFound
from mall.base.seal import Seal
from mall.dealers.models import Dealer, StaffRole
from mall.orders.models import MAY_SEND, OrderLine, OrderPart, RedemptionOrder
from mall.points.actions import Book, open_book
from mall.rewards.models import Line


def locked_order(session: Session, dealer_id: int, *, no: str = "", order_id: int = 0) -> RedemptionOrder:
    """An order by number or id, as it is now: its dealer's account is locked. Another's is as if there were none."""
    which = RedemptionOrder.id == order_id if order_id else RedemptionOrder.no == no
    order = session.scalars(
        select(RedemptionOrder)
        .where(RedemptionOrder.dealer_id == dealer_id, which)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise NotFound
    return order


def for_sender(
    session: Session, now: datetime, *, dealer_code: str, no: str, role: StaffRole
) -> tuple[Book, RedemptionOrder]:
    """An order for a person of the brand who sends, its dealer locked. Refused: other staff, what is not there."""
    if role not in MAY_SEND:
        raise Forbidden
    dealer_id = session.scalar(select(Dealer.id).where(Dealer.code == dealer_code))
    if dealer_id is None:
        raise NotFound
    book = open_book(session, now, dealer_id)  # the dealer's lock: whoever cancels, pays or ships waits for us
    return book, locked_order(session, dealer_id, no=no)


def parts_of(session: Session, order: RedemptionOrder) -> list[OrderPart]:
    """Its parts, as they are now."""
    return list(
        session.scalars(
            select(OrderPart)
            .where(OrderPart.dealer_id == order.dealer_id, OrderPart.order_id == order.id)
            .order_by(OrderPart.part_no)
            .execution_options(populate_existing=True)
        )
    )


def lines_of(session: Session, order: RedemptionOrder) -> list[OrderLine]:
    """Its lines, as they are now."""
    return list(
        session.scalars(
            select(OrderLine)
            .where(OrderLine.dealer_id == order.dealer_id, OrderLine.order_id == order.id)
            .order_by(OrderLine.line_no)
            .execution_options(populate_existing=True)
        )
    )


def account_place(order_id: int, line_no: int) -> str:
    """Where the number that a line tops up lies sealed."""
    return f"order_line:account:{order_id}/{line_no}"


def as_reward(order: RedemptionOrder, line: OrderLine, seal: Seal | None, *, quantity: int | None = None) -> Line:
    """A line as the rack of rewards takes it. Without a seal the number to top up stays closed."""
    account = ""
    if line.account_sealed is not None and seal is not None:
        account = seal.open(line.account_sealed, account_place(order.id, line.line_no))
    return Line(
        dealer_id=order.dealer_id,
        order_id=order.id,
        order_no=order.no,
        line_no=line.line_no,
        sku_id=line.sku_id,
        sku_code=line.sku_code,
        item_code=line.item_code,
        kind=line.kind,
        quantity=quantity or line.quantity,
        points=line.points_each * (quantity or line.quantity),
        account=account,
        terms=line.terms,
    )
