"""What a range of an account's entries did, by kind: the middle of a statement, between opening and closing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.points.models import Entry, Kind
from mall.points.queries.statement import Amounts

GAINS: dict[Kind, str] = {
    Kind.EARN: N_("获得"),
    Kind.ACTIVATE: N_("在途到账"),
    Kind.REINSTATE: N_("扣回恢复"),
    Kind.REFUND: N_("退回"),
    Kind.TRANSFER: N_("转入"),
    Kind.ADJUST: N_("调整增加"),
    Kind.HOLD: N_("冻结"),
    Kind.VOID: N_("解除冻结"),
}
LOSSES: dict[Kind, str] = {
    Kind.SPEND: N_("兑换"),
    Kind.CAPTURE: N_("冻结转兑换"),
    Kind.CLAWBACK: N_("扣回"),
    Kind.EXPIRE: N_("过期"),
    Kind.TRANSFER: N_("转出"),
    Kind.ADJUST: N_("调整减少"),
}
ORDER = [(kind, False) for kind in GAINS] + [(kind, True) for kind in LOSSES]
"""Kinds as a statement lists them, what can go either way once on each side."""


@dataclass(frozen=True)
class KindTotal:
    """What all entries of one kind did to the account."""

    kind: Kind
    less: bool
    """It left the account with less; only kinds that go either way are told apart by it."""
    count: int
    change: Amounts

    @property
    def name_shown(self) -> str:
        """What happened, to be translated when told."""
        return kind_name(self.kind, less=self.less)


@dataclass(frozen=True)
class Turnover:
    """The kinds that occurred, in the order of ORDER."""

    kinds: tuple[KindTotal, ...]

    @property
    def change(self) -> Amounts:
        """What all of it did."""
        return sum((total.change for total in self.kinds), Amounts())


_entry = cast(Table, Entry.__table__)
_deltas = (_entry.c.d_pending, _entry.c.d_available, _entry.c.d_held, _entry.c.d_debt)
# Written out, not bound: PostgreSQL must see the same expression in what is selected and in what is grouped by.
_less = _entry.c.d_pending + _entry.c.d_available + _entry.c.d_held - _entry.c.d_debt < literal_column("0")
_BY_KIND = (
    select(_entry.c.kind, _less.label("less"), func.count(), *(func.sum(delta) for delta in _deltas))
    .where(
        _entry.c.dealer_id == bindparam("dealer_id"),
        _entry.c.account_no == 0,
        _entry.c.seq >= bindparam("first_seq"),
        _entry.c.seq <= bindparam("last_seq"),
    )
    .group_by(_entry.c.kind, _less)
)


def kind_name(kind: Kind, *, less: bool) -> str:
    """What an entry of this kind that left the account with less (or not) is called, to be translated when told."""
    return (LOSSES if _is_loss(kind, less=less) else GAINS)[kind]


def _is_loss(kind: Kind, *, less: bool) -> bool:
    """A kind that goes one way only is on that side even where it changed nothing."""
    return less if kind in GAINS and kind in LOSSES else kind in LOSSES


def turnover(session: Session, dealer_id: int, first_seq: int, last_seq: int) -> Turnover:
    """What the dealer's entries from `first_seq` to `last_seq` did, by kind, in one range read."""
    wants = {"dealer_id": dealer_id, "first_seq": first_seq, "last_seq": last_seq}
    sums: dict[tuple[Kind, bool], tuple[int, Amounts]] = {}
    for kind, less, count, *change in session.execute(_BY_KIND, wants):
        side = (kind, _is_loss(kind, less=bool(less)))
        before, amounts = sums.get(side, (0, Amounts()))
        sums[side] = (before + count, amounts + Amounts(*map(int, change)))
    return Turnover(tuple(KindTotal(*side, *sums[side]) for side in ORDER if side in sums))
