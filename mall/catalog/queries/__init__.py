"""Reads of the catalogue, each shaped for a page and set-based: no statement per item."""

from mall.catalog.queries.entry import Entry
from mall.catalog.queries.items import (
    PAGE,
    Filters,
    Listing,
    Shelf,
    Sort,
    categories,
    items,
    newest,
    picks,
    within,
    within_reach,
)
from mall.catalog.queries.one import Page, item
from mall.catalog.queries.own import as_offered

__all__ = [
    "PAGE",
    "Entry",
    "Filters",
    "Listing",
    "Page",
    "Shelf",
    "Sort",
    "as_offered",
    "categories",
    "item",
    "items",
    "newest",
    "picks",
    "within",
    "within_reach",
]
