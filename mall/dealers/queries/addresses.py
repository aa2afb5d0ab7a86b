"""Where a dealer's goods go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.seal import Seal
from mall.dealers.models import Address


@dataclass(frozen=True)
class AddressShown:
    """An address, opened. `region` is 省/市/区 with slashes. Lists mask person and phone, forms show all."""

    id: int
    recipient: str
    phone: str
    region: str
    street: str
    preferred: bool

    @property
    def recipient_masked(self) -> str:
        """The family name alone: 王＊＊."""
        return self.recipient[:1] + "＊" * max(1, len(self.recipient) - 1)

    @property
    def street_masked(self) -> str:
        """The street's beginning: enough to tell one address from another, not enough to go there."""
        shown = min(6, len(self.street) // 2)
        return self.street[:shown] + "＊＊＊"

    @property
    def line(self) -> str:
        """Region and street in one line."""
        return f"{self.region.replace('/', ' ')} {self.street}"


def addresses(session: Session, seal: Seal, dealer_id: int) -> list[AddressShown]:
    """The dealer's addresses, the preferred first, then the newest."""
    rows = session.scalars(
        select(Address)
        .where(Address.dealer_id == dealer_id, Address.removed_at.is_(None))
        .order_by(Address.preferred_at.is_(None), Address.preferred_at.desc(), Address.id.desc())
    ).all()
    return [_shown(row, seal) for row in rows]


def address(session: Session, seal: Seal, dealer_id: int, address_id: int) -> AddressShown:
    """One address of this dealer; refuses what is not there, removed, or not theirs."""
    row = session.get(Address, (dealer_id, address_id))
    if row is None or row.removed_at is not None:
        raise NotFound
    return _shown(row, seal)


def _shown(row: Address, seal: Seal) -> AddressShown:
    return AddressShown(
        id=row.id,
        recipient=seal.open(row.recipient_sealed, place("recipient", row.id)),
        phone=seal.open(row.phone_sealed, place("phone", row.id)),
        region=row.region,
        street=seal.open(row.street_sealed, place("street", row.id)),
        preferred=row.preferred_at is not None,
    )


def place(column: str, address_id: int) -> str:
    """What an address's field is sealed for."""
    return f"address:{column}:{address_id}"
