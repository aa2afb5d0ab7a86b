"""Prices as rows of a spreadsheet: those of a file as it is read, those of SKUs some hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mall.base import table
from mall.base.bulk import among
from mall.catalog.models import Item, Sku
from mall.catalog.queries.plans import plans_of
from mall.catalog.queries.sheet_reader import LAST_ROW
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.plans import Plan, followed
from mall.catalog.rules.sheets.heading import heading
from mall.catalog.rules.sheets.known import Known, Named, names
from mall.catalog.rules.sheets.lines import Cells
from mall.catalog.rules.sheets.price_columns import PRICES, STEPS, TIERS
from mall.catalog.rules.sheets.price_rows import Seen, asked_price
from mall.catalog.rules.sheets.words import said
from mall.dealers.models import Scope
from mall.dealers.queries.seen_as import regions

CHUNK = 500
ENDINGS = ("省", "市", "区", "大区", "區", "大區")
_item, _sku = cast(Table, Item.__table__), cast(Table, Sku.__table__)
_SKUS = (
    select(_sku.c.id, _sku.c.code, _sku.c.attributes, _item.c.names)
    .join(_item, _item.c.id == _sku.c.item_id)
    .where(among(_sku.c.id, "skus"))
)


def read(session: Session, now: datetime, raw: bytes, *, zone: str) -> Iterator[Asked]:
    """What each row of a file of prices asks for, in the order of the file.

    Refused: what is no table, has no heading, or more rows than are taken.
    """
    rows = table.rows(raw, most=LAST_ROW)
    shape = heading(rows, PRICES)
    named = {"region": by_name(regions(session))}
    known, seen = Known(now=now, zone=ZoneInfo(zone), named=named, is_picture=lambda _key: False), Seen()
    for row in rows:
        line = shape.line(row)
        if line.cells:
            yield asked_price(line, known, seen)


def by_name(paths: Sequence[str]) -> Named:
    """Regions by what people write for them: the path, its last part, with or without what such places end in."""
    return names((path, _called(path)) for path in paths)


def _called(path: str) -> set[str]:
    last = path.rpartition("/")[2]
    ways = {path.replace("/", sign) for sign in (" ", "-", "·")}
    return ways | {last, *(f"{last}{ending}" for ending in ENDINGS)}


def rows(
    session: Session, now: datetime, sku_ids: Sequence[int], *, language: str, zone: str, scope: Scope
) -> Iterator[Cells]:
    """The prices of SKUs that hold or will, a row each; a SKU without any has a row to be filled in.

    A region's people get what the region wrote itself. No transaction stays open while what was given is taken.
    """
    for at in range(0, len(sku_ids), CHUNK):
        some = sku_ids[at : at + CHUNK]
        found = {row.id: row for row in session.execute(_SKUS, {"skus": list(some)})}
        plans = plans_of(session, some)
        session.rollback()
        for sku_id in some:
            if (sku := found.get(sku_id)) is None:
                continue
            base: Cells = {"sku": sku.code, "called": called(sku, language)}
            left = [plan for plan in plans[sku_id] if _open(plan, now) and not followed(plan, plans[sku_id], now)]
            mine = [plan for plan in left if scope.whole or _theirs(plan, scope)]
            for plan in sorted(mine, key=_order):
                yield base | _cells(plan, language, ZoneInfo(zone))
            if not mine:
                yield base | ({"region": scope.region} if scope.region else {})


def _open(plan: Plan, now: datetime) -> bool:
    return plan.ends_at is None or plan.ends_at > now


def _theirs(plan: Plan, scope: Scope) -> bool:
    return plan.bounded > 0 and scope.covers(plan.region)


def _order(plan: Plan) -> tuple[Any, ...]:
    return plan.region, plan.tier or "", plan.step, plan.starts_at, plan.id


def _cells(plan: Plan, language: str, zone: ZoneInfo) -> Cells:
    cells: Cells = {"step": said(STEPS.get(plan.step, (str(plan.step),) * 3), language)}
    cells |= {"price_points": plan.points, "since": _moment(plan.starts_at, zone)}
    cells |= {"tier": said(TIERS[plan.tier.value], language)} if plan.tier else {}
    cells |= {"region": plan.region} if plan.region else {}
    cells |= {"price_cash": plan.cash_fen} if plan.cash_fen else {}
    if plan.ends_at is not None and not plan.stands:
        cells["until"] = _end(plan.ends_at, zone)
    return cells


def _moment(at: datetime, zone: ZoneInfo) -> str:
    here = at.astimezone(zone)
    return f"{here:%Y-%m-%d}" if here.time() == time() else f"{here:%Y-%m-%d %H:%M}"


def _end(at: datetime, zone: ZoneInfo) -> str:
    """An end as people write it: a day that is counted in, where it ends with one."""
    here = at.astimezone(zone)
    return f"{here - timedelta(days=1):%Y-%m-%d}" if here.time() == time() else f"{here:%Y-%m-%d %H:%M}"


def called(sku: Any, language: str) -> str:
    """What a SKU is called: its reward, and what tells it from the others."""

    def spoken(text: Mapping[str, str]) -> str:
        return text.get(language) or text.get("zh_Hans", "")

    return " ".join([spoken(sku.names), *(spoken(one["value"]) for one in sku.attributes)])
