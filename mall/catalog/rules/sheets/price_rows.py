"""The rows of a file of prices: what each asks for, or what is wrong with its cells. Pure.

A row tells which price it means (SKU, step, tier, region, and from when, or that it has an end), and what of it. Which
one that is today is judged when the row is looked at (`rules/wanted_plans.py`): here only rows are held against rows.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mall.base.refused import N_
from mall.catalog.rules.bulk import Asked, told
from mall.catalog.rules.sheets.cells import EMPTIED, MOMENT, Wrong, value
from mall.catalog.rules.sheets.known import Known, folded
from mall.catalog.rules.sheets.price_columns import EVERYBODY, EVERYWHERE, FOR_GOOD, PRICES, STEPS_SAID, TIERS_SAID
from mall.catalog.rules.sheets.rows import CUT, Line
from mall.catalog.rules.sheets.words import NOW_SAID

COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
OF_POINTS = re.compile(r"(积分|點數|分|点|點|points)$", re.IGNORECASE)
OPEN = "open"
"""In place of an end: there is to be none."""
Slot = tuple[str, int, str, str]


@dataclass
class Seen:
    """What the rows before have asked for: each price once, and times with an end that do not overlap."""

    first: dict[tuple[Slot, str], int] = field(default_factory=dict)
    times: dict[Slot, list[tuple[datetime, datetime, int]]] = field(default_factory=dict)


@dataclass
class _Row:
    line: Line
    known: Known
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, key: str, text: str, **params: Any) -> None:
        self.wrong.append(told(text, **params) | {"row": self.line.no, "column": key})

    def cell(self, key: str) -> str:
        return unicodedata.normalize("NFKC", self.line.cells.get(key, "")).strip()

    def read(self, key: str, cell: str = "") -> Any:
        """What a cell says; nothing where it is blank or wrong."""
        cell = cell or self.line.cells.get(key, "")
        found = value(PRICES.by_key[key], cell, self.known) if cell else None
        if isinstance(found, Wrong):
            self.refuse(key, found.text, **found.params)
            return None
        return found


def asked_price(line: Line, known: Known, seen: Seen) -> Asked:
    """What a row asks for."""
    row = _Row(line, known)
    code = row.read("sku")
    if not line.cells.get("sku"):
        row.refuse("sku", N_("没有填规格货号"))
    tier, region = _tier(row), _region(row)
    points, cash = row.read("price_points", OF_POINTS.sub("", row.cell("price_points"))), row.read("price_cash")
    step = _step(row, cash)
    since, until = _since(row), _until(row)
    if isinstance(until, datetime) and until <= max(since or known.now, known.now):
        text = N_("截止时间已经过了") if until <= known.now else N_("截止要晚于起始")
        row.refuse("until", text)
    want = {
        "step": step,
        "tier": tier,
        "region": region,
        "points": points,
        "cash_fen": cash,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if isinstance(until, datetime) else until,
    }
    if code and not row.wrong:
        _once(row, (code, step, tier, region), since, until, seen)
    return Asked(
        no=line.no,
        code=line.cells.get("sku", "")[:CUT],
        parts={} if row.wrong else {"asked": want},
        wrong=row.wrong,
        again=True,
    )


def _step(row: _Row, cash: int | None) -> int:
    said = re.sub(r"[\s,、·]+", "", folded(row.cell("step")))
    step = STEPS_SAID[said] if said in STEPS_SAID else row.read("step", said)
    if step is None:
        return 1 if cash else 0
    if step and cash == 0:
        row.refuse("price_cash", N_("积分+现金的价格要有现金"))
    elif not step and cash:
        row.refuse("price_cash", N_("全积分的价格没有现金：请留空，或把兑换方式写成积分+现金"))
    return int(step)


def _tier(row: _Row) -> str:
    said = folded(row.cell("tier"))
    if said in EVERYBODY:
        return ""
    return TIERS_SAID.get(said) or row.read("tier", said) or ""


def _region(row: _Row) -> str:
    said = folded(row.cell("region"))
    if not said or said in EVERYWHERE:
        return ""
    if said.startswith("="):
        return str(row.read("region") or "")
    found = row.known.named["region"].get(said)
    if found is None:
        row.refuse("region", N_("没有区域“%(said)s”：请写有经销商的区域，例如 华东/浙江"), said=said[:40])
    elif not found:
        row.refuse("region", N_("“%(said)s”不止一个，请写全路径，例如 华东/浙江"), said=said[:40])
    return found or ""


def _since(row: _Row) -> datetime | None:
    cell = _dated(row.cell("since"))
    if folded(cell) in _NOWS:
        return None
    found = row.read("since", cell)
    return found.astimezone(UTC) if isinstance(found, datetime) else None


def _until(row: _Row) -> datetime | str | None:
    """The moment that a price ends at; a day alone is to its end. OPEN is that there be no end."""
    cell = _dated(row.cell("until"))
    if folded(cell) in FOR_GOOD:
        return OPEN
    found = row.read("until", cell)
    if found is EMPTIED:
        return OPEN
    if not isinstance(found, datetime):
        return None
    day_alone = (shape := MOMENT.fullmatch(cell)) is not None and shape[4] is None
    return (found + timedelta(days=1) if day_alone else found).astimezone(UTC)


def _dated(cell: str) -> str:
    compact = COMPACT.fullmatch(cell)
    return "-".join(compact.groups()) if compact else cell


def _once(row: _Row, slot: Slot, since: datetime | None, until: datetime | str | None, seen: Seen) -> None:
    """Refuse a price that an earlier row asks for, or whose time overlaps with that of one."""
    later = since is not None and since > row.known.now
    ends = until if isinstance(until, datetime) else None
    when = since.isoformat() if since is not None and later else "timed" if ends else "now"
    first = seen.first.setdefault((slot, when), row.line.no)
    if first != row.line.no:
        row.refuse("sku", N_("这个价格在第 %(first)s 行已经有了：规格、兑换方式、等级、区域和时间都一样"), first=first)
        return
    if ends is None:
        return
    begins = since if since is not None and later else row.known.now
    times = seen.times.setdefault(slot, [])
    clash = next((no for start, end, no in times if begins < end and start < ends), 0)
    if clash:
        row.refuse("since", N_("时间和第 %(first)s 行的重叠：同一规格、等级和区域的活动价不能同时有两个"), first=clash)
    else:
        times.append((begins, ends, row.line.no))


_NOWS = frozenset(map(folded, NOW_SAID))
