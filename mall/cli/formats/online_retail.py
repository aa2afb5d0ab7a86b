"""The Online Retail format: lines of a wholesaler of gifts (Chen 2015, doi 10.24432/C5BW33, CC BY 4.0).

One customer is one dealer, one invoice one document. What is not goods, has no customer or no price earns nothing
and is remarked upon; a cancellation is a return that names no purchase.
"""

from __future__ import annotations

import csv
import gzip
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import IO

from mall.cli.formats.reading import Invoice, Oddity, Reading, Sold

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")

NOT_GOODS = {
    "POST": ("postage", "postage"),
    "DOT": ("postage", "postage of web orders"),
    "C2": ("postage", "carriage"),
    "BANK CHARGES": ("fee", "a bank's charges"),
    "AMAZONFEE": ("fee", "a marketplace's fee"),
    "CRUK": ("fee", "a commission to a charity"),
    "M": ("adjustment", "a manual entry that names no goods"),
    "D": ("adjustment", "a discount, granted without goods"),
    "B": ("adjustment", "an adjustment of bad debt"),
    "S": ("sample", "samples, given not sold"),
}
"""Stock codes that are no goods, in capitals. Codes with letters that are goods (DCGS…, PADS) earn like any other."""
PREFIXES = {
    "GIFT_": ("voucher", "a gift voucher is a means of payment: what is bought with it earns"),
    "TEST": ("test", "a test entry"),
}
INVOICE = re.compile(r"[Cc]?[0-9A-Za-z][0-9A-Za-z._-]{0,40}")
CUSTOMER = re.compile(r"([0-9]{1,12})(\.0*)?")


class Unreadable(ValueError):
    """A record that is no line of an order, and why."""


def read(path: Path, zone: str) -> Reading:
    """Read a file, packed or not. Every record is counted: it sells, or there is a remark on it."""
    del zone  # times are local, without one
    reading = Reading()
    invoices: dict[str, Invoice] = {}
    seen: dict[str, set[tuple[Sold, str]]] = {}
    with _opened(path) as file:
        rows = csv.reader(file)
        header = tuple(name.lstrip("\ufeff").strip() for name in next(rows, []))
        if header != COLUMNS:
            raise ValueError(f"{path} is not in this format: its columns are {', '.join(header) or 'missing'}")
        for record, row in enumerate(rows, 1):
            reading.records = record
            cells = [cell.strip() for cell in row]
            try:
                odd = _take(reading, invoices, seen, record, cells)
            except Unreadable as unreadable:
                odd = ("unreadable", f"not counted: {unreadable}")
            if odd:
                number, code = [*cells, "", ""][:2]
                reading.oddities.append(Oddity(record, _same(number), _same(code), *odd))
    # Dealer by dealer, each in the order of time: an account is then locked and written few times.
    reading.invoices = sorted(
        (invoice for invoice in invoices.values() if invoice.lines), key=lambda x: (x.dealer_code, x.at, x.number)
    )
    return reading


def _take(
    reading: Reading,
    invoices: dict[str, Invoice],
    seen: dict[str, set[tuple[Sold, str]]],
    record: int,
    row: list[str],
) -> tuple[str, str] | None:
    """Count a record, or say why not; gives its kind and what was done unless it is an ordinary sale."""
    if len(row) != len(COLUMNS):
        raise Unreadable(f"{len(row)} columns instead of {len(COLUMNS)}")
    number, code, description, quantity_text, date_text, price_text, customer, country = row
    at, quantity, (price, scale) = _moment(date_text), _whole(quantity_text), _price(price_text)
    reading.last_day = max(reading.last_day or at.date(), at.date())
    if not INVOICE.fullmatch(number):
        raise Unreadable("no invoice number")
    is_return = number[0] in "Cc"
    if odd := _odd(code, customer, price, quantity, is_return=is_return):
        return odd
    dealer_code = _dealer_code(customer)
    invoice = invoices.get(number)
    if invoice is None:
        # Lines of one invoice need not lie together, and some bear two times: the first one counts.
        invoice = invoices[number] = Invoice(number, record, is_return, dealer_code, country or "-", at)
    elif invoice.dealer_code != dealer_code:
        raise Unreadable(f"the invoice is of {invoice.dealer_code}, this line of {dealer_code}")
    # Each line is rounded half up to fen by itself.
    fen = (2 * abs(quantity) * price * 100 + scale) // (2 * scale)
    sold = Sold(_same(code), abs(quantity), fen, _same(description[:300]))
    invoice.lines.append(sold)
    again = (sold, _same(price_text))
    met = seen.setdefault(number, set())
    repeated = again in met
    met.add(again)
    if is_return:
        done = f"taken back with {number}, by its amount; it names no purchase"
        return ("return", f"{done}; repeated within it, kept" if repeated else done)
    return ("repeated", f"kept and counted in {number}") if repeated else None


def _odd(code: str, customer: str, price: int, quantity: int, *, is_return: bool) -> tuple[str, str] | None:
    if not code:
        raise Unreadable("no stock code")
    if kind := _not_goods(code):
        return kind[0], f"not counted: {kind[1]}"
    if not customer:
        return "no_customer", "not counted: no dealer to credit"
    if price <= 0:
        return "no_price", "not counted: no price"
    if quantity == 0:
        return "no_quantity", "not counted: no quantity"
    if quantity < 0 and not is_return:
        return "negative_quantity", "not counted: a stock correction, not a cancellation"
    if quantity > 0 and is_return:
        return "positive_quantity", "not counted: goods sold within a cancellation"
    return None


@lru_cache(maxsize=8192)
def _not_goods(code: str) -> tuple[str, str] | None:
    """The kind of a code that is no goods, and in words what it is."""
    capitals = code.upper()
    return NOT_GOODS.get(capitals) or next(
        (said for prefix, said in PREFIXES.items() if capitals.startswith(prefix)), None
    )


@lru_cache(maxsize=4096)
def _price(text: str) -> tuple[int, int]:
    """A price as an exact fraction: 2.55 is 255 of 100."""
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise Unreadable("the price is no number") from None
    if not price.is_finite() or abs(price) > 10**9 or -int(price.as_tuple().exponent) > 12:
        raise Unreadable("the price is no amount of money")
    return price.as_integer_ratio()


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("the date is none") from None
    if at.tzinfo is not None:
        raise Unreadable("local time is expected, without a zone")
    return at


@lru_cache(maxsize=4096)
def _whole(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise Unreadable("the quantity is no whole number")
    return int(text)


@lru_cache(maxsize=8192)
def _dealer_code(customer: str) -> str:
    found = CUSTOMER.fullmatch(customer)
    if not found:
        raise Unreadable("the customer is no number")
    return f"OR-{found[1]}"


@lru_cache(maxsize=16384)
def _same(text: str) -> str:
    """One copy of a text that comes often."""
    return text


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")
