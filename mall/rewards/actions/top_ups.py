"""Top-ups on their way: taken up by a worker, heard of, ended once, and told to their orders.

A worker takes a top-up for a while and writes down that it may have been sent before it sends; it talks outside of any
transaction, and writes what it heard in another. So whoever dies in between leaves one that is asked about by its
number before anything else, and is sent again only where the supplier says that it never came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Forbidden, NotFound
from mall.base.seal import Seal
from mall.dealers.models import StaffRole
from mall.rewards.models import TooSoonToSettle, TopUp, TopUpState
from mall.rewards.models.top_up import ENDED, MAY_TEND
from mall.rewards.rules.supplier import Told, Word, pause

LOCKED_OUT = timedelta(minutes=5)
"""How long to wait where the supplier does not admit us."""


@dataclass(frozen=True)
class Errand:
    """One conversation to be had. `turn` says which it is, so that what comes of an older one is not taken for it."""

    dealer_id: int
    id: int
    no: str
    product: str
    account: str
    quantity: int
    fen: int
    send: bool
    turn: int


def take_up(session: Session, now: datetime, *, seal: Seal, most: int = 20) -> list[Errand]:
    """Take the top-ups that are due, for as long as a conversation may last. Nobody else has them meanwhile."""
    due = session.scalars(
        select(TopUp)
        .where(TopUp.ask_at <= now)
        .order_by(TopUp.ask_at, TopUp.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    errands = []
    for one in due:
        send = one.waits
        if send:
            one.state, one.sent_at = TopUpState.UNKNOWN, one.sent_at or now
        one.asks += 1
        one.ask_at = now + pause(one.asks)
        account = seal.open(one.account_sealed, f"top_up:account:{one.id}") if send else ""
        errands.append(
            Errand(one.dealer_id, one.id, one.no, one.product, account, one.quantity, one.fen, send, one.asks)
        )
    session.flush()
    return errands


def hear(
    session: Session, now: datetime, *, dealer_id: int, top_up_id: int, told: Told, by: str, turn: int | None = None
) -> bool:
    """Write down what the supplier said; gives whether it ended with this.

    What has ended never changes: another word afterwards is kept for people to see. `turn` is the errand's; an end
    counts whoever hears of it, anything less only from the latest conversation.
    """
    one = _locked(session, dealer_id, top_up_id)
    if told.no != one.no or told.word is Word.SILENT:
        return False
    if one.ended:
        _contrary(session, now, one, told, by)
        return False
    if told.word is Word.DONE:
        return _end(one, now, TopUpState.DONE, told.supplier_no, told.proof, by)
    if told.word is Word.FAILED or (told.word is Word.REFUSED and one.state is TopUpState.UNKNOWN):
        return _end(one, now, TopUpState.FAILED, told.supplier_no, told.proof, by)
    if turn is not None and turn != one.asks:
        return False
    if told.word is Word.UNDER_WAY:
        one.state, one.supplier_no = TopUpState.SENT, told.supplier_no or one.supplier_no
    elif told.word is Word.NOT_THERE and one.state is not TopUpState.WANTED:
        one.state, one.ask_at = TopUpState.WANTED, now
    elif told.word is Word.SHUT_OUT:
        one.ask_at = now + LOCKED_OUT
    session.flush()
    return False


def ask_again(
    session: Session, now: datetime, *, dealer_id: int, top_up_id: int, staff_id: int, role: StaffRole
) -> None:
    """Have a top-up talked about at once. One that has ended stays as it is."""
    if role not in MAY_TEND:
        raise Forbidden
    one = _locked(session, dealer_id, top_up_id)
    if not one.ended:
        one.ask_at = now
        note(session, now, actor=f"staff:{staff_id}", act="top_up.ask_again", subject=f"top_up:{one.id}")
        session.flush()


def settle(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    top_up_id: int,
    done: bool,
    reason: str,
    staff_id: int,
    role: StaffRole,
    source_address: str = "",
) -> None:
    """Say how a top-up ended that the supplier has kept silent about for a day, as people found out; audited.

    A repeat of the same changes nothing. Refused while the supplier may still answer, and against what is known.
    """
    if role not in MAY_TEND:
        raise Forbidden
    one = _locked(session, dealer_id, top_up_id)
    if one.ended and one.done == done:
        return
    if not one.may_be_settled(now):
        raise TooSoonToSettle
    _end(one, now, TopUpState.DONE if done else TopUpState.FAILED, one.supplier_no, reason[:120], f"staff:{staff_id}")
    note(
        session,
        now,
        actor=f"staff:{staff_id}",
        act="top_up.settle",
        subject=f"top_up:{one.id}",
        address=source_address,
        detail={"done": done, "reason": reason[:120], "order": one.order_no},
    )
    session.flush()


def told_its_order(session: Session, now: datetime, *, dealer_id: int, top_up_id: int) -> None:
    """The order has heard how it ended. In the transaction of the hearing, after the dealer's account was locked."""
    one = _locked(session, dealer_id, top_up_id)
    one.told_at = one.told_at or now
    session.flush()


def _locked(session: Session, dealer_id: int, top_up_id: int) -> TopUp:
    one = session.get(TopUp, (dealer_id, top_up_id), with_for_update=True, populate_existing=True)
    if one is None:
        raise NotFound
    return one


def _end(one: TopUp, now: datetime, state: TopUpState, supplier_no: str, proof: str, by: str) -> bool:
    one.state, one.ended_at, one.ask_at, one.ended_by = state, now, None, by
    one.supplier_no, one.receipt = supplier_no or one.supplier_no, proof
    return True


def _contrary(session: Session, now: datetime, one: TopUp, told: Told, by: str) -> None:
    """A word that does not fit the end: points may be back and the account filled, which people must look at."""
    if told.word.value in {state.value for state in ENDED} and told.word.value != one.state.value:
        detail = {"was": one.state.value, "told": told.word.value, "order": one.order_no}
        note(session, now, actor=by, act="top_up.contrary", subject=f"top_up:{one.id}", detail=detail)
        session.flush()
