"""Vouchers as a system, a dealer's page and the desk look at them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from mall.base.places import Place, behind
from mall.base.seal import Seal
from mall.dealers.models import Dealer
from mall.dealers.queries.found import NOBODY, Meant
from mall.outbox.models import System
from mall.rewards.models.voucher import NoSuchVoucher, Voucher, VoucherState
from mall.rewards.rules.token import PURPOSE, jwk
from mall.rewards.rules.voucher import plain_number

PAGE = 20
DESK_PAGE = 50


def public_key(seal: Seal) -> dict[str, str]:
    """The key by which others can believe a voucher, as a JSON Web Key."""
    return jwk(seal.signer(PURPOSE).public_key())


@dataclass(frozen=True)
class VoucherShown:
    """A voucher and the dealer who has it."""

    voucher: Voucher
    dealer: Row[tuple[str, str]]


def voucher_of_system(session: Session, no: str, systems: Collection[System]) -> tuple[Voucher, str]:
    """A voucher that was issued to one of these systems, by its number, and its dealer's code. Refused: any other."""
    found = session.execute(
        select(Voucher, Dealer.code)
        .join(Dealer, Dealer.id == Voucher.dealer_id)
        .where(Voucher.no == plain_number(no), Voucher.system.in_(systems))
    ).first()
    if found is None:
        raise NoSuchVoucher
    return found.Voucher, found.code


def voucher_of_dealer(session: Session, dealer_id: int, no: str) -> Voucher:
    """A dealer's own voucher by its number. Refused: anybody else's, as if there were none."""
    voucher = session.scalars(
        select(Voucher).where(Voucher.dealer_id == dealer_id, Voucher.no == plain_number(no))
    ).first()
    if voucher is None:
        raise NoSuchVoucher
    return voucher


def vouchers_of_dealer(
    session: Session,
    dealer_id: int,
    state: VoucherState,
    now: datetime,
    after: tuple[datetime, int] | None = None,
) -> tuple[list[Voucher], tuple[datetime, int] | None]:
    """A page of a dealer's vouchers in a state, and where the next one begins.

    Those that can be used begin with the one that ends first, all others with the one that ended last.
    """
    usable = state is VoucherState.ISSUED
    place = tuple_(Voucher.expires_at, Voucher.id)
    asked = select(Voucher).where(Voucher.dealer_id == dealer_id, stands(state, now))
    if after is not None:
        asked = asked.where(place > after if usable else place < after)
    order = (Voucher.expires_at, Voucher.id) if usable else (Voucher.expires_at.desc(), Voucher.id.desc())
    found = list(session.scalars(asked.order_by(*order).limit(PAGE + 1)))
    more = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], (more.expires_at, more.id) if more else None


def counts_of_dealer(session: Session, dealer_id: int, now: datetime) -> dict[VoucherState, int]:
    """How many vouchers a dealer has in each state as of now."""
    asked = [func.count().filter(stands(state, now)) for state in VoucherState]
    found = session.execute(select(*asked).where(Voucher.dealer_id == dealer_id)).one()
    return dict(zip(VoucherState, found, strict=True))


@dataclass(frozen=True)
class Asked:
    """What the desk's list is narrowed to."""

    state: VoucherState | None = None
    system: System | None = None
    words: str = ""
    whose: Meant = NOBODY
    """The dealers that the words may mean."""
    before: Place | None = None
    sort: str = ""
    size: int = DESK_PAGE


def vouchers_at_desk(session: Session, now: datetime, asked: Asked) -> tuple[list[VoucherShown], Place | None]:
    """A page of all dealers' vouchers, those issued last first or in the order asked for, and where the next begins."""
    rows: Any = select(Voucher, Dealer.code, Dealer.name).join(Dealer, Dealer.id == Voucher.dealer_id)
    rows = rows.where(*_narrowed(asked), *([stands(asked.state, now)] if asked.state else []))
    by_end = asked.sort.lstrip("-") == "expires"
    order = (Voucher.expires_at if by_end else Voucher.issued_at, Voucher.id)
    rows = behind(rows, asked.before, *order, oldest=asked.sort in ("expires", "issued"))
    found = [VoucherShown(row.Voucher, row) for row in session.execute(rows.limit(asked.size + 1))]
    more = found[asked.size - 1].voucher if len(found) > asked.size else None
    return found[: asked.size], (more.expires_at if by_end else more.issued_at, more.id) if more else None


def counts_at_desk(session: Session, now: datetime, asked: Asked) -> dict[VoucherState, int]:
    """How many vouchers of what is asked for stand in each state."""
    counts = [func.count().filter(stands(state, now)) for state in VoucherState]
    found = session.execute(
        select(*counts).select_from(Voucher).where(*_narrowed(asked))
    ).one()
    return dict(zip(VoucherState, found, strict=True))


def stands(state: VoucherState, now: datetime) -> ColumnElement[bool]:
    """Stands in a state at that moment: over is over before the worker has written it down."""
    issued = Voucher.state == VoucherState.ISSUED
    if state is VoucherState.ISSUED:
        return and_(issued, Voucher.expires_at > now)
    if state is VoucherState.EXPIRED:
        return or_(Voucher.state == VoucherState.EXPIRED, and_(issued, Voucher.expires_at <= now))
    return Voucher.state == state


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.system:
        conditions.append(Voucher.system == asked.system)
    if asked.words:
        exact = (Voucher.no == (plain_number(asked.words) or asked.words), Voucher.order_no == asked.words)
        conditions.append(or_(*exact, Voucher.reference == asked.words, asked.whose.of(Voucher.dealer_id)))
    return conditions
