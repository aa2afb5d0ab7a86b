"""All kinds of spreadsheets that the catalogue reads, by who reads them. Data."""

from __future__ import annotations

from mall.catalog.rules.sheets.columns import Column
from mall.catalog.rules.sheets.layout import REWARDS, Layout
from mall.catalog.rules.sheets.level_columns import LEVELS
from mall.catalog.rules.sheets.price_columns import PRICES

LAYOUTS: dict[str, Layout] = {layout.key: layout for layout in (REWARDS, PRICES, LEVELS)}
ALL_BY_KEY: dict[str, Column] = {column.key: column for each in LAYOUTS.values() for column in each.columns}
"""Every column by key: what two kinds call alike is called alike."""
