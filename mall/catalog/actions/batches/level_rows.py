"""The rows of a file of stock levels: those of a SKU each, judged as on its page, written all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.base.refused import N_
from mall.catalog.actions.alarms import look_at_these
from mall.catalog.actions.batches.judged import Judged
from mall.catalog.actions.batches.noted import note_rows
from mall.catalog.models import Batch, Outcome, Sku, Stock, StockLevel
from mall.catalog.rules.bulk import moved, told

NO_SUCH = N_("没有规格 %(code)s：要先发布有它的礼品")
SAME = N_("和现在一样，没有要改的")
UPSIDE_DOWN = N_("预警线 %(warning)s 低于安全库存 %(safety)s")
MOVED = N_("试运行之后有人改过：%(what)s，没有写入")
TOUCHED = N_("之后又改过：%(what)s，保留不撤销")
USUAL = {"warning": 0, "safety": 0, "lead_days": 7, "pack_size": 1}
"""What a SKU says of which nobody has said anything."""

_sku, _stock, _level = (cast(Table, each.__table__) for each in (Sku, Stock, StockLevel))
_SKUS = (
    select(_sku.c.id, _sku.c.code, _sku.c.item_id, _level.c.revision, *(_level.c[name] for name in USUAL))
    .join(_stock, _stock.c.sku_id == _sku.c.id)
    .outerjoin(_level, _level.c.sku_id == _sku.c.id)
    .where(bulk.among(_sku.c.code, "codes"))
)
_LOCKED = select(_stock.c.sku_id).where(bulk.among(_stock.c.sku_id, "skus")).order_by(_stock.c.sku_id).with_for_update()


@dataclass(kw_only=True)
class LevelRow(Judged):
    """What was found of a row: the levels that there will be, and the revision of those that there are, if any."""

    sku: int = 0
    revision: int | None = None
    levels: dict[str, int] | None = None


def judge_levels(
    session: Session, now: datetime, batch: Batch, rows: Sequence[Row[Any]], *, unit_value: int, writing: bool
) -> list[Judged]:
    """What becomes of rows, in their order; `writing` locks their stock, and refuses what changed since the dry run."""
    given = {"codes": sorted({row.code for row in rows})}
    skus: dict[str, Any] = {row.code: row for row in session.execute(_SKUS, given)}
    if writing:
        session.execute(_LOCKED, {"skus": sorted(sku.id for sku in skus.values())}).all()
        skus = {row.code: row for row in session.execute(_SKUS, given)}
    return [_row(batch, row, skus.get(row.code), writing) for row in rows]


def put_levels(session: Session, now: datetime, batch: Batch, rows: Sequence[Judged]) -> None:
    """Write rows that are to be written; the alarms of their SKUs are looked at."""
    mine = [row for row in rows if isinstance(row, LevelRow) and row.levels is not None]
    fresh = [_written(row) for row in mine if row.revision is None]
    nothing = {"demand_30": 0, "demand_90": 0, "alarm": None, "alarm_at": None}
    bulk.add(session, _level, [row | nothing for row in fresh])
    bulk.change(session, _level, ("sku_id",), [_written(row) for row in mine if row.revision is not None])
    look_at_these(session, now, [row.sku for row in mine])
    entries = [("stock.levels", f"sku:{row.sku}", {"before": row.before, "after": row.after}) for row in mine]
    note_rows(session, now, batch, entries)


def _row(batch: Batch, row: Row[Any], sku: Any, writing: bool) -> LevelRow:
    judged = LevelRow(no=row.no, code=row.code, outcome=Outcome.CHANGE, before=dict(row.before), after=dict(row.after))
    if sku is None:
        judged.fail(told(NO_SUCH, code=row.code))
        return judged
    judged.sku, judged.item, judged.revision = sku.id, sku.item_id, sku.revision
    there = {name: USUAL[name] if sku.revision is None else getattr(sku, name) for name in USUAL}
    found = {f"levels/{name}": value for name, value in there.items()}
    if (writing or batch.undoes) and (paths := moved(found, row.before)):
        text = told(MOVED if writing else TOUCHED, what=paths)
        judged.fail(text) if writing else judged.skip(text)
        return judged
    asked = row.after.get("asked", row.after)
    after = {path: value for path, value in asked.items() if found.get(path) != value}
    judged.levels = there | {path.removeprefix("levels/"): value for path, value in after.items()}
    if not after:
        judged.skip(told(SAME))
    elif judged.levels["warning"] < judged.levels["safety"]:
        judged.fail(told(UPSIDE_DOWN, warning=judged.levels["warning"], safety=judged.levels["safety"]))
    else:
        judged.before, judged.after = {path: found[path] for path in after}, after
    return judged


def _written(row: LevelRow) -> dict[str, Any]:
    revision = 1 if row.revision is None else row.revision + 1
    return {"sku_id": row.sku, "revision": revision, **(row.levels or {})}
