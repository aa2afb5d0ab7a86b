"""Where a dealer's goods go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.seal import Seal
from mall.dealers.models import Address

PLACEHOLDER = "直辖县级行政区划"
"""How the statistics fill the place of a city where there is none: no word for a parcel."""


def region_shown(region: str) -> str:
    """A region as people write it: `北京市 东城区`, not `北京市/北京市/东城区`."""
    shown: list[str] = []
    for name in region.split("/"):
        if name and not name.endswith(PLACEHOLDER) and name not in shown[-1:]:
            shown.append(name)
    return " ".join(shown)


@dataclass(frozen=True)
class AddressShown:
    """An address, opened. `region` is 省/市/区县/街道 with slashes. Lists mask person and phone, forms show all."""

    id: int
    recipient: str
    phone: str
    region: str
    street: str
    preferred: bool
    code: str | None = None
    outlet: str = ""
    label: str = ""

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
    def region_shown(self) -> str:
        """The region as people write it."""
        return region_shown(self.region)

    @property
    def line(self) -> str:
        """Region and street in one line."""
        return f"{self.region_shown} {self.street}"

    @property
    def words(self) -> tuple[str, str, str, str, str, str]:
        """All that a person wrote: two addresses with the same words are one."""
        return self.recipient, self.phone, self.region, self.street, self.outlet, self.label


def addresses(session: Session, seal: Seal, dealer_id: int) -> list[AddressShown]:
    """The dealer's addresses, the preferred first, then the newest."""
    rows = session.scalars(
        select(Address)
        .where(Address.dealer_id == dealer_id, Address.removed_at.is_(None))
        .order_by(Address.preferred_at.is_(None), Address.preferred_at.desc(), Address.id.desc())
    ).all()
    return [shown(row, seal) for row in rows]


def address(session: Session, seal: Seal, dealer_id: int, address_id: int) -> AddressShown:
    """One address of this dealer; refuses what is not there, removed, or not theirs."""
    row = session.get(Address, (dealer_id, address_id))
    if row is None or row.removed_at is not None:
        raise NotFound
    return shown(row, seal)


def shown(row: Address, seal: Seal) -> AddressShown:
    """An address as it lies in the table, opened."""
    return AddressShown(
        id=row.id,
        recipient=seal.open(row.recipient_sealed, place("recipient", row.id)),
        phone=seal.open(row.phone_sealed, place("phone", row.id)),
        region=row.region,
        street=seal.open(row.street_sealed, place("street", row.id)),
        preferred=row.preferred_at is not None,
        code=row.code,
        outlet=row.outlet or "",
        label=row.label or "",
    )


def place(column: str, address_id: int) -> str:
    """What an address's field is sealed for."""
    return f"address:{column}:{address_id}"
