"""The brand's own people: added, shut out, their password and second factor."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Forbidden, NotFound
from mall.base.seal import Seal
from mall.dealers.models import (
    SCOPED,
    LoginTaken,
    Scope,
    ScopeMoved,
    SignIn,
    Staff,
    StaffRole,
    WorksForAll,
    WrongCode,
    WrongCredentials,
)


def add_staff(
    session: Session,
    now: datetime,
    *,
    login: str,
    name: str,
    role: StaffRole,
    password_hash: str,
    actor: str = "system",
    issued: bool = True,
) -> int:
    """Add a person of the brand, give back the id. The first password must be changed; TOTP comes at first sign-in."""
    if session.scalar(select(Staff.id).where(Staff.login == login)) is not None:
        raise LoginTaken
    staff = Staff(
        id=new_id(now),
        login=login,
        name=name,
        role=role,
        password_hash=password_hash,
        issued_at=now if issued else None,
        created_at=now,
        totp_last_step=0,
    )
    session.add(staff)
    session.flush()
    note(session, now, actor=actor, act="staff.add", subject=f"staff:{staff.id}", detail={"login": login, "role": role})
    return staff.id


def disable_staff(session: Session, now: datetime, *, staff_id: int, actor: str) -> None:
    """Shut a person out: their sign-ins end now."""
    staff = _locked(session, staff_id)
    staff.disabled_at = staff.disabled_at or now
    session.execute(delete(SignIn).where(SignIn.staff_id == staff_id))
    note(session, now, actor=actor, act="staff.disable", subject=f"staff:{staff_id}")


def issue_staff_password(
    session: Session, now: datetime, *, staff_id: int, password_hash: str, actor: str, forget_totp: bool = False
) -> None:
    """Hand out a new first password; with `forget_totp` the second factor is enrolled anew (a lost phone)."""
    staff = _locked(session, staff_id)
    staff.password_hash, staff.issued_at = password_hash, now
    if forget_totp:
        staff.totp_sealed = staff.totp_enrolled_at = None
    session.execute(delete(SignIn).where(SignIn.staff_id == staff_id))
    note(
        session, now, actor=actor, act="staff.issue_password", subject=f"staff:{staff_id}",
        detail={"second_factor": "forgotten" if forget_totp else "kept"},
    )


def set_scope(
    session: Session, now: datetime, *, staff_id: int, scope: Scope, seen: Scope, by: int, address: str = ""
) -> None:
    """Say what a person of the brand looks after; `seen` is what the form showed. It holds from their next page on.

    The same again changes nothing. Refused: whoever is no administrator (`by`, a staff id); a role whose work is not
    narrowed; a scope that somebody else has changed meanwhile.
    """
    giver = session.get(Staff, by, populate_existing=True)
    if giver is None or giver.disabled_at is not None or giver.role is not StaffRole.ADMINISTRATOR:
        raise Forbidden
    staff = _locked(session, staff_id)
    before = Scope(staff.region, staff.supplier_id)
    if before == scope:
        return
    if not scope.whole and staff.role not in SCOPED:
        raise WorksForAll(name=staff.name)
    if before != seen:
        raise ScopeMoved(name=staff.name)
    staff.region, staff.supplier_id = scope.region, scope.supplier_id
    session.flush()
    told = {"before": asdict(before), "after": asdict(scope)}
    who, whom = f"staff:{by}", f"staff:{staff_id}"
    note(session, now, actor=who, act="staff.scope", subject=whom, address=address, detail=told)


def choose_staff_password(session: Session, now: datetime, *, staff_id: int, was: str, password_hash: str) -> None:
    """Put a newly chosen password in the place of the one verified a moment ago; every sign-in of the person ends."""
    staff = _locked(session, staff_id)
    if staff.password_hash != was:
        raise WrongCredentials
    staff.password_hash, staff.issued_at = password_hash, None
    session.execute(delete(SignIn).where(SignIn.staff_id == staff_id))
    note(session, now, actor=f"staff:{staff_id}", act="password.choose", subject=f"staff:{staff_id}")


def keep_totp_secret(session: Session, now: datetime, *, staff_id: int, secret: str, seal: Seal) -> str:
    """Keep a secret for enrolment and give back the one to enrol: an earlier one not yet confirmed stays."""
    staff = _locked(session, staff_id)
    if staff.totp_enrolled_at is not None:
        raise WrongCode
    if staff.totp_sealed is None:
        staff.totp_sealed = seal.seal(secret, totp_place(staff_id))
        return secret
    return seal.open(staff.totp_sealed, totp_place(staff_id))


def use_totp_step(session: Session, now: datetime, *, staff_id: int, step: int) -> None:
    """Use up a time step; the first one confirms the enrolment. One used before, or older than that, is refused."""
    staff = _locked(session, staff_id)
    if staff.disabled_at is not None or step <= staff.totp_last_step:
        raise WrongCode
    staff.totp_last_step = step
    if staff.totp_enrolled_at is None:
        staff.totp_enrolled_at = now
        note(session, now, actor=f"staff:{staff_id}", act="staff.enrol_totp", subject=f"staff:{staff_id}")


def totp_place(staff_id: int) -> str:
    """What a person's TOTP secret is sealed for."""
    return f"staff:totp:{staff_id}"


def _locked(session: Session, staff_id: int) -> Staff:
    staff = session.get(Staff, staff_id, with_for_update=True, populate_existing=True)
    if staff is None:
        raise NotFound
    return staff
