"""Where an order goes, and what was asked beside it: opened from the snapshot sealed when it was placed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mall.base.seal import Seal
from mall.dealers.queries.addresses import place as kept_at
from mall.orders.models import RedemptionOrder


@dataclass(frozen=True)
class Destination:
    """A person, their phone and a street. Pages mask what their reader does not need."""

    recipient: str
    phone: str
    region: str
    street: str

    @property
    def line(self) -> str:
        """Region and street in one line."""
        return f"{self.region.replace('/', ' ')} {self.street}"

    @property
    def recipient_masked(self) -> str:
        """The family name alone: 王＊＊."""
        return self.recipient[:1] + "＊" * max(1, len(self.recipient) - 1)


def seal_destination(seal: Seal, order_id: int, *, address_id: int, region: str, sealed: dict[str, bytes]) -> bytes:
    """Copy an address, sealed field by field in the address book, into one sealed snapshot of an order."""
    words = {name: seal.open(value, kept_at(name, address_id)) for name, value in sealed.items()}
    return seal.seal(json.dumps({**words, "region": region}, ensure_ascii=False), f"order:address:{order_id}")


def destination_of(order: RedemptionOrder, seal: Seal) -> Destination | None:
    """Where an order goes; none for what is not shipped."""
    if order.address_sealed is None:
        return None
    return Destination(**json.loads(seal.open(order.address_sealed, f"order:address:{order.id}")))


def remark_of(order: RedemptionOrder, seal: Seal) -> str:
    """What the dealer asked for beside it, in their words."""
    return seal.open(order.remark_sealed, f"order:remark:{order.id}") if order.remark_sealed else ""
