"""Spreadsheets of rewards for tests: rows by column, as a workbook or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from mall.catalog.actions.batches import agree, confirm
from mall.catalog.actions.sheets import bring
from mall.catalog.models import Batch, BatchRow
from mall.catalog.queries.sheet_reader import opened
from mall.catalog.rules.sheets.columns import COLUMNS
from mall.catalog.rules.sheets.known import Known, names
from mall.catalog.rules.sheets.layout import REWARDS, Layout
from mall.catalog.rules.sheets.words import HEADINGS
from mall.dealers.models import WHOLE
from mall.jobs.tasks import batches
from mall.web.db import reading, transact
from tests.base.xlsx import book

ZONE = "Asia/Shanghai"
MAKER, SECOND = "staff:1", "staff:2"
AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
FLASK: dict[str, str] = {
    "item": "TB-750", "sku": "TB-750-PINE", "name": "钛合金保温杯 750 毫升", "category": "生活日用", "kind": "实物",
    "brand": "恒岳", "list_price": "399", "attribute_1": "颜色", "value_1": "松绿", "cost": "150", "points": "18600",
}  # fmt: skip
CASE: dict[str, str] = {
    "item": "TR-20", "sku": "TR-20-STD", "name": "铝框拉杆箱 20 寸", "category": "home", "kind": "实物",
    "points": "42000", "stock": "60",
}  # fmt: skip


def table(*rows: dict[str, str], keys: Sequence[str] = (), language: int = 0) -> list[list[str]]:
    """Rows under the headings of these columns, by default of all that the rows have."""
    used = [column.key for column in COLUMNS if column.key in keys or any(column.key in row for row in rows)]
    return [[HEADINGS[key][language] for key in used], *([row.get(key, "") for key in used] for row in rows)]


def workbook(*rows: dict[str, str], **more: Any) -> bytes:
    """Such rows as .xlsx."""
    return book(table(*rows, **more))


def comma_separated(*rows: dict[str, str], encoding: str = "utf-8-sig", **more: Any) -> bytes:
    """Such rows as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(table(*rows, **more))
    return text.getvalue().encode(encoding)


def known(**more: Any) -> Known:
    """Two categories within a third, one supplier, any picture that begins with a letter before n."""
    given: dict[str, Any] = {
        "now": AT,
        "zone": ZoneInfo(ZONE),
        "named": {
            "category": names([
                ("home", {"生活日用"}), ("cups", {"杯壶", "生活日用/杯壶"}), ("cups-2", {"杯壶", "办公/杯壶"}),
            ]),
            "supplier": names([("SUP-1", ["临安恒泰"])]),
            "freight": names([("large", ["大件，偏远加价"])]),
        },
        "is_picture": lambda key: key < "n",
    }  # fmt: skip
    return Known(**given | more)


def brought(
    raw: bytes, *, key: str = "k", name: str = "rewards.xlsx", layout: Layout = REWARDS, **more: Any
) -> Batch:
    """A file brought in, read and looked at, as the worker does it."""
    given: dict[str, Any] = {"actor": MAKER, "scope": WHOLE, "zone": ZONE, "note_": ""}
    given |= {"layout": layout, "heading": opened(raw, layout)}
    batch = transact(bring, name=name, raw=raw, key=key, **given | more)
    work()
    return stands(batch)


def executed(batch: Batch) -> Batch:
    """A batch written, with a second person's word where that is needed."""
    said = transact(confirm, no=batch.no, actor=MAKER, scope=WHOLE)
    if said.waiting:
        transact(agree, no=batch.no, actor=SECOND, scope=WHOLE)
    work()
    return stands(batch)


def stands(batch: Batch) -> Batch:
    """A batch as it stands now."""
    session = reading()
    session.rollback()
    session.expire_all()
    found = session.scalars(select(Batch).where(Batch.id == batch.id).execution_options(populate_existing=True)).one()
    session.expunge(found)
    return found


def rows_of(batch: Batch) -> list[BatchRow]:
    """Its rows in their order."""
    return list(reading().scalars(select(BatchRow).where(BatchRow.batch_id == batch.id).order_by(BatchRow.no)))


def work() -> None:
    """All that the worker has to do."""
    while batches.run():
        pass
