"""What an order asks of a reward, and what the dealer holds of it afterwards. No tables: these cross the floors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mall.catalog.models import Kind


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an order, as the rack needs it. All lines of one call belong to one order.

    `account` is the mobile or fuel card number that a top-up goes to, '' where the kind needs none; `terms` is what
    the item says of its kind (`Item.terms`).
    """

    dealer_id: int
    order_id: int
    order_no: str
    line_no: int
    sku_id: int
    sku_code: str
    item_code: str
    kind: Kind
    quantity: int
    points: int
    account: str = ""
    terms: Mapping[str, Any] = field(default_factory=dict)


class Issued(StrEnum):
    """How far the mall came with a line by itself."""

    DONE = "done"
    UNDER_WAY = "under_way"
    BY_HAND = "by_hand"


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing that was handed out, for a page to show.

    `text` is fit to be read by anybody who sees the order: a serial number, a masked account, a voucher's number.
    `state` is a text to be translated when told, with `params`; `tone` is how it looks: good, wait, bad or plain.
    """

    id: int
    text: str
    state: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    tone: str = ""
    expires_at: datetime | None = None
    secret: bool = False
    """There is more behind it, which a tap shows and writes down."""
    revealed_at: datetime | None = None
    copied: bool = False
    """Its text is of use elsewhere, so it gets a button to copy it."""


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """What the dealer holds of one line."""

    line_no: int
    kind: Kind
    things: tuple[Thing, ...]
