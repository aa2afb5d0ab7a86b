"""Batches as tests want them: begun, looked at, written, all at once or some rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mall.catalog.actions.batches import begin as begin_
from mall.catalog.actions.batches import check_some, confirm, fill_some, filled, write_some
from mall.catalog.models import Batch, BatchKind, BatchRow
from mall.catalog.rules.bulk import Asked
from mall.dealers.models import WHOLE
from mall.web.db import reading, transact

XU = "staff:1"
ZONE = "Asia/Shanghai"


def begin(codes: Sequence[str], parts: dict[str, Any] | None = None, **more: Any) -> str:
    """The number of a batch that was looked at: by itself it gives rewards another brand."""
    batch = edit(codes, parts or {"brand": "别家"}, **more)
    looked_at(batch.id)
    return batch.no


def edit(codes: Sequence[str], parts: dict[str, Any], **more: Any) -> Batch:
    """A batch that sets something, just begun."""
    return begun(BatchKind.EDIT, {"parts": parts}, codes=codes, **more)


def brought(rows: Sequence[Asked], **more: Any) -> Batch:
    """A batch of a file with these rows, all read."""
    batch = begun(BatchKind.IMPORT, {"sheet": "tests"}, file=("rows.csv", b"-"), **more)
    transact(fill_some, batch_id=batch.id, rows=rows)
    transact(filled, batch_id=batch.id)
    return batch


def begun(kind: BatchKind, asked: dict[str, Any], **more: Any) -> Batch:
    begun.calls = getattr(begun, "calls", 0) + 1  # type: ignore[attr-defined]
    usual: dict[str, Any] = {"key": f"batch-{begun.calls}", "actor": XU, "scope": WHOLE, "zone": ZONE}  # type: ignore[attr-defined]
    return transact(begin_, kind=kind, asked=asked, **usual | more)


def looked_at(batch_id: int, most: int = 500) -> Batch:
    """The same when all its rows are judged."""
    while transact(check_some, batch_id=batch_id, unit_value=0, most=most):
        pass
    return again(batch_id)


def written(batch_id: int, most: int = 500) -> Batch:
    """The same when all its rows are written."""
    transact(confirm, no=again(batch_id).no, actor=XU, scope=WHOLE)
    return on(batch_id, most)


def on(batch_id: int, most: int = 500) -> Batch:
    """The same when whoever goes on with it comes to its end."""
    while transact(write_some, batch_id=batch_id, unit_value=0, most=most):
        pass
    return again(batch_id)


def again(batch_id: int) -> Batch:
    """A batch as it stands."""
    reading().rollback()
    found = reading().get_one(Batch, batch_id, populate_existing=True)
    reading().expunge_all()
    return found


def rows_of(batch_id: int) -> dict[str, BatchRow]:
    """Its rows by code."""
    reading().rollback()
    found = {row.code: row for row in reading().query(BatchRow).filter_by(batch_id=batch_id)}
    reading().expunge_all()
    return found
