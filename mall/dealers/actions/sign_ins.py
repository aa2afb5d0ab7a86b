"""Sign-ins: begun, seen, ended, revoked. The token itself is never kept, only its SHA-256."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import NotFound
from mall.base.types import Bytes, Instant
from mall.dealers.models import Dealer, Member, SignIn, SignInStage, Staff, WrongCredentials
from mall.dealers.queries.here import MemberHere, StaffHere
from mall.dealers.rules import limits


@dataclass(frozen=True)
class Device:
    """What a person signs in from: the browser's own name, and the network address."""

    name: str = ""
    address: str = ""


def token_hash(token: str) -> bytes:
    """How a cookie's token is looked up."""
    return sha256(token.encode()).digest()


def begin_member(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    device: Device,
    stage: SignInStage = SignInStage.FULL,
    instead_of: str | None = None,
) -> str:
    """Begin a member's sign-in and give back its token, which is new every time.

    `instead_of` is the token the browser came with: it ends. Refuses a member shut out or of a suspended dealer.
    """
    member = session.get(Member, (dealer_id, member_id), with_for_update=True, populate_existing=True)
    dealer = session.get(Dealer, dealer_id, populate_existing=True)
    if member is None or dealer is None or member.disabled_at is not None or dealer.suspended_at is not None:
        raise WrongCredentials
    _end(session, now, instead_of)
    token, sign_in = _new(now, device, limits.MEMBER, stage)
    sign_in.dealer_id, sign_in.member_id = dealer_id, member_id
    session.add(sign_in)
    if stage is SignInStage.FULL:
        member.signed_in_at = now
        note(
            session, now, actor=f"member:{member_id}", act="sign_in.begin", subject=f"dealer:{dealer_id}",
            address=device.address,
        )
    return token


def begin_staff(
    session: Session,
    now: datetime,
    *,
    staff_id: int,
    device: Device,
    stage: SignInStage,
    instead_of: str | None = None,
) -> str:
    """Begin a staff person's sign-in, or its next step, and give back its token. Refuses a person shut out."""
    staff = session.get(Staff, staff_id, with_for_update=True, populate_existing=True)
    if staff is None or staff.disabled_at is not None:
        raise WrongCredentials
    _end(session, now, instead_of)
    token, sign_in = _new(now, device, limits.STAFF, stage)
    sign_in.staff_id = staff_id
    session.add(sign_in)
    if stage is SignInStage.FULL:
        sign_in.second_factor_at = now
        note(
            session, now, actor=f"staff:{staff_id}", act="sign_in.begin", subject=f"staff:{staff_id}",
            address=device.address,
        )
    return token


_SEEN = (
    update(SignIn)
    .where(SignIn.token_hash == bindparam("hash", type_=Bytes), SignIn.seen_at < bindparam("at", type_=Instant))
    .values(seen_at=bindparam("at", type_=Instant))
    .execution_options(synchronize_session=False)
)


def seen(session: Session, now: datetime, *, token_hash: bytes) -> None:
    """Write down that a sign-in was used."""
    session.connection().execute(_SEEN, {"hash": token_hash, "at": now})


def end_sign_in(session: Session, now: datetime, *, here: MemberHere | StaffHere, address: str = "") -> None:
    """Sign out."""
    session.execute(delete(SignIn).where(SignIn.token_hash == here.token_hash))
    note(session, now, actor=here.actor, act="sign_in.end", subject=here.actor, address=address)


def revoke(
    session: Session, now: datetime, *, here: MemberHere | StaffHere, sign_in_id: int, address: str = ""
) -> None:
    """End one of one's own sign-ins; what is not one's own is not found."""
    ended = session.execute(
        delete(SignIn).where(_mine(here), SignIn.public_id == sign_in_id).returning(SignIn.public_id)
    ).all()
    if not ended:
        raise NotFound
    note(session, now, actor=here.actor, act="sign_in.revoke", subject=here.actor, address=address)


def end_others(session: Session, now: datetime, *, here: MemberHere | StaffHere, address: str = "") -> int:
    """End all of one's own sign-ins but this one, and say how many there were."""
    ended = session.execute(
        delete(SignIn).where(_mine(here), SignIn.token_hash != here.token_hash).returning(SignIn.public_id)
    ).all()
    note(
        session, now, actor=here.actor, act="sign_in.end_others", subject=here.actor, address=address,
        detail={"ended": len(ended)},
    )
    return len(ended)


def forget_over(session: Session, now: datetime) -> int:
    """Remove the sign-ins whose time is over; for the worker. Gives back how many."""
    return len(session.execute(delete(SignIn).where(SignIn.expires_at <= now).returning(SignIn.public_id)).all())


def _mine(here: MemberHere | StaffHere) -> ColumnElement[bool]:
    if isinstance(here, MemberHere):
        return and_(SignIn.dealer_id == here.dealer_id, SignIn.member_id == here.member_id)
    return SignIn.staff_id == here.staff_id


def _end(session: Session, now: datetime, token: str | None) -> None:
    # Each sign-in that begins sweeps the few that are long over, so that nobody else has to.
    over = SignIn.expires_at <= now
    session.execute(delete(SignIn).where(or_(over, SignIn.token_hash == token_hash(token)) if token else over))


def _new(now: datetime, device: Device, life: limits.Life, stage: SignInStage) -> tuple[str, SignIn]:
    token = secrets.token_urlsafe(32)
    return token, SignIn(
        token_hash=token_hash(token),
        public_id=new_id(now),
        stage=stage,
        created_at=now,
        seen_at=now,
        expires_at=limits.ends(now, life, stage),
        device=device.name[:200],
        address=device.address[:64],
    )
