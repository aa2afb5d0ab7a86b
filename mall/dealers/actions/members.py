"""A dealer's people: added, given a role, shut out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import NotFound
from mall.base.seal import Seal
from mall.dealers.models import Credential, Dealer, LastOwner, Member, MemberRole, PhoneTaken, SharedPhone, SignIn
from mall.dealers.rules import phone as phones

PHONE = "member.phone"
"""The blind index under which phones are found."""


def add_member(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    name: str,
    phone: str,
    role: MemberRole,
    password_hash: str | None,
    seal: Seal,
    actor: str,
    address: str = "",
    linking: bool = False,
    issued: bool = True,
) -> int:
    """Add a person to a dealer and give back the member's id.

    `password_hash` is of a first password that the person must change (`issued`). A phone that already signs in is
    refused unless `linking`: only the brand, having asked the person, lets one phone act for a second dealer, since
    whoever handed out its first password would else get in here too. A linked phone keeps its password.
    """
    _locked(session, dealer_id)
    number = phones.normal(phone)
    index = seal.index(number, PHONE)
    here = session.scalar(select(Member.id).where(Member.dealer_id == dealer_id, Member.phone_index == index))
    known = session.get(Credential, index)
    if here is not None or (known is not None and not linking):
        raise PhoneTaken
    if known is None and password_hash is not None:
        issued_at = now if issued else None
        session.add(Credential(phone_index=index, password_hash=password_hash, changed_at=now, issued_at=issued_at))
    member = Member(dealer_id=dealer_id, id=new_id(now), name=name.strip(), role=role, created_at=now)
    member.phone_index = index
    member.phone_sealed = seal.seal(number, f"member:phone:{member.id}")
    session.add(member)
    session.flush()
    note(
        session, now, actor=actor, act="member.add", subject=f"member:{member.id}", address=address,
        detail={"dealer": dealer_id, "role": role},
    )
    return member.id


def change_role(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, role: MemberRole, by: int, address: str = ""
) -> None:
    """Give a member another role. No one changes their own, and an owner stays."""
    member = _judged(session, dealer_id, member_id, by)
    before = member.role
    if before is role:
        return
    member.role = role
    session.flush()
    _keep_an_owner(session, dealer_id)
    note(
        session, now, actor=f"member:{by}", act="member.change_role", subject=f"member:{member_id}", address=address,
        detail={"before": before, "after": role},
    )


def disable_member(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, by: int, address: str = ""
) -> None:
    """Shut a member out: their sign-ins here end now. No one shuts out themselves, and an owner stays."""
    member = _judged(session, dealer_id, member_id, by)
    if member.disabled_at is not None:
        return
    member.disabled_at = now
    session.flush()
    _keep_an_owner(session, dealer_id)
    session.execute(delete(SignIn).where(SignIn.dealer_id == dealer_id, SignIn.member_id == member_id))
    note(session, now, actor=f"member:{by}", act="member.disable", subject=f"member:{member_id}", address=address)


def enable_member(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, by: int, address: str = ""
) -> None:
    """Let a member in again."""
    member = _judged(session, dealer_id, member_id, by)
    if member.disabled_at is None:
        return
    member.disabled_at = None
    note(session, now, actor=f"member:{by}", act="member.enable", subject=f"member:{member_id}", address=address)


def issue_password(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, password_hash: str, by: int, address: str = ""
) -> None:
    """Give a member who forgot theirs a new first password; all their sign-ins end.

    Refused for a person who also acts for another dealer: an owner has no say over the way in there.
    """
    member = _judged(session, dealer_id, member_id, by)
    people = session.execute(
        select(Member.dealer_id, Member.id).where(Member.phone_index == member.phone_index)
    ).all()
    if any(person.dealer_id != dealer_id for person in people):
        raise SharedPhone
    credential = session.get(Credential, member.phone_index, with_for_update=True, populate_existing=True)
    if credential is None:
        credential = Credential(phone_index=member.phone_index)
        session.add(credential)
    credential.password_hash, credential.changed_at, credential.issued_at = password_hash, now, now
    session.execute(delete(SignIn).where(SignIn.dealer_id == dealer_id, SignIn.member_id == member_id))
    act = "member.issue_password"
    note(session, now, actor=f"member:{by}", act=act, subject=f"member:{member_id}", address=address)


def _locked(session: Session, dealer_id: int) -> Dealer:
    dealer = session.get(Dealer, dealer_id, with_for_update=True, populate_existing=True)
    if dealer is None:
        raise NotFound
    return dealer


def _judged(session: Session, dealer_id: int, member_id: int, by: int) -> Member:
    _locked(session, dealer_id)  # one change of a dealer's people at a time, so that its last owner cannot slip away
    member = session.get(Member, (dealer_id, member_id), with_for_update=True, populate_existing=True)
    if member is None:
        raise NotFound
    if member_id == by:
        raise LastOwner
    return member


def _keep_an_owner(session: Session, dealer_id: int) -> None:
    owners = session.scalar(
        select(func.count()).where(
            Member.dealer_id == dealer_id, Member.role == MemberRole.OWNER, Member.disabled_at.is_(None)
        )
    )
    if not owners:
        raise LastOwner
