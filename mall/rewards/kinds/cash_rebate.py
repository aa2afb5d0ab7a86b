"""A cash rebate: points become money on the dealer's account with the brand, at the programme's ratio, within its caps.

The amount and the month that it counts in are settled when it is ordered. It is credited by telling the ERP, in the
transaction that issues it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mall.base.bulk import add
from mall.base.ids import new_id
from mall.base.seal import Seal
from mall.base.time import civil_day
from mall.catalog.models import Kind
from mall.outbox.actions import send
from mall.rewards.models import HandedOut, Issued, Line, NotReturnable, Thing
from mall.rewards.models.rebate import Rebate, RebateNotOffered, RebateState
from mall.rewards.queries.rebates import room_of, terms_in_force, zone_of
from mall.rewards.rules.rebate import judge, month_of, rebate_fen, returned_fen, yuan

_rebate = cast(Table, Rebate.__table__)


def reserve(session: Session, now: datetime, lines: Sequence[Line], *, seal: Seal) -> None:
    """Keep the amount of each line within the dealer's caps of this month and this year.

    Refused: no terms in force, points that make less than a fen, more than a cap leaves (the whole order).
    """
    terms = terms_in_force(session, now)
    if terms is None:
        raise RebateNotOffered
    today = civil_day(now, zone_of(session))
    amounts = [rebate_fen(line.points, terms.points_per_yuan) for line in lines]
    # The caller holds the dealer's account, so that nobody adds to this sum meanwhile.
    judge(room_of(session, lines[0].dealer_id, today, terms), amounts)
    add(
        session,
        _rebate,
        [
            {
                "dealer_id": line.dealer_id,
                "id": new_id(now),
                "order_id": line.order_id,
                "order_no": line.order_no,
                "line_no": line.line_no,
                "quantity": line.quantity,
                "points": line.points,
                "fen": fen,
                "terms_no": terms.no,
                "month": month_of(today),
                "state": RebateState.RESERVED,
                "returned_quantity": 0,
                "returned_fen": 0,
                "reserved_at": now,
                "credited_at": None,
                "ended_at": None,
            }
            for line, fen in zip(lines, amounts, strict=True)
        ],
    )


def release(session: Session, now: datetime, lines: Sequence[Line]) -> None:
    """Let go of the amounts: the caps have room for them again."""
    for rebate in _of(session, lines):
        if rebate.reserved:
            rebate.state, rebate.ended_at = RebateState.RELEASED, now
    session.flush()


def issue(session: Session, now: datetime, lines: Sequence[Line], *, actor: str, seal: Seal) -> dict[int, Issued]:
    """Credit each line, and have the ERP told. What nobody reserved is left to people."""
    issued = {line.line_no: Issued.BY_HAND for line in lines}
    for rebate in _of(session, lines):
        if rebate.reserved:
            rebate.state, rebate.credited_at = RebateState.CREDITED, now
            _tell(session, now, rebate, "rebate.credit", rebate.fen, "")
        if rebate.credited:
            issued[rebate.line_no] = Issued.DONE
    session.flush()
    return issued


def take_back(session: Session, now: datetime, line: Line, *, quantity: int, actor: str) -> bool:
    """Take a credit back, or the share of so many pieces. For staff alone: money that was credited has been counted on.

    The ERP is told to debit it. Refused: anybody else, more than is left of it.
    """
    rebate = next(iter(_of(session, [line])), None)
    if not actor.startswith("staff:") or rebate is None or not rebate.credited:
        raise NotReturnable
    returned = rebate.returned_quantity + quantity
    if returned > rebate.quantity:
        raise NotReturnable
    total = returned_fen(rebate.fen, rebate.quantity, returned)
    taken, rebate.returned_quantity, rebate.returned_fen = total - rebate.returned_fen, returned, total
    if returned == rebate.quantity:
        rebate.state, rebate.ended_at = RebateState.TAKEN_BACK, now
    session.flush()
    if taken:
        _tell(session, now, rebate, "rebate.debit", taken, f"/return/{returned}")
    return True


def handed_out(session: Session, dealer_id: int, order_id: int) -> dict[int, HandedOut]:
    """The amounts of an order's lines, and whether they are credited."""
    found = session.scalars(
        select(Rebate).where(Rebate.dealer_id == dealer_id, Rebate.order_id == order_id).order_by(Rebate.line_no)
    )
    tones = {RebateState.RESERVED: "wait", RebateState.CREDITED: "good"}
    return {
        rebate.line_no: HandedOut(
            line_no=rebate.line_no,
            kind=Kind.CASH_REBATE,
            things=(
                Thing(
                    id=rebate.id,
                    text=f"¥{yuan(rebate.fen)}",
                    state=rebate.state.name_shown,
                    tone=tones.get(rebate.state, "plain"),
                ),
            ),
        )
        for rebate in found
    }


def _of(session: Session, lines: Sequence[Line]) -> list[Rebate]:
    found = session.scalars(
        select(Rebate)
        .where(
            Rebate.dealer_id == lines[0].dealer_id,
            Rebate.order_id == lines[0].order_id,
            Rebate.line_no.in_([line.line_no for line in lines]),
        )
        .order_by(Rebate.line_no)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


def _tell(session: Session, now: datetime, rebate: Rebate, topic: str, fen: int, suffix: str) -> None:
    body = {
        "rebate": str(rebate.id),
        "order": rebate.order_no,
        "line": rebate.line_no,
        "points": rebate.points,
        "fen": fen,
        "currency": "CNY",
        "terms": rebate.terms_no,
    }
    key = f"rebate/{rebate.id}{suffix}"
    send(session, now, dealer_id=rebate.dealer_id, to="erp", topic=topic, key=key, body=body)
