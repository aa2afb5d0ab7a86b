"""What is done with a code that somebody holds: shown by a tap, written down each time; replaced where it is bad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Forbidden, NotFound
from mall.base.seal import Seal
from mall.base.types import NEVER
from mall.catalog.models import Kind
from mall.dealers.models import MayNotRedeem, MemberRole, StaffRole
from mall.rewards.kinds import card_code
from mall.rewards.models import CardCode, CodeState, Line, NotHeld
from mall.rewards.models.vault import MAY_KEEP


@dataclass(frozen=True)
class Shown:
    """A code in the clear, for one answer to one press."""

    id: int
    code: str
    serial: str
    expires_at: datetime | None
    order_no: str


def reveal_code(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    order_id: int,
    code_id: int,
    member_id: int,
    role: MemberRole,
    seal: Seal,
    source_address: str = "",
) -> Shown:
    """Show a dealer's own code to its owner or a buyer, and write it down. From then on it cannot be given back.

    Refused: a clerk; a code of another order or dealer (as if there were none); one that was replaced or given back.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    code = _locked(session, CardCode.id == code_id, CardCode.dealer_id == dealer_id, CardCode.order_id == order_id)
    if not code.issued:
        raise NotHeld
    return _show(session, now, code, f"member:{member_id}", seal, source_address)


def reveal_to_staff(
    session: Session,
    now: datetime,
    *,
    code_id: int,
    staff_id: int,
    role: StaffRole,
    seal: Seal,
    source_address: str = "",
) -> Shown:
    """Show a code that a dealer has or had to who helps them. Nobody sees one that is still to be given out."""
    if role not in MAY_KEEP:
        raise Forbidden
    code = _locked(session, CardCode.id == code_id)
    if not code.may_be_shown:
        raise NotHeld
    return _show(session, now, code, f"staff:{staff_id}", seal, source_address)


def replace_code(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    order_id: int,
    code_id: int,
    reason: str,
    actor: str,
    source_address: str = "",
) -> int:
    """Give a dealer another code for a bad one, which is void for ever, with the reason. Gives the new one's id.

    A repeat gives the same new one. Refused: a code that is not with this order; no other left (SoldOut).
    """
    bad = _locked(session, CardCode.id == code_id, CardCode.dealer_id == dealer_id, CardCode.order_id == order_id)
    if bad.replaced_by is not None:
        return bad.replaced_by
    if not bad.issued or bad.piece_no is None or bad.line_no is None:
        raise NotHeld
    piece = bad.piece_no
    _void(session, now, bad, reason, actor)
    line = Line(
        dealer_id=dealer_id, order_id=order_id, order_no=bad.order_no or "", line_no=bad.line_no, sku_id=bad.sku_id,
        sku_code="", item_code="", kind=Kind.CARD_CODE, quantity=1, points=0,
    )  # fmt: skip
    bad.replaced_by = card_code.give_one(session, now, sku_id=bad.sku_id, line=line, piece_no=piece)
    for code_of, act, detail in (
        (bad.id, "card_code.void", {"reason": reason[:200], "replaced_by": str(bad.replaced_by)}),
        (bad.replaced_by, "card_code.replace", {"replaces": str(bad.id), "order": line.order_no}),
    ):
        subject = f"card_code:{code_of}"
        note(session, now, actor=actor, act=act, subject=subject, address=source_address, detail=detail)
    session.flush()
    return bad.replaced_by


def void_code(
    session: Session, now: datetime, *, code_id: int, reason: str, actor: str, source_address: str = ""
) -> None:
    """A bad code that a dealer held is void for ever, and no other takes its place: what it cost is given back."""
    bad = _locked(session, CardCode.id == code_id)
    if not bad.issued:
        raise NotHeld
    _void(session, now, bad, reason, actor)
    subject, said = f"card_code:{bad.id}", {"reason": reason[:200]}
    note(session, now, actor=actor, act="card_code.void", subject=subject, address=source_address, detail=said)
    session.flush()


def _void(session: Session, now: datetime, code: CardCode, reason: str, actor: str) -> None:
    code.state, code.piece_no = CodeState.VOID, None
    code.void_at, code.void_by, code.void_reason = now, actor, reason[:200]
    session.flush()


def _locked(session: Session, *asked: object) -> CardCode:
    code = session.scalars(
        select(CardCode).where(*asked).with_for_update().execution_options(populate_existing=True)  # type: ignore[arg-type]
    ).one_or_none()
    if code is None:
        raise NotFound
    return code


def _show(session: Session, now: datetime, code: CardCode, actor: str, seal: Seal, address: str) -> Shown:
    if code.revealed_at is None:
        code.revealed_at, code.revealed_by = now, actor
    detail = {"order": code.order_no or ""}
    subject = f"card_code:{code.id}"
    note(session, now, actor=actor, act="card_code.reveal", subject=subject, address=address, detail=detail)
    session.flush()
    text = seal.open(code.code_sealed, f"card_code:code:{code.id}")
    ends = None if code.expires_at == NEVER else code.expires_at
    return Shown(code.id, text, code.serial, ends, code.order_no or "")
