"""What a file of order lines turns into: invoices, and a remark on every line that is not an ordinary sale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class Oddity(NamedTuple):
    """A line that is not an ordinary sale. `record` 1 is the first line after the header."""

    record: int
    invoice: str
    stock_code: str
    kind: str
    done: str


class Sold(NamedTuple):
    """A line that counts: quantity and fen are positive, in a return too."""

    sku: str
    quantity: int
    fen: int
    description: str


@dataclass(slots=True)
class Invoice:
    """An invoice or a cancellation, its counted lines, and its first record in the file."""

    number: str
    record: int
    is_return: bool
    dealer_code: str
    region: str
    at: datetime
    """Local time, without a zone."""
    lines: list[Sold] = field(default_factory=list)

    @property
    def fen(self) -> int:
        """What it adds up to."""
        return sum(line.fen for line in self.lines)

    def document(self, zone: str, shift_days: int) -> dict[str, Any]:
        """The document that a partner would send."""
        at = (self.at + timedelta(days=shift_days)).replace(tzinfo=ZoneInfo(zone))
        return {
            "external_id": self.number,
            "revision": 1,
            "kind": "return" if self.is_return else "order",
            "dealer": {"code": self.dealer_code, "region": self.region},
            "ordered_at": at.isoformat(),
            "lines": [
                {"sku": sku, "quantity": quantity, "amount_fen": fen, "description": description}
                for sku, quantity, fen, description in self.lines
            ],
        }


@dataclass
class Reading:
    """A file, read whole: invoices that earn, dealer by dealer, and what is odd."""

    records: int = 0
    invoices: list[Invoice] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    last_day: date | None = None
    """The last civil day in the file, over all its lines."""

    def documents(self, zone: str, shift_days: int) -> Iterator[dict[str, Any]]:
        """The documents, made one by one."""
        return (invoice.document(zone, shift_days) for invoice in self.invoices)
