"""A reward as rows of the spreadsheet: what its document and prices say, in the words of a language. Pure.

Read back, these rows say what is so already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from mall.catalog.models import Document
from mall.catalog.rules.bulk import Slot
from mall.catalog.rules.document import flat
from mall.catalog.rules.sheets.columns import ATTRIBUTES, OF_ITEM, OF_SKU, Column, Shape
from mall.catalog.rules.sheets.words import BETWEEN, said

Cells = dict[str, str | int]
"""A row's cells by column: texts, counts, fen. What is not said is not there."""
Prices = Mapping[Slot, tuple[int, int]]
"""What everybody pays: points and fen."""


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """How values are said: in which language and zone, and what categories, suppliers and templates are called."""

    language: str
    zone: ZoneInfo
    called: Mapping[str, Mapping[str, str]]


def lines(code: str, document: Document, prices: Prices, speaker: Speaker) -> Iterator[Cells]:
    """The rows of a reward, one for each SKU; what is of the reward stands in each, so that any can be sorted away."""
    parts = flat(document)
    shared: Cells = {"item": code}
    for column in OF_ITEM:
        if (cell := _cell(column, parts.get(column.path), speaker)) is not None:
            shared[column.key] = cell
    for sku in document["skus"]:
        cells: Cells = {**shared, "sku": sku["code"]}
        for column in OF_SKU:
            if (cell := _cell(column, sku[column.path], speaker)) is not None:
                cells[column.key] = cell
        for (name, value), attribute in zip(ATTRIBUTES, sku["attributes"], strict=False):
            cells[name], cells[value] = attribute["name"].get("zh_Hans", ""), attribute["value"].get("zh_Hans", "")
        if alone := prices.get(Slot(sku["code"])):
            cells["points"] = alone[0]
        if beside := prices.get(Slot(sku["code"], 1)):
            cells["points_beside"], cells["cash"] = beside
        yield cells


def _cell(column: Column, value: Any, speaker: Speaker) -> str | int | None:
    if value is None or value in ("", []) or (value == 0 and value is not False):
        return None
    choices, language = column.choices or {}, speaker.language
    told: str | int
    if column.shape is Shape.TAGS:
        told = said(BETWEEN, language).join(said(choices[tag], language) for tag in value if tag in choices)
    elif column.shape is Shape.CHOICE:
        told = said(choices[value], language) if value in choices else ""
    elif column.shape is Shape.NAMED:
        told = speaker.called[column.key].get(value, value)
    elif column.shape is Shape.MOMENT:
        told = f"{datetime.fromisoformat(value).astimezone(speaker.zone):%Y-%m-%d %H:%M}"
    else:
        told = " ".join(value) if isinstance(value, list) else value
    return told or None
