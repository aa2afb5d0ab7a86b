"""The proof of the orders: what they say, beside what the ledger, the payments, the vault and the stock say of them.

Everything is read in one snapshot, dealers by the hundred, so that memory stays flat and a mall at work goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, cast

from sqlalchemy import Table, and_, func, or_, select
from sqlalchemy.orm import Session

from mall.catalog.models import Kind
from mall.orders.models import OrderLine, OrderPart, OrderState, PartState, RedemptionOrder, state_of
from mall.orders.queries import claim_proof, promises, stock_proof
from mall.payments.models import Payment, PaymentState, Refund
from mall.points.models import Allocation, Journal
from mall.points.models import Kind as Posted
from mall.rewards.models import CardCode, CodeState, VaultShelf

DEALERS = 100
"""Dealers looked at together."""
PATIENCE = timedelta(hours=1)
"""So long after its time an order may still be waiting to be closed: beyond, nobody is closing orders."""

RULES: dict[str, str] = {
    "lines": "points or cash are not the sums of the lines",
    "parts": "the state is not that of its parts",
    "held": "the ledger does not hold the points of an order that is undecided",
    "points": "the ledger has not redeemed what the order keeps",
    "returned": "the points given back are not those of the pieces that came back",
    "cash": "what was paid, less what was given back, is not what the order keeps",
    "payment": "no payment pays it",
    "refund": "the refunds of a payment are not what the payment says",
    "overdue": "its time is over, and nobody closed it",
    "codes": "the vault keeps another number of codes for it than it has pieces",
    "no_order": "the ledger took points for an order that does not exist",
    **promises.RULES,
    **claim_proof.RULES,
    **stock_proof.RULES,
}

_order, _line = cast(Table, RedemptionOrder.__table__), cast(Table, OrderLine.__table__)
_part, _alloc = cast(Table, OrderPart.__table__), cast(Table, Allocation.__table__)
_payment, _refund = cast(Table, Payment.__table__), cast(Table, Refund.__table__)
_journal, _code = cast(Table, Journal.__table__), cast(Table, CardCode.__table__)
_shelf = cast(Table, VaultShelf.__table__)


@dataclass(frozen=True)
class OrderFault:
    """A rule that does not hold: of which order or SKU, what stands there and what must."""

    code: str
    where: str
    found: str
    expected: str

    @property
    def text(self) -> str:
        """The fault in English, for operators."""
        return f"{self.where}: {RULES[self.code]}: {self.found}, expected {self.expected} [{self.code}]"


@dataclass
class Looked:
    """How much a proof has looked at."""

    orders: int = 0
    skus: int = 0
    faults: int = 0


def order_faults(session: Session, now: datetime, looked: Looked) -> Iterator[OrderFault]:
    """Every order that does not tie with ledger, payments and vault, then every SKU whose pieces do not add up.

    `session` reads one snapshot; `looked` counts along.
    """
    last = -1
    while dealers := session.scalars(
        select(_order.c.dealer_id)
        .where(_order.c.dealer_id > last)
        .distinct()
        .order_by(_order.c.dealer_id)
        .limit(DEALERS)
    ).all():
        last = dealers[-1]
        for fault in _of_dealers(session, now, dealers, looked):
            looked.faults += 1
            yield fault
    looked.skus += stock_proof.skus(session)
    beside = chain(
        stock_proof.broken_stock(session),
        promises.broken_promises(session, now),
        claim_proof.broken_claims(session, now - PATIENCE),
    )
    broken = (OrderFault(code, at, str(a), str(b)) for code, at, a, b in beside)
    for fault in [*_lost(session), *broken]:
        looked.faults += 1
        yield fault


def _of_dealers(session: Session, now: datetime, dealers: Sequence[int], looked: Looked) -> Iterator[OrderFault]:
    lines, parts = _lines(session, dealers), _parts(session, dealers)
    taken, paid, codes = _taken(session, dealers), _paid(session, dealers), _codes(session, dealers)
    for order in session.execute(select(_order).where(_order.c.dealer_id.in_(dealers))):
        looked.orders += 1
        key = (order.dealer_id, order.id)
        yield from _judged(
            order, now, lines[key], parts[key], taken.get((order.dealer_id, order.spend_journal)), paid[key], codes[key]
        )


def _judged(
    order: Any, now: datetime, sums: Any, parts: list[PartState], taken: Any, paid: int, codes: int
) -> Iterator[OrderFault]:
    state = OrderState(order.state)
    undecided = state in (OrderState.AWAITING_APPROVAL, OrderState.AWAITING_PAYMENT)
    ended = state is OrderState.CANCELLED
    kept = 0 if ended or undecided else order.points - order.refunded_points
    fen = 0 if ended or undecided else order.cash_fen + order.freight_fen - order.refunded_fen
    open_, redeemed = (taken.open, taken.redeemed) if taken else (None, None)
    pairs: list[tuple[str, object, object]] = [
        ("lines", (sums.points, sums.cash), (order.points, order.cash_fen)),
        ("held", open_, order.points if undecided else 0),
        ("points", redeemed, kept),
        ("returned", order.refunded_points, order.points if ended else sums.returned),
        ("cash", paid, fen),
        ("codes", codes, 0 if ended else min(max(codes, sums.codes), sums.cards)),
        ("payment", bool(order.payment_id), bool(fen) or bool(order.payment_id)),
        ("overdue", undecided and order.close_at + PATIENCE < now, False),
        (
            "parts",
            _parts_say(parts, undecided),
            None if undecided else OrderState.RECEIVED if state is OrderState.COMPLETED else state,
        ),
    ]
    for code, found, expected in pairs:
        if found != expected:
            yield OrderFault(code, f"order {order.no} of dealer {order.dealer_id}", str(found), str(expected))


def _parts_say(parts: list[PartState], undecided: bool) -> OrderState | None:
    """The state that its parts stand for; none where all are held, as those of an undecided order are."""
    if undecided and all(part is PartState.HELD for part in parts):
        return None
    return state_of(parts)


class _Sums(dict[Any, Any]):
    """Sums by order; what has no rows has none of anything."""

    def __init__(self, empty: Any) -> None:
        super().__init__()
        self.empty = empty

    def __missing__(self, key: Any) -> Any:
        return self.empty


@dataclass(frozen=True)
class _LineSums:
    points: int = 0
    cash: int = 0
    returned: int = 0
    codes: int = 0
    """Pieces that must have a code."""
    cards: int = 0
    """Pieces that may have one."""


@dataclass(frozen=True)
class _Taken:
    open: int
    redeemed: int


def _lines(session: Session, dealers: Sequence[int]) -> _Sums:
    kept = _line.c.quantity - _line.c.returned_quantity
    rows = session.execute(
        select(
            _line.c.dealer_id,
            _line.c.order_id,
            func.sum(_line.c.points).label("points"),
            func.sum(_line.c.cash_fen).label("cash"),
            func.sum(_line.c.points_each * _line.c.returned_quantity).label("returned"),
            func.sum(kept).filter(_line.c.kind == Kind.CARD_CODE).label("cards"),
            func.sum(kept).filter(_shelf.c.opened_at <= _order.c.placed_at).label("codes"),
        )
        .join(_order, and_(_order.c.dealer_id == _line.c.dealer_id, _order.c.id == _line.c.order_id))
        # Codes of a SKU come from the vault since its shelf was opened; before, people handed them out.
        .outerjoin(_shelf, and_(_shelf.c.sku_id == _line.c.sku_id, _line.c.kind == Kind.CARD_CODE))
        .where(_line.c.dealer_id.in_(dealers))
        .group_by(_line.c.dealer_id, _line.c.order_id)
    )
    sums = _Sums(_LineSums())
    for row in rows:
        sums[row.dealer_id, row.order_id] = _LineSums(
            int(row.points), int(row.cash), int(row.returned), int(row.codes or 0), int(row.cards or 0)
        )
    return sums


def _parts(session: Session, dealers: Sequence[int]) -> dict[tuple[int, int], list[PartState]]:
    by_order: dict[tuple[int, int], list[PartState]] = defaultdict(list)
    rows = session.execute(
        select(_part.c.dealer_id, _part.c.order_id, _part.c.state).where(_part.c.dealer_id.in_(dealers))
    )
    for row in rows:
        by_order[row.dealer_id, row.order_id].append(PartState(row.state))
    return by_order


def _taken(session: Session, dealers: Sequence[int]) -> dict[tuple[int, int], _Taken]:
    """What the ledger holds and has redeemed for a spend or hold, less what was refunded."""
    rows = session.execute(
        select(
            _alloc.c.dealer_id,
            _alloc.c.journal_id,
            func.sum(_alloc.c.open).label("open"),
            func.sum(_alloc.c.redeemed - _alloc.c.refunded).label("redeemed"),
        )
        .where(_alloc.c.dealer_id.in_(dealers))
        .group_by(_alloc.c.dealer_id, _alloc.c.journal_id)
    )
    return {(row.dealer_id, row.journal_id): _Taken(int(row.open), int(row.redeemed)) for row in rows}


def _paid(session: Session, dealers: Sequence[int]) -> _Sums:
    """Fen paid for an order, less all that was given back or is on its way back, by the refunds themselves."""
    sums = _Sums(0)
    paid = (
        select(_payment.c.dealer_id, _payment.c.order_id, func.sum(_payment.c.fen).label("fen"))
        .where(_payment.c.dealer_id.in_(dealers), _payment.c.state == PaymentState.PAID)
        .group_by(_payment.c.dealer_id, _payment.c.order_id)
    )
    back = (
        select(_refund.c.dealer_id, _refund.c.order_id, func.sum(_refund.c.fen).label("fen"))
        .where(_refund.c.dealer_id.in_(dealers))
        .group_by(_refund.c.dealer_id, _refund.c.order_id)
    )
    for sign, rows in ((1, session.execute(paid)), (-1, session.execute(back))):
        for row in rows:
            sums[row.dealer_id, row.order_id] = sums[row.dealer_id, row.order_id] + sign * int(row.fen)
    return sums


def _codes(session: Session, dealers: Sequence[int]) -> _Sums:
    rows = session.execute(
        select(_code.c.dealer_id, _code.c.order_id, func.count().label("codes"))
        .where(_code.c.dealer_id.in_(dealers), _code.c.state.in_((CodeState.RESERVED, CodeState.ISSUED)))
        .group_by(_code.c.dealer_id, _code.c.order_id)
    )
    sums = _Sums(0)
    sums.update({(row.dealer_id, row.order_id): row.codes for row in rows})
    return sums


def _lost(session: Session) -> Iterator[OrderFault]:
    """Points that the mall took for an order (spends and holds, not what resolves them) beside the orders there are."""
    rows = session.execute(
        select(_journal.c.dealer_id, _journal.c.journal_id)
        .outerjoin(
            _order,
            and_(
                _order.c.dealer_id == _journal.c.dealer_id,
                _order.c.spend_journal == _journal.c.journal_id,
            ),
        )
        .where(
            _journal.c.source == "mall",
            or_(_journal.c.kind == Posted.SPEND, _journal.c.kind == Posted.HOLD),
            _journal.c.idem_key.like("order/%"),
            _journal.c.reason.is_(None),
            _order.c.id.is_(None),
        )
        .limit(DEALERS)
    )
    for row in rows:
        yield OrderFault("no_order", f"journal {row.journal_id} of dealer {row.dealer_id}", "none", "an order")
