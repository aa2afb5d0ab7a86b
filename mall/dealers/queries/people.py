"""Members, staff and their sign-ins, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.seal import Seal
from mall.dealers.models import (
    SCOPED,
    WHOLE,
    Credential,
    Dealer,
    Member,
    MemberRole,
    NoLongerTheirs,
    Scope,
    SignIn,
    SignInStage,
    Staff,
    StaffRole,
)
from mall.dealers.rules import limits


@dataclass(frozen=True)
class MemberShown:
    """A member in a list. The phone is whole here; pages mask it with the `phone` filter."""

    id: int
    name: str
    role: MemberRole
    phone: str
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None
    monthly_cap: int | None
    personal_at: datetime | None

    @property
    def bound(self) -> bool:
        """Whether caps and authorisations mean anything: an owner is above them, a clerk redeems nothing."""
        return self.role.may_redeem and not self.role.may_manage

    @property
    def disabled(self) -> bool:
        """Whether the person is shut out."""
        return self.disabled_at is not None


@dataclass(frozen=True)
class SignInShown:
    """A sign-in in a person's own list."""

    id: int
    device: str
    address: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Membership:
    """One of the dealers a phone acts for."""

    dealer_id: int
    member_id: int
    role: MemberRole
    dealer_name: str
    dealer_code: str


def credential(session: Session, phone_index: bytes) -> Credential | None:
    """What this phone signs in with, if anything."""
    return session.get(Credential, phone_index)


def staff_by_login(session: Session, login: str) -> Staff | None:
    """The staff person of this login who is not shut out."""
    return session.scalar(select(Staff).where(Staff.login == login, Staff.disabled_at.is_(None)))


@dataclass(frozen=True)
class StaffShown:
    """A person of the brand in a list."""

    id: int
    login: str
    name: str
    role: StaffRole
    scope: Scope
    created_at: datetime
    disabled_at: datetime | None
    enrolled: bool

    @property
    def disabled(self) -> bool:
        """Whether the person is shut out."""
        return self.disabled_at is not None

    @property
    def may_be_scoped(self) -> bool:
        """Whether this person's work can be narrowed to a region or a supplier."""
        return self.role in SCOPED and not self.disabled


def everybody(session: Session) -> list[StaffShown]:
    """All who work for the brand: those shut out last, then by role and name."""
    order = (Staff.disabled_at.is_not(None), Staff.role, Staff.name, Staff.id)
    return [_staff(row) for row in session.scalars(select(Staff).order_by(*order))]


def scope_of(session: Session, actor: str, *roles: StaffRole) -> Scope:
    """What somebody looks after by now, as the audit log names them, for what they asked to be done later.

    What no person asked for is the whole brand's. Refused: somebody shut out, or whose role is another by now.
    """
    if not actor.startswith("staff:"):
        return WHOLE
    number = actor.removeprefix("staff:")
    found = session.get(Staff, int(number), populate_existing=True) if number.isdigit() else None
    if found is None or found.disabled_at is not None or found.role not in {*roles, StaffRole.ADMINISTRATOR}:
        raise NoLongerTheirs
    return Scope(found.region, found.supplier_id)


def one_of_staff(session: Session, staff_id: int) -> StaffShown:
    """One of them. Refused: nobody of this number."""
    found = session.get(Staff, staff_id)
    if found is None:
        raise NotFound
    return _staff(found)


def _staff(row: Staff) -> StaffShown:
    return StaffShown(
        id=row.id,
        login=row.login,
        name=row.name,
        role=row.role,
        scope=Scope(row.region, row.supplier_id),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        enrolled=row.totp_enrolled_at is not None,
    )


def memberships(session: Session, phone_index: bytes) -> list[Membership]:
    """The dealers this phone may act for now: the last used first, then the oldest."""
    rows = session.execute(
        select(Member.dealer_id, Member.id, Member.role, Dealer.name, Dealer.code)
        .join(Dealer, Dealer.id == Member.dealer_id)
        .where(Member.phone_index == phone_index, Member.disabled_at.is_(None), Dealer.suspended_at.is_(None))
        .order_by(Member.signed_in_at.is_(None), Member.signed_in_at.desc(), Member.id)
    )
    return [Membership(*row) for row in rows]


def member(session: Session, dealer_id: int, member_id: int) -> Member:
    """A member of this dealer; refuses what is not there or not theirs."""
    found = session.get(Member, (dealer_id, member_id))
    if found is None:
        raise NotFound
    return found


def members(session: Session, seal: Seal, dealer_id: int) -> list[MemberShown]:
    """The dealer's people, those shut out last."""
    rows = session.scalars(
        select(Member).where(Member.dealer_id == dealer_id).order_by(Member.disabled_at.is_not(None), Member.id)
    )
    return [
        MemberShown(
            id=row.id,
            name=row.name,
            role=row.role,
            phone=seal.open(row.phone_sealed, f"member:phone:{row.id}"),
            created_at=row.created_at,
            signed_in_at=row.signed_in_at,
            disabled_at=row.disabled_at,
            monthly_cap=row.monthly_cap,
            personal_at=row.personal_at,
        )
        for row in rows
    ]


def member_sign_ins(session: Session, now: datetime, dealer_id: int, member_id: int) -> list[SignInShown]:
    """A member's living sign-ins, the last used first."""
    return _sign_ins(session, now, limits.MEMBER, SignIn.dealer_id == dealer_id, SignIn.member_id == member_id)


def staff_sign_ins(session: Session, now: datetime, staff_id: int) -> list[SignInShown]:
    """A staff person's living sign-ins, the last used first."""
    return _sign_ins(session, now, limits.STAFF, SignIn.staff_id == staff_id)


def staff_names(session: Session, actors: Iterable[str | None]) -> dict[str, str]:
    """The names of staff by how journals and the audit log name them: staff:7."""
    words = {actor for actor in actors if actor and actor.startswith("staff:")}
    ids = [int(number) for word in words if (number := word.removeprefix("staff:")).isdigit()]
    if not ids:
        return {}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {f"staff:{number}": name for number, name in rows}


def _sign_ins(session: Session, now: datetime, life: limits.Life, *whose: object) -> list[SignInShown]:
    alive = (
        SignIn.expires_at > now,
        SignIn.seen_at > now - life.idle,
        SignIn.stage == SignInStage.FULL,
    )
    rows = session.execute(
        select(SignIn.public_id, SignIn.device, SignIn.address, SignIn.created_at, SignIn.seen_at)
        .where(and_(*whose, *alive))  # type: ignore[arg-type]
        .order_by(SignIn.seen_at.desc(), SignIn.public_id.desc())
    )
    return [SignInShown(*row) for row in rows]
