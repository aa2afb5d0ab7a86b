"""Direct top-ups of a phone or a fuel card: a row for the worker, which a supplier fills and tells the end of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.base.seal import Seal
from mall.catalog.models import Kind
from mall.rewards.models import HandedOut, Issued, Line, NotReturnable, Thing, TopUp, TopUpState
from mall.rewards.rules.accounts import account


def reserve(session: Session, now: datetime, lines: Sequence[Line], *, seal: Seal) -> None:
    """Nothing to keep; refused where the account is none that can be filled."""
    for line in lines:
        if _can_be_sent(line):
            account(line.account, str(line.terms["account"]))


def release(session: Session, now: datetime, lines: Sequence[Line]) -> None:
    """Nothing was kept."""


def issue(session: Session, now: datetime, lines: Sequence[Line], *, actor: str, seal: Seal) -> dict[int, Issued]:
    """A row each for the worker, under a number that is used once; a repeat finds it there.

    An item that does not say which product it is is left to people.
    """
    there = {one.line_no: one for one in _of_order(session, lines[0].dealer_id, lines[0].order_id)}
    issued: dict[int, Issued] = {}
    for line in lines:
        if line.line_no in there:
            issued[line.line_no] = Issued.DONE if there[line.line_no].done else Issued.UNDER_WAY
        elif not _can_be_sent(line):
            issued[line.line_no] = Issued.BY_HAND
        else:
            session.add(_wanted(now, line, seal))
            issued[line.line_no] = Issued.UNDER_WAY
    session.flush()
    return issued


def take_back(session: Session, now: datetime, line: Line, *, quantity: int, actor: str) -> bool:
    """Only one that was never sent, and whole; it will not be sent then. One that failed was given back already."""
    asked = select(TopUp).where(
        TopUp.dealer_id == line.dealer_id, TopUp.order_id == line.order_id, TopUp.line_no == line.line_no
    )
    one = session.scalars(asked.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if one is None or one.failed:
        return one is not None
    if not one.waits or one.sent_at is not None or quantity != line.quantity:
        raise NotReturnable
    one.state, one.ended_at, one.ended_by, one.ask_at, one.told_at = TopUpState.FAILED, now, actor, None, now
    session.flush()
    return True


def handed_out(session: Session, dealer_id: int, order_id: int) -> dict[int, HandedOut]:
    """Which account is filled, masked, and how far it is."""
    return {
        one.line_no: HandedOut(
            line_no=one.line_no,
            kind=Kind.TOP_UP,
            things=(
                Thing(id=one.id, text=one.masked, state=one.state.name_shown, params={"fen": one.fen}, tone=one.tone),
            ),
        )
        for one in _of_order(session, dealer_id, order_id)
    }


def _can_be_sent(line: Line) -> bool:
    terms = line.terms
    return bool(terms.get("account") and terms.get("product")) and _fen(terms) > 0


def _fen(terms: Any) -> int:
    fen = terms.get("fen")
    return fen if isinstance(fen, int) else 0


def _wanted(now: datetime, line: Line, seal: Seal) -> TopUp:
    digits, top_up_id = account(line.account, str(line.terms["account"])), new_id(now)
    return TopUp(
        dealer_id=line.dealer_id,
        id=top_up_id,
        order_id=line.order_id,
        order_no=line.order_no,
        line_no=line.line_no,
        no=f"T{top_up_id}",
        account_sealed=seal.seal(digits, f"top_up:account:{top_up_id}"),
        account_tail=digits[-4:],
        product=str(line.terms["product"]),
        quantity=line.quantity,
        fen=_fen(line.terms) * line.quantity,
        state=TopUpState.WANTED,
        created_at=now,
        asks=0,
        ask_at=now,
        supplier_no="",
        receipt="",
        ended_by="",
    )


def _of_order(session: Session, dealer_id: int, order_id: int) -> Sequence[TopUp]:
    return session.scalars(select(TopUp).where(TopUp.dealer_id == dealer_id, TopUp.order_id == order_id)).all()
