"""Card codes from the vault: reserved with the order, issued when it is paid, one holder each, and never twice.

A SKU without a shelf in the vault is left to people. Whoever is here has taken the SKU's stock before, and with it the
lock on its row; `SKIP LOCKED` keeps clear of codes that are being taken out at the same moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.base.seal import Seal
from mall.base.types import NEVER
from mall.catalog.actions import withdraw
from mall.catalog.models import Because, Kind, Reason, SoldOut
from mall.rewards.models import CodeState, HandedOut, Issued, Line, NotReturnable, Thing
from mall.rewards.models.vault import LEAST_LIFE, CardCode, VaultShelf

_code = cast(Table, CardCode.__table__)
_OF_ORDER = (_code.c.dealer_id == bindparam("dealer"), _code.c.order_id == bindparam("of_order"))
_FREE = (
    select(_code.c.id)
    .where(
        _code.c.sku_id == bindparam("sku"),
        _code.c.state == CodeState.FREE,
        _code.c.expires_at >= bindparam("good_until", type_=_code.c.expires_at.type),
    )
    .order_by(_code.c.expires_at, _code.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_RESERVE = (
    update(_code)
    .where(_code.c.id == bindparam("code"), _code.c.state == CodeState.FREE)
    .values(
        state=CodeState.RESERVED,
        dealer_id=bindparam("dealer"),
        order_id=bindparam("of_order"),
        order_no=bindparam("no"),
        line_no=bindparam("line"),
        piece_no=bindparam("piece"),
        reserved_at=bindparam("at", type_=_code.c.reserved_at.type),
    )
)
_ISSUE = (
    update(_code)
    .where(*_OF_ORDER, _code.c.line_no == bindparam("line"), _code.c.state == CodeState.RESERVED)
    .values(state=CodeState.ISSUED, issued_at=bindparam("at", type_=_code.c.issued_at.type))
)
_NOBODYS: dict[str, Any] = {
    "state": CodeState.FREE, "dealer_id": None, "order_id": None, "order_no": None, "line_no": None, "piece_no": None,
    "reserved_at": None, "issued_at": None,
}  # fmt: skip
_RELEASE = (
    update(_code)
    .where(*_OF_ORDER, _code.c.line_no == bindparam("line"), _code.c.state == CodeState.RESERVED)
    .values(_NOBODYS)
)
_HELD = (
    select(_code.c.line_no, _code.c.piece_no, _code.c.state, _code.c.id, _code.c.revealed_at)
    .where(*_OF_ORDER, _code.c.piece_no.is_not(None))
    .order_by(_code.c.line_no, _code.c.piece_no)
)


def reserve(session: Session, now: datetime, lines: Sequence[Line], *, seal: Seal) -> None:
    """Keep a code for each piece, those that end first before others. Refused whole where too few are left."""
    shelved, held = _shelved(session, lines), _held(session, lines[0])
    for line in lines:
        if line.sku_id not in shelved:
            continue
        missing = sorted(set(range(1, line.quantity + 1)) - {row.piece_no for row in held[line.line_no]})
        free = _free(session, now, line.sku_id, len(missing))
        if len(free) < len(missing):
            raise SoldOut(left=len(free))
        _give(session, now, line, missing, free)


def release(session: Session, now: datetime, lines: Sequence[Line]) -> None:
    """Let the codes go back to where they were; stock goes back by the order itself."""
    for line in lines:
        session.execute(_RELEASE, {"dealer": line.dealer_id, "of_order": line.order_id, "line": line.line_no})


def issue(session: Session, now: datetime, lines: Sequence[Line], *, actor: str, seal: Seal) -> dict[int, Issued]:
    """The codes that were kept are the dealer's from now on.

    A line from before its SKU came into the vault has none kept: it gets them now, of what is left, or else is left to
    people. What was issued before stays as it is.
    """
    for line in lines:
        of_line = {"dealer": line.dealer_id, "of_order": line.order_id, "line": line.line_no}
        session.execute(_ISSUE, of_line | {"at": now})
    held, shelved = _held(session, lines[0]), _shelved(session, lines)
    issued: dict[int, Issued] = {}
    for line in lines:
        done = bool(held[line.line_no]) or (line.sku_id in shelved and _issue_late(session, now, line))
        issued[line.line_no] = Issued.DONE if done else Issued.BY_HAND
    return issued


def take_back(session: Session, now: datetime, line: Line, *, quantity: int, actor: str) -> bool:
    """So many codes that nobody has seen are free again. Refused where fewer are unseen.

    Stock goes back by whoever asks. A line that people have served by hand is looked at by people.
    """
    held = _held(session, line, lock=True)[line.line_no]
    unseen = [row.id for row in held if row.state is CodeState.ISSUED and row.revealed_at is None]
    if not held:
        return False
    if len(unseen) < quantity:
        raise NotReturnable
    session.execute(update(_code).where(_code.c.id.in_(unseen[-quantity:])).values(_NOBODYS))
    return True


def handed_out(session: Session, dealer_id: int, order_id: int) -> dict[int, HandedOut]:
    """The codes of an order by line: their serial numbers, whether they were seen; never themselves."""
    found = session.execute(
        select(_code.c.id, _code.c.line_no, _code.c.piece_no, _code.c.serial, _code.c.expires_at, _code.c.revealed_at)
        .where(
            _code.c.dealer_id == dealer_id,
            _code.c.order_id == order_id,
            _code.c.piece_no.is_not(None),
            _code.c.state == CodeState.ISSUED,
        )
        .order_by(_code.c.line_no, _code.c.piece_no)
    ).all()
    things: dict[int, list[Thing]] = defaultdict(list)
    for row in found:
        things[row.line_no].append(
            Thing(
                id=row.id,
                text=row.serial,
                state=N_("已查看") if row.revealed_at else N_("未查看"),
                params={"n": row.piece_no},
                tone="" if row.revealed_at else "good",
                expires_at=None if row.expires_at == NEVER else row.expires_at,
                secret=True,
                revealed_at=row.revealed_at,
            )
        )
    return {no: HandedOut(line_no=no, kind=Kind.CARD_CODE, things=tuple(codes)) for no, codes in things.items()}


def give_one(session: Session, now: datetime, *, sku_id: int, line: Line, piece_no: int) -> int:
    """Issue one more code to a piece whose own was bad, out of stock as well; refused with SoldOut where none is left.

    Gives its id.
    """
    withdraw(session, now, {sku_id: 1}, because=Because(Reason.CODES, line.order_no, "system"))
    free = _free(session, now, sku_id, 1)
    if not free:
        raise SoldOut(left=0)
    _give(session, now, line, [piece_no], free)
    of_line = {"dealer": line.dealer_id, "of_order": line.order_id, "line": line.line_no}
    session.execute(_ISSUE, of_line | {"at": now})
    return free[0]


def _shelved(session: Session, lines: Sequence[Line]) -> Collection[int]:
    """Which of the lines' SKUs have their codes in the vault."""
    asked = select(VaultShelf.sku_id).where(VaultShelf.sku_id.in_({line.sku_id for line in lines}))
    return set(session.scalars(asked))


def _held(session: Session, line: Line, *, lock: bool = False) -> dict[int, list[Any]]:
    """The codes that an order's pieces hold, by line."""
    held: dict[int, list[Any]] = defaultdict(list)
    asked = _HELD.with_for_update() if lock else _HELD
    for row in session.execute(asked, {"dealer": line.dealer_id, "of_order": line.order_id}):
        held[row.line_no].append(row)
    return held


def _free(session: Session, now: datetime, sku_id: int, most: int) -> Sequence[int]:
    """Codes that nobody holds and that last long enough, the soonest to end first; nobody else gets them meanwhile."""
    if not most:
        return []
    wanted = {"sku": sku_id, "good_until": now + LEAST_LIFE, "most": most}
    return session.scalars(_FREE, wanted).all()


def _give(session: Session, now: datetime, line: Line, pieces: Sequence[int], codes: Sequence[int]) -> None:
    whose = {
        "dealer": line.dealer_id, "of_order": line.order_id, "no": line.order_no, "line": line.line_no, "at": now,
    }  # fmt: skip
    given = [whose | {"piece": piece, "code": code} for piece, code in zip(pieces, codes, strict=True)]
    if given:
        session.execute(_RESERVE, given)


def _issue_late(session: Session, now: datetime, line: Line) -> bool:
    """Whether a line without codes of its own got them now; its pieces were counted out of stock before the vault."""
    free = _free(session, now, line.sku_id, line.quantity)
    if len(free) < line.quantity:
        return False
    withdraw(session, now, {line.sku_id: line.quantity}, because=Because(Reason.CODES, line.order_no, "system"))
    _give(session, now, line, range(1, line.quantity + 1), free)
    of_line = {"dealer": line.dealer_id, "of_order": line.order_id, "line": line.line_no}
    session.execute(_ISSUE, of_line | {"at": now})
    return True
