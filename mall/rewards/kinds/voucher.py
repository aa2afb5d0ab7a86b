"""Service benefits and coupons: a signed voucher a piece, told to the system that honours it.

Nothing is kept before it is issued; the item's terms are looked at when it is ordered, so that nothing is paid for
that cannot be issued.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mall.base.bulk import add
from mall.base.ids import new_id
from mall.base.seal import Seal
from mall.base.time import civil_day
from mall.catalog.models import Kind
from mall.dealers.models import Dealer
from mall.outbox.actions import send
from mall.outbox.models import System
from mall.rewards.models import HandedOut, Issued, Line, NotReturnable, Thing
from mall.rewards.models.voucher import (
    MOST_PIECES,
    Service,
    TermsMissing,
    TooManyPieces,
    Voucher,
    VoucherState,
)
from mall.rewards.queries.rebates import zone_of
from mall.rewards.rules.token import PURPOSE, signed
from mall.rewards.rules.voucher import VoucherTerms, coupon_terms, ends, number, service_terms

_voucher = cast(Table, Voucher.__table__)
TONES = {VoucherState.ISSUED: "good"}


def reserve(session: Session, now: datetime, lines: Sequence[Line], *, seal: Seal) -> None:
    """Refused: an item whose terms are not complete, more pieces than a line can have."""
    for line in lines:
        if line.kind is Kind.SERVICE and not line.terms:
            continue  # a benefit without terms is given by people
        if _terms(line) is None:
            raise TermsMissing
        if line.quantity > MOST_PIECES:
            raise TooManyPieces(most=MOST_PIECES)


def release(session: Session, now: datetime, lines: Sequence[Line]) -> None:
    """Nothing was kept."""


def issue(session: Session, now: datetime, lines: Sequence[Line], *, actor: str, seal: Seal) -> dict[int, Issued]:
    """Make a voucher for each piece, and have its system told. Pieces that have theirs keep it."""
    known = {(row.line_no, row.piece_no) for row in _of_order(session, lines[0])}
    dealer = session.execute(select(Dealer.code).where(Dealer.id == lines[0].dealer_id)).scalar_one()
    zone, key = zone_of(session), seal.signer(PURPOSE)
    issued: dict[int, Issued] = {}
    rows: list[dict[str, Any]] = []
    for line in lines:
        terms = _terms(line)
        issued[line.line_no] = Issued.DONE if terms else Issued.BY_HAND
        if terms is None:
            continue
        expires_at = ends(civil_day(now, zone), terms.days, zone)
        for piece in range(1, line.quantity + 1):
            if (line.line_no, piece) not in known:
                row = _row(now, line, terms, piece, expires_at)
                rows.append(row | {"token": signed(_claims(row, dealer), key)})
    add(session, _voucher, rows)
    for row in rows:
        _tell(session, now, row, "issued", _told(row))
    return issued


def take_back(session: Session, now: datetime, line: Line, *, quantity: int, actor: str) -> bool:
    """Take back so many vouchers that are unused and not over, those that end last first, and have their system told.

    Refused with NotReturnable where fewer are. A line that people have served by hand is looked at by people.
    """
    held = [one for one in _of_order(session, line, lock=True) if one.line_no == line.line_no]
    if not held:
        return False
    usable = [one for one in held if one.usable(now)]
    if len(usable) < quantity:
        raise NotReturnable
    for voucher in usable[-quantity:]:
        give_back(session, now, voucher, actor=actor)
    session.flush()
    return True


def give_back(session: Session, now: datetime, voucher: Voucher, *, actor: str) -> None:
    """A usable voucher, locked by the caller, is over: given back. Its system is told."""
    voucher.state, voucher.returned_at, voucher.ended_by = VoucherState.RETURNED, now, actor
    told = {"no": voucher.no, "at": now.isoformat(timespec="seconds")}
    _tell(session, now, {"dealer_id": voucher.dealer_id, "system": voucher.system, "no": voucher.no}, "returned", told)


def run_out(session: Session, now: datetime, voucher: Voucher) -> None:
    """A voucher whose day has passed, locked by the caller, is written down as expired. Its system is told."""
    voucher.state = VoucherState.EXPIRED
    told = {"no": voucher.no, "at": voucher.expires_at.isoformat(timespec="seconds")}
    _tell(session, now, {"dealer_id": voucher.dealer_id, "system": voucher.system, "no": voucher.no}, "expired", told)


def handed_out(session: Session, dealer_id: int, order_id: int) -> dict[int, HandedOut]:
    """The vouchers of an order, by line. A page says of those that are over that they are, by `expires_at`."""
    found = session.scalars(
        select(Voucher)
        .where(Voucher.dealer_id == dealer_id, Voucher.order_id == order_id)
        .order_by(Voucher.line_no, Voucher.piece_no)
    )
    held: dict[int, list[Voucher]] = defaultdict(list)
    for voucher in found:
        held[voucher.line_no].append(voucher)
    return {
        line_no: HandedOut(line_no=line_no, kind=own[0].kind, things=tuple(_thing(voucher) for voucher in own))
        for line_no, own in held.items()
    }


def _thing(voucher: Voucher) -> Thing:
    return Thing(
        id=voucher.id,
        text=voucher.number_shown,
        state=voucher.state.name_shown,
        params={"no": voucher.no},
        tone=TONES.get(voucher.state, "plain"),
        expires_at=voucher.expires_at,
        copied=True,
    )


def _terms(line: Line) -> VoucherTerms | None:
    return coupon_terms(line.terms) if line.kind is Kind.COUPON else service_terms(line.terms)


def _of_order(session: Session, line: Line, *, lock: bool = False) -> list[Voucher]:
    found = (
        select(Voucher)
        .where(Voucher.dealer_id == line.dealer_id, Voucher.order_id == line.order_id)
        .order_by(Voucher.line_no, Voucher.piece_no)
    )
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(found))


def _row(now: datetime, line: Line, terms: VoucherTerms, piece: int, expires_at: datetime) -> dict[str, Any]:
    voucher_id = new_id(now)
    return {
        "dealer_id": line.dealer_id,
        "id": voucher_id,
        "no": number(line.dealer_id, voucher_id),
        "kind": line.kind,
        "service": Service(terms.service) if terms.service else None,
        "system": System(terms.system),
        "order_id": line.order_id,
        "order_no": line.order_no,
        "line_no": line.line_no,
        "piece_no": piece,
        "sku_code": line.sku_code,
        "fen": terms.fen,
        "least_fen": terms.least_fen,
        "state": VoucherState.ISSUED,
        "issued_at": now,
        "expires_at": expires_at,
        "used_at": None,
        "reference": "",
        "returned_at": None,
        "reminded_at": None,
        "ended_by": "",
    }


def _what(row: dict[str, Any]) -> dict[str, Any]:
    if row["kind"] is Kind.COUPON:
        return {"kind": "coupon", "fen": row["fen"], "least_fen": row["least_fen"], "currency": "CNY"}
    return {"kind": "service", "service": row["service"].value}


def _claims(row: dict[str, Any], dealer: str) -> dict[str, Any]:
    times = {"iat": int(row["issued_at"].timestamp()), "exp": int(row["expires_at"].timestamp())}
    return {"iss": "mall", "jti": row["no"], "sub": dealer, "aud": row["system"].value} | times | _what(row)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: row[name].isoformat(timespec="seconds") for name in ("issued_at", "expires_at")}
    whence = {"order": row["order_no"], "line": row["line_no"], "piece": row["piece_no"], "sku": row["sku_code"]}
    return {"no": row["no"], "token": row["token"]} | whence | times | _what(row)


def _tell(session: Session, now: datetime, row: dict[str, Any], what: str, told: dict[str, Any]) -> None:
    send(
        session,
        now,
        dealer_id=row["dealer_id"],
        to=row["system"],
        topic=f"voucher.{what}",
        key=f"voucher/{row['no']}/{what}",
        body=told,
    )
