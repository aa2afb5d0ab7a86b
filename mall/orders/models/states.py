"""Where an order and its parts stand, where each may go from there, and how it is told."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from mall.base.refused import N_


class OrderState(StrEnum):
    """Where an order stands on its way."""

    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_PAYMENT = "awaiting_payment"
    TO_SHIP = "to_ship"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    RECEIVED = "received"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


NEXT: dict[OrderState, frozenset[OrderState]] = {
    OrderState.AWAITING_APPROVAL: frozenset(
        {
            OrderState.AWAITING_PAYMENT,
            OrderState.TO_SHIP,
            OrderState.CANCELLED,
        }
    ),
    OrderState.AWAITING_PAYMENT: frozenset({OrderState.TO_SHIP, OrderState.CANCELLED}),
    OrderState.TO_SHIP: frozenset(
        {
            OrderState.PARTLY_SHIPPED,
            OrderState.SHIPPED,
            OrderState.RECEIVED,
            OrderState.CANCELLED,
        }
    ),
    OrderState.PARTLY_SHIPPED: frozenset(
        {
            OrderState.TO_SHIP,
            OrderState.SHIPPED,
            OrderState.RECEIVED,
            OrderState.CANCELLED,
        }
    ),
    OrderState.SHIPPED: frozenset({OrderState.RECEIVED, OrderState.CANCELLED}),
    OrderState.RECEIVED: frozenset({OrderState.COMPLETED}),
    OrderState.COMPLETED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}
"""Every transition there is; a verb asks `order.may_become(…)` before it writes one. What got lost on the road is given
back: then the rest may still be to ship, or nothing is left.
"""

WAY = (OrderState.TO_SHIP, OrderState.SHIPPED, OrderState.RECEIVED, OrderState.COMPLETED)
"""The way an order goes when nothing comes between, once it is paid."""

UNDECIDED = frozenset({OrderState.AWAITING_APPROVAL, OrderState.AWAITING_PAYMENT})
"""Its points are held, not yet redeemed: it may still come to nothing by itself."""

CANCELLABLE = UNDECIDED | {OrderState.TO_SHIP}
"""Nothing of it has left. What has left may still come to nothing, by after-sales alone."""

ON_ITS_WAY = frozenset({OrderState.TO_SHIP, OrderState.PARTLY_SHIPPED, OrderState.SHIPPED})

NAMES: dict[OrderState, str] = {
    OrderState.AWAITING_APPROVAL: N_("待审批"),
    OrderState.AWAITING_PAYMENT: N_("待支付"),
    OrderState.TO_SHIP: N_("待发货"),
    OrderState.PARTLY_SHIPPED: N_("部分发货"),
    OrderState.SHIPPED: N_("待收货"),
    OrderState.RECEIVED: N_("已签收"),
    OrderState.COMPLETED: N_("已完成"),
    OrderState.CANCELLED: N_("已取消"),
}
HANDED_OUT: dict[OrderState, str] = {
    OrderState.TO_SHIP: N_("待发放"),
    OrderState.PARTLY_SHIPPED: N_("部分发放"),
    OrderState.RECEIVED: N_("已发放"),
}
"""How it is told where nothing of an order travels in a parcel."""


class Ended(StrEnum):
    """Why an order was cancelled."""

    BY_MEMBER = "by_member"
    UNPAID = "unpaid"
    DECLINED = "declined"
    LAPSED = "lapsed"
    BY_STAFF = "by_staff"
    UNDELIVERABLE = "undeliverable"

    @property
    def name_shown(self) -> str:
        """The reason in words, to be translated when told."""
        return ENDED[self]


ENDED: dict[Ended, str] = {
    Ended.BY_MEMBER: N_("贵店取消了兑换"),
    Ended.UNPAID: N_("超时未支付，自动关闭"),
    Ended.DECLINED: N_("老板没有同意"),
    Ended.LAPSED: N_("超时未审批，自动关闭"),
    Ended.BY_STAFF: N_("商城取消了兑换"),
    Ended.UNDELIVERABLE: N_("没能送达，已全部退回"),
}


class PartState(StrEnum):
    """Where a part of an order stands with fulfilment."""

    HELD = "held"
    READY = "ready"
    PICKED = "picked"
    SHIPPED = "shipped"
    DONE = "done"
    CANCELLED = "cancelled"


PART_NEXT: dict[PartState, frozenset[PartState]] = {
    PartState.HELD: frozenset({PartState.READY, PartState.CANCELLED}),
    PartState.READY: frozenset({PartState.PICKED, PartState.SHIPPED, PartState.DONE, PartState.CANCELLED}),
    PartState.PICKED: frozenset({PartState.READY, PartState.SHIPPED, PartState.DONE, PartState.CANCELLED}),
    PartState.SHIPPED: frozenset({PartState.DONE, PartState.CANCELLED}),
    PartState.DONE: frozenset(),
    PartState.CANCELLED: frozenset(),
}
"""Every transition of a part. What is in hand may be put back on its shelf; it is cancelled where a supplier
failed or by the brand, never by the dealer. What is on the road is cancelled where it got lost and everything was given
back.
"""

PART_NAMES: dict[PartState, str] = {
    PartState.HELD: N_("待放行"),
    PartState.READY: N_("待发货"),
    PartState.PICKED: N_("已拣货"),
    PartState.SHIPPED: N_("运输中"),
    PartState.DONE: N_("已签收"),
    PartState.CANCELLED: N_("已取消"),
}
PART_HANDED_OUT: dict[PartState, str] = {
    PartState.READY: N_("待发放"),
    PartState.PICKED: N_("办理中"),
    PartState.DONE: N_("已发放"),
}

_GONE = frozenset({PartState.SHIPPED, PartState.DONE})


def state_of(parts: Collection[PartState]) -> OrderState:
    """The state of a paid order from those of its parts: it follows them, nobody sets it beside them."""
    live = [part for part in parts if part is not PartState.CANCELLED]
    if not live:
        return OrderState.CANCELLED
    gone = [part for part in live if part in _GONE]
    if not gone:
        return OrderState.TO_SHIP
    if len(gone) < len(live):
        return OrderState.PARTLY_SHIPPED
    return OrderState.RECEIVED if all(part is PartState.DONE for part in live) else OrderState.SHIPPED
