"""What a browser may ask of the catalogue: filters in the address, and a choice of attributes.

Addresses are shared, edited and mistyped; what cannot be read is left out rather than refused.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from mall.catalog.queries import Filters, Sort

LONGEST = 60
MOST_POINTS = 10**12
MOST_ID = 2**63 - 1
MOST_ATTRIBUTES = 6


def filters_from(args: MultiDict[str, str]) -> Filters:
    """The filters that an address names."""
    bounds = whole(args.get("at_least")), whole(args.get("at_most"))
    at_least, at_most = bounds if None in bounds else sorted(bound for bound in bounds if bound is not None)
    return Filters(
        category=args.get("category", "")[:40].replace("\x00", ""),
        affordable=args.get("affordable") == "1",
        in_stock=args.get("in_stock") == "1",
        with_cash=args.get("with_cash") == "1",
        at_least=at_least,
        at_most=at_most,
        q=" ".join(args.get("q", "").replace("\x00", " ").split())[:LONGEST],
        sort=Sort(args["sort"]) if args.get("sort") in set(Sort) else Sort.BEST,
    )


def page_from(args: MultiDict[str, str]) -> int:
    """The page that an address names, the first if none."""
    return whole(args.get("page")) or 1


def address(filters: Filters, *, page: int = 1, opened: bool = False, **changes: Any) -> str:
    """The address of a list, with some of its filters changed; what is as usual is left out."""
    filters = replace(filters, **changes)
    named = {
        "q": filters.q,
        "category": filters.category,
        "affordable": "1" if filters.affordable else "",
        "in_stock": "1" if filters.in_stock else "",
        "with_cash": "1" if filters.with_cash else "",
        "at_least": filters.at_least or "",
        "at_most": filters.at_most if filters.at_most is not None else "",
        "sort": "" if filters.sort is Sort.BEST else filters.sort.value,
        "page": page if page > 1 else "",
        "filters": "open" if opened else "",
    }
    query = urlencode({name: value for name, value in named.items() if value != ""})
    return f"/catalog?{query}" if query else "/catalog"


def asked_from(args: MultiDict[str, str]) -> list[str | None]:
    """The values chosen in a SKU sheet, one an attribute, from `option-0` on."""
    return [args.get(f"option-{at}") for at in range(MOST_ATTRIBUTES)]


def plan_from(args: MultiDict[str, str]) -> int | None:
    """The price chosen, by its id."""
    return whole(args.get("plan"), most=MOST_ID)


def quantity_from(args: MultiDict[str, str]) -> int:
    """How many are asked for; one where nothing sensible is said."""
    return max(1, whole(args.get("quantity")) or 1)


def whole(text: str | None, *, most: int = MOST_POINTS) -> int | None:
    """A whole number that is not negative, in half or full width and with commas; anything else is nothing."""
    digits = unicodedata.normalize("NFKC", text or "").replace(",", "").strip()
    return min(int(digits), most) if digits.isascii() and digits.isdigit() and len(digits) <= 19 else None
