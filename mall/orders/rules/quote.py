"""A quote: what a member saw at checkout, signed, so that what was seen is what is charged.

It travels in the form, since looking at a price writes nothing. Within its lifetime a price that ended by its date
still holds; one that was withdrawn, or a freight that changed, is asked about again.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from mall.base.seal import Seal
from mall.base.types import canonical, micros, moment
from mall.orders.models import MOST_LINES, QuoteForged
from mall.payments.models import GatewayName

LIFETIME = timedelta(minutes=15)
SHORTEST_KEY, LONGEST_KEY = 4, 64


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """So many pieces of a SKU by one of its price plans, at that plan's price a piece."""

    sku_id: int
    plan_id: int
    quantity: int
    points_each: int
    cash_each_fen: int

    @property
    def points(self) -> int:
        """Points of all its pieces."""
        return self.points_each * self.quantity

    @property
    def cash_fen(self) -> int:
        """Cash of all its pieces, in fen."""
        return self.cash_each_fen * self.quantity


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What one member of a dealer was shown. `key` makes one order of it, however often it is sent."""

    dealer_id: int
    member_id: int
    key: str
    issued_at: datetime
    lines: tuple[QuotedLine, ...]
    address_id: int | None = None
    freight_fen: int = 0
    from_cart: bool = False

    @property
    def points(self) -> int:
        """Points in all."""
        return sum(line.points for line in self.lines)

    @property
    def cash_fen(self) -> int:
        """Cash for the goods, in fen."""
        return sum(line.cash_fen for line in self.lines)

    @property
    def pay_fen(self) -> int:
        """What is to be paid, freight included, in fen."""
        return self.cash_fen + self.freight_fen

    def over(self, now: datetime) -> bool:
        """Whether its lifetime has passed."""
        return not self.issued_at <= now < self.issued_at + LIFETIME


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the form said beside the quote. `accounts` are the numbers that top-ups go to, by line number from 1."""

    address_id: int | None = None
    remark: str = ""
    gateway: GatewayName | None = None
    accounts: Mapping[int, str] = field(default_factory=dict)


def request_hash(quote: Quote, asked: Asked) -> bytes:
    """A hash of all that was asked: the same form sent again gives the same bytes."""
    accounts = sorted(asked.accounts.items())
    words = [_told(quote), asked.address_id, asked.remark, asked.gateway, accounts]
    return sha256(canonical(words).encode()).digest()


def signed(quote: Quote, seal: Seal) -> str:
    """The quote as text for a form, which only this mall can have written."""
    text = canonical(_told(quote))
    return f"{_coded(text.encode())}.{_coded(seal.index(text, 'quote'))}"


def opened(token: str, seal: Seal, *, dealer_id: int, member_id: int) -> Quote:
    """The quote of a form; refused where it was not written here, was altered, or is somebody else's."""
    try:
        said, mark = (urlsafe_b64decode(part.encode("ascii")) for part in token.split("."))
        text = said.decode()
    except (ValueError, NotBase64) as error:
        raise QuoteForged from error
    if not hmac.compare_digest(mark, seal.index(text, "quote")):
        raise QuoteForged
    quote = _read(json.loads(text))
    if (quote.dealer_id, quote.member_id) != (dealer_id, member_id) or not 1 <= len(quote.lines) <= MOST_LINES:
        raise QuoteForged
    return quote


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode()


def _told(quote: Quote) -> list[object]:
    return [
        quote.dealer_id,
        quote.member_id,
        quote.key,
        micros(quote.issued_at),
        quote.address_id,
        quote.freight_fen,
        int(quote.from_cart),
        [[line.sku_id, line.plan_id, line.quantity, line.points_each, line.cash_each_fen] for line in quote.lines],
    ]


def _read(said: list[object]) -> Quote:
    dealer_id, member_id, key, issued_at, address_id, freight_fen, from_cart, lines = said
    names = ("sku_id", "plan_id", "quantity", "points_each", "cash_each_fen")
    return Quote(
        dealer_id=dealer_id,  # type: ignore[arg-type]  # what we signed, we wrote
        member_id=member_id,  # type: ignore[arg-type]
        key=str(key),
        issued_at=moment(issued_at),  # type: ignore[arg-type]
        address_id=address_id,  # type: ignore[arg-type]
        freight_fen=freight_fen,  # type: ignore[arg-type]
        from_cart=bool(from_cart),
        lines=tuple(QuotedLine(**dict(zip(names, line, strict=True))) for line in lines),  # type: ignore[attr-defined]
    )
