"""The second factor: a code sent to the member's own phone, or the password once more, shown by one sign-in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import NotFound
from mall.base.seal import Seal
from mall.base.types import micros
from mall.dealers.models import Code, CodePurpose, Credential, Member, SignIn, WrongCredentials
from mall.dealers.queries.here import MemberHere
from mall.dealers.rules import codes


@dataclass(frozen=True)
class CodeSent:
    """A text to be sent once the transaction stands. `no` is the message's own number: the same is sent once."""

    no: str
    phone: str
    code: str


def send_code(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, purpose: CodePurpose, seal: Seal
) -> CodeSent:
    """Make a code for a purpose and give back what is to be sent; an earlier one of that purpose is good no more.

    Only its keyed hash is kept. How often this may be asked for is limited by whoever calls.
    """
    member = session.get(Member, (dealer_id, member_id))
    if member is None:
        raise NotFound
    code = codes.fresh()
    kept = session.get(Code, (dealer_id, member_id, purpose), with_for_update=True, populate_existing=True)
    if kept is None:
        kept = Code(dealer_id=dealer_id, member_id=member_id, purpose=purpose)
        session.add(kept)
    kept.code_index = _index(seal, dealer_id, member_id, purpose, now, code)
    kept.sent_at, kept.expires_at, kept.tries, kept.used_at = now, now + codes.GOOD_FOR, 0, None
    phone = seal.open(member.phone_sealed, f"member:phone:{member.id}")
    return CodeSent(no=f"C{new_id(now)}", phone=phone, code=code)


def check_code(
    session: Session, now: datetime, *, here: MemberHere, purpose: CodePurpose, code: str, seal: Seal, address: str = ""
) -> bool:
    """Try a code: when it fits, it is used up and this sign-in has shown a second factor as of now.

    A code that does not fit costs one of its tries, which must stay written: so this says no instead of refusing.
    """
    key = (here.dealer_id, here.member_id, purpose)
    kept = session.get(Code, key, with_for_update=True, populate_existing=True)
    if kept is None or kept.used_at is not None or kept.expires_at <= now or kept.tries >= codes.TRIES:
        return False
    kept.tries += 1
    theirs = _index(seal, here.dealer_id, here.member_id, purpose, kept.sent_at, codes.normal(code))
    if not hmac.compare_digest(kept.code_index, theirs):
        note(session, now, actor=here.actor, act="second_factor.fail", subject=here.actor, address=address)
        return False
    kept.used_at = now
    _shown(session, now, here=here, by="sms", address=address)
    return True


def show_password(session: Session, now: datetime, *, here: MemberHere, was: str, address: str = "") -> None:
    """Take the password, entered once more, for the second factor: where no SMS can be sent.

    `was` is the hash it was verified against a moment ago; refused when the password was changed meanwhile.
    """
    member = session.get_one(Member, (here.dealer_id, here.member_id))
    credential = session.get(Credential, member.phone_index, with_for_update=True, populate_existing=True)
    if credential is None or credential.password_hash != was:
        raise WrongCredentials
    _shown(session, now, here=here, by="password", address=address)


def forget_codes(session: Session, now: datetime) -> int:
    """Remove the codes whose time is over; for the worker. Gives back how many."""
    return len(session.execute(delete(Code).where(Code.expires_at <= now).returning(Code.member_id)).all())


def _shown(session: Session, now: datetime, *, here: MemberHere, by: str, address: str) -> None:
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == here.token_hash)
        .values(second_factor_at=now)
        .execution_options(synchronize_session=False)
    )
    note(
        session, now, actor=here.actor, act="second_factor.pass", subject=here.actor, address=address,
        detail={"by": by},
    )


def _index(seal: Seal, dealer_id: int, member_id: int, purpose: CodePurpose, sent_at: datetime, code: str) -> bytes:
    return seal.index(f"{dealer_id}:{member_id}:{purpose}:{micros(sent_at)}:{code}", "code")
