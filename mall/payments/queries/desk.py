"""Payments and refunds as finance sees them: by view, by number, newest first, with their dealers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from mall.base.places import Place, behind
from mall.base.refused import N_
from mall.dealers.models import Dealer
from mall.dealers.queries.found import NOBODY, Meant, dealers_meant
from mall.payments.models import GatewayName, NoSuchRefund, Payment, PaymentState, Refund, RefundState

PAGE = 25


class View(StrEnum):
    """What finance looks at: each is a list with its number."""

    ALL = "all"
    UNSURE = "unsure"
    REFUNDS = "refunds"
    FAILED = "failed"

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return VIEWS[self]

    @property
    def of_refunds(self) -> bool:
        """Whether it lists refunds."""
        return self in (View.REFUNDS, View.FAILED)


VIEWS: dict[View, str] = {
    View.ALL: N_("全部支付"),
    View.UNSURE: N_("结果待确认"),
    View.REFUNDS: N_("退款"),
    View.FAILED: N_("退款失败"),
}


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to."""

    view: View = View.ALL
    gateway: GatewayName | None = None
    q: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Row:
    """A payment, or a refund with the payment that it gives back, and whose it is."""

    payment: Payment
    refund: Refund | None
    dealer_code: str
    dealer_name: str


@dataclass(frozen=True)
class Page:
    """Some rows, and the mark to go on from."""

    rows: list[Row]
    after: Place | None


def counts(session: Session) -> dict[View, int]:
    """How many are unsure, and how many refunds failed: what somebody may have to do something about."""
    unsure = select(func.count()).select_from(Payment).where(*_unsure())
    failed = select(func.count()).select_from(Refund).where(Refund.state == RefundState.FAILED)
    going = select(func.count()).select_from(Refund).where(Refund.state.in_([RefundState.WANTED, RefundState.SENT]))
    return {
        View.UNSURE: int(session.scalar(unsure) or 0),
        View.FAILED: int(session.scalar(failed) or 0),
        View.REFUNDS: int(session.scalar(going) or 0),
    }


def listed(
    session: Session, wanted: Wanted, after: Place | None, *, size: int = PAGE, oldest: bool = False
) -> Page:
    """A page of a view, newest first unless asked otherwise."""
    whose = dealers_meant(session, wanted.q) if wanted.q else NOBODY
    asked = _refunds(wanted, whose) if wanted.view.of_refunds else _payments(wanted, whose)
    order = (Refund.wanted_at, Refund.id) if wanted.view.of_refunds else (Payment.opened_at, Payment.id)
    lines = session.execute(behind(asked, after, *order, oldest=oldest).limit(size + 1))
    found = [Row(*row) if len(row) == 4 else Row(row[0], None, row[1], row[2]) for row in lines]
    rows = found[:size]
    if len(found) <= size:
        return Page(rows, None)
    last = rows[-1]
    return Page(
        rows, (last.refund.wanted_at, last.refund.id) if last.refund else (last.payment.opened_at, last.payment.id)
    )


def refund_of(session: Session, no: str) -> Refund:
    """A refund by its number. Refused: NoSuchRefund."""
    found = session.scalars(select(Refund).where(Refund.no == no)).one_or_none()
    if found is None:
        raise NoSuchRefund
    return found


def _unsure() -> tuple[ColumnElement[bool], ...]:
    return (
        Payment.ask_at.is_not(None),
        Payment.pressed_at.is_not(None),
        Payment.state != PaymentState.PAID,
    )


def _payments(wanted: Wanted, whose: Meant) -> Select[Payment, str, str]:
    asked = select(Payment, Dealer.code, Dealer.name).join(Dealer, Dealer.id == Payment.dealer_id)
    if wanted.view is View.UNSURE:
        asked = asked.where(*_unsure())
    if wanted.gateway:
        asked = asked.where(Payment.gateway == wanted.gateway)
    if wanted.q:
        asked = asked.where(
            or_(
                Payment.no == wanted.q.upper(),
                Payment.order_no == wanted.q,
                Payment.gateway_no == wanted.q,
                whose.of(Payment.dealer_id),
            )
        )
    return asked.where(*_between(Payment.opened_at, wanted))


def _refunds(wanted: Wanted, whose: Meant) -> Select[Payment, Refund, str, str]:
    asked = (
        select(Payment, Refund, Dealer.code, Dealer.name)
        .join(Refund, (Refund.dealer_id == Payment.dealer_id) & (Refund.payment_id == Payment.id))
        .join(Dealer, Dealer.id == Refund.dealer_id)
    )
    if wanted.view is View.FAILED:
        asked = asked.where(Refund.state == RefundState.FAILED)
    if wanted.gateway:
        asked = asked.where(Payment.gateway == wanted.gateway)
    if wanted.q:
        asked = asked.where(
            or_(
                Refund.no == wanted.q.upper(),
                Payment.no == wanted.q.upper(),
                Refund.order_no == wanted.q,
                Refund.gateway_no == wanted.q,
                whose.of(Refund.dealer_id),
            )
        )
    return asked.where(*_between(Refund.wanted_at, wanted))


def _between(column: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    since = [column >= wanted.since] if wanted.since else []
    return since + ([column < wanted.until] if wanted.until else [])
