"""What happened to a dealer's points, newest first, page by page along the account's own numbering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from sqlalchemy import ColumnElement, Table, bindparam, select
from sqlalchemy.orm import Session

from mall.base.refused import N_, NotFound
from mall.points.models import Account, Entry, Journal, Kind, Line, Lot
from mall.points.queries.lots import LOT_COLUMNS, lot_of
from mall.points.queries.movement import Movement, Step, movement_of

REACH = 5_000
"""How many entries one page of a filter looks through: a rare kind never reads a long history at once."""
STEPS = 8
"""How many steps of a movement a list shows; its own page shows them all."""
EVERY = 2**15 - 1
LAST = 2**62


class Shown(StrEnum):
    """Which movements a list shows."""

    ALL = "all"
    EARNED = "earned"
    USED = "used"
    RETURNED = "returned"
    COMING = "coming"
    EXPIRED = "expired"
    TAKEN_BACK = "taken-back"
    ADJUSTED = "adjusted"

    @property
    def name_shown(self) -> str:
        """The filter's name, to be translated when told."""
        return SHOWN[self]


SHOWN: dict[Shown, str] = {
    Shown.ALL: N_("全部"),
    Shown.EARNED: N_("获得"),
    Shown.USED: N_("兑换"),
    Shown.RETURNED: N_("退回"),
    Shown.COMING: N_("在途"),
    Shown.EXPIRED: N_("过期"),
    Shown.TAKEN_BACK: N_("扣回"),
    Shown.ADJUSTED: N_("调整"),
}


@dataclass(frozen=True)
class History:
    """A page of movements, newest first. `before` leads on to older ones; None at the very beginning."""

    movements: tuple[Movement, ...]
    before: int | None


_account = cast(Table, Account.__table__)
_entry = cast(Table, Entry.__table__)
_journal = cast(Table, Journal.__table__)
_line = cast(Table, Line.__table__)
_lot = cast(Table, Lot.__table__)

_ROWS = (
    select(
        _entry.c.seq,
        _entry.c.kind,
        _entry.c.journal_id,
        _entry.c.d_pending,
        _entry.c.d_available,
        _entry.c.d_held,
        _entry.c.d_debt,
        _entry.c.pending,
        _entry.c.available,
        _entry.c.held,
        _entry.c.debt,
        _entry.c.effective_at,
        _entry.c.posted_at,
        _journal.c.source,
        _journal.c.idem_key,
        _journal.c.points,
        _journal.c.actor,
        _journal.c.why,
        _journal.c.result,
        _journal.c.ref_journal,
        _journal.c.checker,
    )
    .join_from(
        _entry,
        _journal,
        (_journal.c.dealer_id == _entry.c.dealer_id) & (_journal.c.journal_id == _entry.c.journal_id),
    )
    .where(_entry.c.dealer_id == bindparam("dealer_id"), _entry.c.account_no == 0)
)

_PICK: dict[Shown, ColumnElement[bool]] = {
    Shown.EARNED: _entry.c.kind.in_([Kind.EARN, Kind.ACTIVATE, Kind.REINSTATE])
    | ((_entry.c.kind == Kind.TRANSFER) & (_entry.c.d_available >= 0)),
    Shown.USED: _entry.c.kind.in_([Kind.SPEND, Kind.HOLD, Kind.CAPTURE]),
    Shown.RETURNED: _entry.c.kind.in_([Kind.REFUND, Kind.VOID]),
    Shown.COMING: _entry.c.d_pending != 0,
    Shown.EXPIRED: _entry.c.kind == Kind.EXPIRE,
    Shown.TAKEN_BACK: _entry.c.kind == Kind.CLAWBACK,
    Shown.ADJUSTED: (_entry.c.kind == Kind.ADJUST) | ((_entry.c.kind == Kind.TRANSFER) & (_entry.c.d_available < 0)),
}
_PAGE = (
    _ROWS.where(_entry.c.seq < bindparam("before"), _entry.c.seq >= bindparam("floor"))
    .order_by(_entry.c.seq.desc())
    .limit(bindparam("limit"))
)
_PAGES = {Shown.ALL: _PAGE} | {shown: _PAGE.where(pick) for shown, pick in _PICK.items()}
_ONE = _ROWS.where(_entry.c.seq == bindparam("seq"))
_BETWEEN = _ROWS.where(_entry.c.seq >= bindparam("first"), _entry.c.seq <= bindparam("last")).order_by(_entry.c.seq)
_LAST_SEQ = select(_account.c.last_seq).where(
    _account.c.dealer_id == bindparam("dealer_id"), _account.c.account_no == 0
)
_STEPS = (
    select(_line.c.seq, _line.c.src, _line.c.dst, _line.c.points, *LOT_COLUMNS)
    .join_from(
        _line,
        _lot,
        (_lot.c.dealer_id == _line.c.dealer_id)
        & (_lot.c.account_no == _line.c.account_no)
        & (_lot.c.lot_no == _line.c.lot_no),
        isouter=True,
    )
    .where(
        _line.c.dealer_id == bindparam("dealer_id"),
        _line.c.account_no == 0,
        _line.c.seq.in_(bindparam("seqs", expanding=True)),
        _line.c.line_no <= bindparam("most"),
    )
    .order_by(_line.c.seq, _line.c.line_no)
)


def history(
    session: Session,
    dealer_id: int,
    shown: Shown = Shown.ALL,
    before: int | None = None,
    limit: int = 20,
    reach: int = REACH,
) -> History:
    """A page of the dealer's movements with their first steps, older than `before`.

    A page of a filter looks through `reach` entries and may hold fewer than `limit` although older ones follow: then
    `before` leads on.
    """
    top, floor = before or LAST, 0
    if shown is not Shown.ALL:
        top = before or (session.scalar(_LAST_SEQ, {"dealer_id": dealer_id}) or 0) + 1
        floor = max(top - reach, 0)
    wants = {"dealer_id": dealer_id, "before": top, "floor": floor, "limit": limit + 1}
    rows = session.execute(_PAGES[shown], wants).all()
    more = len(rows) > limit
    rows = rows[:limit]
    steps = _steps(session, dealer_id, [row.seq for row in rows], STEPS + 1)
    movements = tuple(movement_of(row, steps[row.seq], STEPS) for row in rows)
    following = rows[-1].seq if more else floor if floor > 1 else None
    return History(movements, following)


def movement(session: Session, dealer_id: int, seq: int) -> Movement:
    """One movement with all its steps. Refused as not found: a number that this dealer's account has not reached."""
    row = session.execute(_ONE, {"dealer_id": dealer_id, "seq": min(seq, LAST)}).one_or_none()
    if row is None:
        raise NotFound
    return movement_of(row, _steps(session, dealer_id, [row.seq], EVERY)[row.seq])


def between(session: Session, dealer_id: int, first: int, last: int, most: int = STEPS) -> tuple[Movement, ...]:
    """The dealer's movements from number `first` to `last`, oldest first, each with its first `most` steps.

    The caller bounds the range: all of it is read at once.
    """
    rows = session.execute(_BETWEEN, {"dealer_id": dealer_id, "first": first, "last": last}).all()
    steps = _steps(session, dealer_id, [row.seq for row in rows], most + 1)
    return tuple(movement_of(row, steps[row.seq], most) for row in rows)


def _steps(session: Session, dealer_id: int, seqs: Sequence[int], most: int) -> dict[int, list[Step]]:
    steps: dict[int, list[Step]] = {seq: [] for seq in seqs}
    if seqs:
        for row in session.execute(_STEPS, {"dealer_id": dealer_id, "seqs": seqs, "most": most}):
            lot = lot_of(row[4:]) if row.lot_no is not None else None
            steps[row.seq].append(Step(row.src, row.dst, row[3], lot))
    return steps
