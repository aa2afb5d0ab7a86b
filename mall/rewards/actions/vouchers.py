"""What becomes of vouchers once issued: a system uses one or hands it back, its day comes near and passes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.time import last_day
from mall.dealers.actions.notices import tell
from mall.outbox.models import System
from mall.points.models import Account
from mall.rewards.kinds.voucher import give_back, run_out
from mall.rewards.models.voucher import (
    REMINDED,
    NoSuchVoucher,
    OrderTooSmall,
    Voucher,
    VoucherExpired,
    VoucherReturned,
    VoucherState,
    VoucherUsed,
)
from mall.rewards.rules.rebate import yuan
from mall.rewards.rules.voucher import plain_number

# Written out: a database cannot know that a bound value lies within a partial index.
_issued = text("voucher.state = 'issued'")


@dataclass(frozen=True)
class Used:
    """A voucher that is used (or handed back) now, or was before, in the same way."""

    voucher: Voucher
    repeat: bool


def use(
    session: Session,
    now: datetime,
    *,
    no: str,
    systems: Collection[System],
    reference: str,
    order_fen: int | None,
    actor: str,
) -> Used:
    """A system honours a voucher on its own order `reference`, of `order_fen` in all where it has an amount.

    Sent again with the same reference it is the same use. Refused: a number that was not issued to one of these
    systems, a voucher used on something else, expired or given back, a coupon on an order that is too small.
    """
    voucher = _locked(session, no, systems)
    if voucher.used:
        if voucher.reference != reference:
            raise VoucherUsed
        return Used(voucher, repeat=True)
    if voucher.returned:
        raise VoucherReturned
    if not voucher.usable(now):
        raise VoucherExpired
    if voucher.is_coupon and (order_fen is None or order_fen < voucher.least_fen):
        raise OrderTooSmall(least=yuan(voucher.least_fen))
    voucher.state, voucher.used_at = VoucherState.USED, now
    voucher.reference, voucher.ended_by = reference, actor
    detail = {"no": voucher.no, "reference": reference, "fen": order_fen}
    note(session, now, actor=actor, act="voucher.use", subject=f"voucher:{voucher.id}", detail=detail)
    session.flush()
    return Used(voucher, repeat=False)


def hand_back(
    session: Session, now: datetime, *, no: str, systems: Collection[System], reason: str, actor: str
) -> Used:
    """A system hands a voucher back unused: it cannot honour it. Called by orders, which give back what it cost.

    The caller holds the dealer's account. Handed back again it is the same return. Refused: a number that was not
    issued to one of these systems, a voucher used or expired.
    """
    voucher = _locked(session, no, systems)
    if voucher.returned:
        return Used(voucher, repeat=True)
    if voucher.used:
        raise VoucherUsed
    if not voucher.usable(now):
        raise VoucherExpired
    give_back(session, now, voucher, actor=actor)
    detail = {"no": voucher.no, "reason": reason}
    note(session, now, actor=actor, act="voucher.return", subject=f"voucher:{voucher.id}", detail=detail)
    session.flush()
    return Used(voucher, repeat=False)


def expire_vouchers(session: Session, now: datetime, *, limit: int) -> int:
    """Write down which vouchers of one dealer are over, at most `limit` of them, and tell their systems.

    Gives how many; none when nothing is left to do.
    """
    over = (_issued, Voucher.expires_at <= now)
    dealer_id = session.scalar(select(Voucher.dealer_id).where(*over).order_by(Voucher.expires_at).limit(1))
    if dealer_id is None:
        return 0
    # Account first, like everybody: messages to a system are numbered under it.
    session.execute(select(Account.dealer_id).where(Account.dealer_id == dealer_id).with_for_update())
    due = session.scalars(
        select(Voucher)
        .where(Voucher.dealer_id == dealer_id, *over)
        .order_by(Voucher.expires_at, Voucher.id)
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for voucher in due:
        run_out(session, now, voucher)
    session.flush()
    return len(due)


def remind(session: Session, now: datetime, *, zone: str, limit: int) -> int:
    """Tell one dealer of the vouchers that end within three days, at most `limit` of them, each once.

    Gives how many; none when nobody is left to be told. One that lives no longer than that is told of by its issue.
    """
    soon = (
        _issued,
        Voucher.expires_at > now,
        Voucher.expires_at <= now + REMINDED,
        Voucher.issued_at <= now - REMINDED / 3,
        Voucher.reminded_at.is_(None),
    )
    dealer_id = session.scalar(select(Voucher.dealer_id).where(*soon).order_by(Voucher.expires_at).limit(1))
    if dealer_id is None:
        return 0
    ending = session.scalars(
        select(Voucher)
        .where(Voucher.dealer_id == dealer_id, *soon)
        .order_by(Voucher.expires_at, Voucher.id)
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for voucher in ending:
        voucher.reminded_at = now
    if ending:
        facts = {"count": len(ending), "until_on": last_day(ending[0].expires_at, zone).isoformat()}
        tell(session, now, dealer_id=dealer_id, what="vouchers_ending", facts=facts, href="/rewards")
    session.flush()
    return len(ending)


def _locked(session: Session, no: str, systems: Collection[System]) -> Voucher:
    voucher = session.scalars(
        select(Voucher)
        .where(Voucher.no == plain_number(no), Voucher.system.in_(systems))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if voucher is None:
        raise NoSuchVoucher
    return voucher
