"""Where an order goes, and what was asked beside it: opened from the snapshot sealed when it was placed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mall.base.seal import Seal
from mall.dealers.queries.addresses import place as kept_at
from mall.dealers.queries.addresses import region_shown
from mall.orders.models import RedemptionOrder


@dataclass(frozen=True)
class Destination:
    """A person, their phone and a street. Pages mask what their reader does not need."""

    recipient: str
    phone: str
    region: str
    street: str
    outlet: str = ""
    """The dealer's shop that the address belongs to, if it was said."""

    @property
    def line(self) -> str:
        """Region and street in one line."""
        return f"{region_shown(self.region)} {self.street}"

    @property
    def recipient_masked(self) -> str:
        """The family name alone: 王＊＊."""
        return self.recipient[:1] + "＊" * max(1, len(self.recipient) - 1)


def seal_destination(
    seal: Seal, order_id: int, *, address_id: int, region: str, sealed: dict[str, bytes], outlet: str = ""
) -> bytes:
    """Copy an address, sealed field by field in the address book, into one sealed snapshot of an order."""
    words = {name: seal.open(value, kept_at(name, address_id)) for name, value in sealed.items()}
    said = {**words, "region": region, "outlet": outlet}
    return seal.seal(json.dumps(said, ensure_ascii=False), f"order:address:{order_id}")


def destination_of(order: RedemptionOrder, seal: Seal) -> Destination | None:
    """Where an order goes; none for what is not shipped."""
    return opened(order.address_sealed, order.id, seal) if order.address_sealed is not None else None


def opened(sealed: bytes, order_id: int, seal: Seal) -> Destination:
    """A snapshot that was sealed for an order."""
    return Destination(**json.loads(seal.open(sealed, f"order:address:{order_id}")))


def remark_of(order: RedemptionOrder, seal: Seal) -> str:
    """What the dealer asked for beside it, in their words."""
    return seal.open(order.remark_sealed, f"order:remark:{order.id}") if order.remark_sealed else ""
