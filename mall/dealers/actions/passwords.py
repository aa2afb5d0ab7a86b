"""A member's own password. Hashes are made by the caller, outside the transaction: they take their time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.dealers.models import Credential, Member, SignIn, WrongCredentials
from mall.dealers.queries.here import MemberHere
from mall.dealers.rules import password as passwords


def hashed(password: str) -> str:
    """The argon2id hash of a password, for doors that hand out their own."""
    return passwords.hashed(password)


def first_password() -> str:
    """A password for somebody else to use once."""
    return passwords.fresh()


def choose_password(
    session: Session,
    now: datetime,
    *,
    here: MemberHere,
    was: str,
    password_hash: str,
    address: str = "",
) -> None:
    """Put the hash of a newly chosen password in the place of `was`, the hash that was verified a moment ago.

    Ends every sign-in of this phone at every dealer, the asking one too: the caller begins a new one. Refused when
    the password was changed meanwhile.
    """
    member = session.get_one(Member, (here.dealer_id, here.member_id), populate_existing=True)
    credential = session.get(Credential, member.phone_index, with_for_update=True, populate_existing=True)
    if credential is None or credential.password_hash != was:
        raise WrongCredentials
    credential.password_hash, credential.changed_at, credential.issued_at = password_hash, now, None
    people = session.execute(select(Member.dealer_id, Member.id).where(Member.phone_index == member.phone_index)).all()
    session.execute(
        delete(SignIn).where(
            or_(*(and_(SignIn.dealer_id == one.dealer_id, SignIn.member_id == one.id) for one in people))
        )
    )
    note(session, now, actor=here.actor, act="password.choose", subject=here.actor, address=address)


def renew_hash(session: Session, now: datetime, *, phone_index: bytes, was: str, password_hash: str) -> None:
    """Keep the same password under today's parameters."""
    credential = session.get(Credential, phone_index, with_for_update=True, populate_existing=True)
    if credential is not None and credential.password_hash == was:
        credential.password_hash = password_hash
