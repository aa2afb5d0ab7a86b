"""Dealers come, are suspended, and come back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.found import spelled
from mall.base.ids import new_id
from mall.base.refused import NotFound
from mall.dealers.models import ChannelLevel, Dealer, SignIn

LONGEST_SPELLED = 400


def open_dealer(
    session: Session,
    now: datetime,
    *,
    code: str,
    name: str,
    region: str,
    channel_level: ChannelLevel = ChannelLevel.COUNTY,
    actor: str = "system",
) -> int:
    """Take in a dealer by its code; one already known keeps what it has. Gives back the dealer's id."""
    known = session.scalar(select(Dealer.id).where(Dealer.code == code))
    if known is not None:
        return known
    dealer = Dealer(
        id=new_id(now),
        code=code,
        name=name,
        spelled=spelled(name)[:LONGEST_SPELLED],
        region=region,
        channel_level=channel_level,
        created_at=now,
    )
    session.add(dealer)
    session.flush()
    note(session, now, actor=actor, act="dealer.open", subject=f"dealer:{dealer.id}", detail={"code": code})
    return dealer.id


def suspend_dealer(session: Session, now: datetime, *, dealer_id: int, actor: str, why: str) -> None:
    """Shut a dealer out: its people's sign-ins end now and none can begin."""
    dealer = _locked(session, dealer_id)
    if dealer.suspended_at is not None:
        return
    dealer.suspended_at = now
    session.execute(delete(SignIn).where(SignIn.dealer_id == dealer_id))
    note(session, now, actor=actor, act="dealer.suspend", subject=f"dealer:{dealer_id}", detail={"why": why})


def resume_dealer(session: Session, now: datetime, *, dealer_id: int, actor: str, why: str) -> None:
    """Let a suspended dealer in again."""
    dealer = _locked(session, dealer_id)
    if dealer.suspended_at is None:
        return
    dealer.suspended_at = None
    note(session, now, actor=actor, act="dealer.resume", subject=f"dealer:{dealer_id}", detail={"why": why})


def _locked(session: Session, dealer_id: int) -> Dealer:
    dealer = session.get(Dealer, dealer_id, with_for_update=True, populate_existing=True)
    if dealer is None:
        raise NotFound
    return dealer
