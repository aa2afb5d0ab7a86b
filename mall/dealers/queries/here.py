"""Who is here: one statement a request, by the hash of the cookie's token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from mall.base.types import Bytes, Instant
from mall.dealers.models import (
    ChannelLevel,
    Dealer,
    Member,
    MemberRole,
    Scope,
    SignIn,
    SignInStage,
    Staff,
    StaffRole,
    Tier,
)
from mall.dealers.rules import limits


@dataclass(frozen=True, slots=True)
class Here:
    """What the sign-ins of members and staff have in common. Flask-Login asks for the first three."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    token_hash: bytes
    sign_in_id: int
    stage: SignInStage
    seen_at: datetime
    expires_at: datetime
    second_factor_at: datetime | None
    name: str

    def get_id(self) -> str:
        """Flask-Login's name for the person."""
        return self.actor

    @property
    def actor(self) -> str:
        """How journals and the audit log name this person."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class MemberHere(Here):
    """A dealer's person, signed in."""

    dealer_id: int
    member_id: int
    role: MemberRole
    dealer_name: str
    dealer_code: str
    region: str
    channel_level: ChannelLevel
    tier: Tier

    @property
    def actor(self) -> str:
        """`member:<id>`."""
        return f"member:{self.member_id}"

    @property
    def may_redeem(self) -> bool:
        """Whether this person may spend the dealer's points."""
        return self.role.may_redeem

    @property
    def may_manage(self) -> bool:
        """Whether this person looks after the dealer's members."""
        return self.role.may_manage


@dataclass(frozen=True, slots=True)
class StaffHere(Here):
    """A person of the brand, signed in."""

    staff_id: int
    role: StaffRole
    login: str
    region: str = ""
    supplier_id: int | None = None

    @property
    def actor(self) -> str:
        """`staff:<id>`."""
        return f"staff:{self.staff_id}"

    @property
    def scope(self) -> Scope:
        """What of the brand's business this person looks after."""
        return Scope(self.region, self.supplier_id)

    def is_one_of(self, *roles: StaffRole) -> bool:
        """Whether this person has one of these roles; the administrator has all."""
        return not roles or self.role in roles or self.role is StaffRole.ADMINISTRATOR


_ALIVE = (
    SignIn.token_hash == bindparam("token_hash", type_=Bytes),
    SignIn.expires_at > bindparam("now", type_=Instant),
    SignIn.seen_at > bindparam("idle_since", type_=Instant),
)
_SIGN_IN = (
    SignIn.token_hash,
    SignIn.public_id,
    SignIn.stage,
    SignIn.seen_at,
    SignIn.expires_at,
    SignIn.second_factor_at,
)
_MEMBER = (
    select(
        *_SIGN_IN,
        Member.name,
        Member.dealer_id,
        Member.id,
        Member.role,
        Dealer.name,
        Dealer.code,
        Dealer.region,
        Dealer.channel_level,
        Dealer.tier,
    )
    .join(Member, and_(Member.dealer_id == SignIn.dealer_id, Member.id == SignIn.member_id))
    .join(Dealer, Dealer.id == Member.dealer_id)
    .where(*_ALIVE, Member.disabled_at.is_(None), Dealer.suspended_at.is_(None))
)
_STAFF = (
    select(*_SIGN_IN, Staff.name, Staff.id, Staff.role, Staff.login, Staff.region, Staff.supplier_id)
    .join(Staff, Staff.id == SignIn.staff_id)
    .where(*_ALIVE, Staff.disabled_at.is_(None))
)


def member_here(session: Session, now: datetime, token_hash: bytes) -> MemberHere | None:
    """The member this token stands for, if the sign-in lives and neither person nor dealer is shut out."""
    wants = {"token_hash": token_hash, "now": now, "idle_since": now - limits.MEMBER.idle}
    row = session.execute(_MEMBER, wants).one_or_none()
    return MemberHere(*cast("tuple[Any, ...]", row)) if row else None


def staff_here(session: Session, now: datetime, token_hash: bytes) -> StaffHere | None:
    """The staff person this token stands for, if the sign-in lives and the person is not shut out."""
    wants = {"token_hash": token_hash, "now": now, "idle_since": now - limits.STAFF.idle}
    row = session.execute(_STAFF, wants).one_or_none()
    return StaffHere(*cast("tuple[Any, ...]", row)) if row else None
