"""Reads of the catalogue, each shaped for a page and set-based: no statement per item."""

from mall.catalog.queries.entry import Entry
from mall.catalog.queries.items import (
    PAGE,
    Filters,
    Listing,
    Shelf,
    categories,
    items,
    newest,
    picks,
    within,
    within_reach,
)
from mall.catalog.queries.listing import Sort
from mall.catalog.queries.one import Page, item

__all__ = [
    "PAGE",
    "Entry",
    "Filters",
    "Listing",
    "Page",
    "Shelf",
    "Sort",
    "categories",
    "item",
    "items",
    "newest",
    "picks",
    "within",
    "within_reach",
]
