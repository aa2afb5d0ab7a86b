"""Reads of the catalogue, each shaped for a page and set-based: no statement per item."""

from mall.catalog.queries.entry import Entry
from mall.catalog.queries.items import (
    PAGE,
    Filters,
    Listing,
    Shelf,
    categories,
    chosen,
    in_category,
    items,
    newest,
    picks,
    within,
    within_reach,
)
from mall.catalog.queries.listing import Sort
from mall.catalog.queries.one import Page, item
from mall.catalog.queries.own import Own, own_prices

__all__ = [
    "PAGE",
    "Entry",
    "Filters",
    "Listing",
    "Own",
    "Page",
    "Shelf",
    "Sort",
    "categories",
    "chosen",
    "in_category",
    "item",
    "items",
    "newest",
    "own_prices",
    "picks",
    "within",
    "within_reach",
]
