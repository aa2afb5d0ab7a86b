"""The rows of a file of stock levels: what each asks for, or what is wrong with its cells. Pure."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from mall.base.refused import N_
from mall.catalog.rules.bulk import Asked, told
from mall.catalog.rules.sheets.cells import EMPTIED, Wrong, value
from mall.catalog.rules.sheets.known import Known
from mall.catalog.rules.sheets.level_columns import LEVELS
from mall.catalog.rules.sheets.rows import CUT, Line


def asked_levels(line: Line, known: Known, seen: MutableMapping[str, int]) -> Asked:
    """What a row asks for, by path: `levels/warning` and the like. `seen` are the SKUs of the rows before."""
    wrong: list[dict[str, Any]] = []
    parts: dict[str, Any] = {}
    for key, column in LEVELS.by_key.items():
        cell = line.cells.get(key, "")
        found = value(column, cell, known) if cell else None
        if isinstance(found, Wrong):
            wrong.append(told(found.text, **found.params) | {"row": line.no, "column": key})
        elif found is not None and key != "sku":
            parts[f"levels/{key}"] = 0 if found is EMPTIED else found
    code = line.cells.get("sku", "")
    if not code:
        wrong.append(told(N_("没有填规格货号")) | {"row": line.no, "column": "sku"})
    elif (first := seen.setdefault(code, line.no)) != line.no:
        wrong.append(told(N_("规格货号和第 %(first)s 行重复"), first=first) | {"row": line.no, "column": "sku"})
    return Asked(no=line.no, code=code[:CUT], parts={} if wrong else {"asked": parts}, wrong=wrong, again=True)
