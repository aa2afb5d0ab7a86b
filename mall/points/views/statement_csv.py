"""A statement as a spreadsheet reads it: UTF-8 with its mark, plain numbers, nothing that could be a formula.

It is written as it is read, some hundreds of movements at a time: a month of any length takes the same memory, and no
transaction stays open while a slow line takes what was written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mall.base.spreadsheet import plain
from mall.points.queries import Amounts, Statement, Turnover, between, kind_name, turnover
from mall.points.views.statement_lines import COLUMNS, changed, stood
from mall.points.views.words import _, paper, title

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What tells a spreadsheet that this is UTF-8."""
CHUNK = 500
Cells = Iterable[str | int]


def rows(session: Session, told: Statement) -> Iterator[str]:
    """The whole file in pieces: a head that names it and sums it up, then a line a movement, oldest first."""
    moved = turnover(session, told.dealer_id, told.first_seq, told.last_seq)
    session.rollback()
    yield MARK + _written(_head(told, moved))
    for first in range(told.first_seq, told.last_seq + 1, CHUNK):
        found = between(session, told.dealer_id, first, min(first + CHUNK - 1, told.last_seq), most=1)
        session.rollback()
        yield _written(
            [
                movement.seq,
                _moment(movement.posted_at, told.zone),
                _moment(movement.effective_at, told.zone),
                _(kind_name(movement.kind, less=changed(movement).total < 0)),
                title(movement),
                paper(movement),
                *_figures(changed(movement)),
                *_figures(stood(movement)),
            ]
            for movement in found
        )


def _head(told: Statement, moved: Turnover) -> Iterator[Cells]:
    yield _("月度对账单"), told.programme
    yield _("经销商"), told.dealer_name
    yield _("经销商编号"), told.dealer_code
    yield _("月份"), f"{told.month:%Y-%m}", _("已结") if told.complete else _("未结")
    yield _("起"), _moment(told.starts_at, told.zone), told.zone
    yield _("止（不含）"), _moment(told.ends_at, told.zone), told.zone
    yield _("笔数"), told.count
    yield _("最后一笔序号"), told.head_seq
    yield _("校验码"), told.head.hex()
    yield ()
    names = [_(name) for name in COLUMNS.values()]
    yield _("汇总"), _("笔数"), *names
    yield _("期初"), "", *_figures(told.opening)
    for total in moved.kinds:
        yield _(total.name_shown), total.count, *_figures(total.change)
    yield _("期末"), "", *_figures(told.closing)
    yield ()
    changes = [_("%(balance)s变动", balance=name) for name in names]
    yield _("序号"), _("记账时间"), _("业务时间"), _("类型"), _("摘要"), _("单据"), *changes, *names


def _figures(amounts: Amounts) -> list[int]:
    return [getattr(amounts, name) for name in COLUMNS]


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def _written(lines: Iterable[Cells]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([plain(cell) for cell in cells] for cells in lines)
    return text.getvalue()
