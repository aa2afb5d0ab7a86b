"""A dealer's addresses: person, phone and street are sealed. What is removed stays for the orders that went there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import N_, NotFound, Refused
from mall.base.seal import Seal
from mall.dealers.models import Address, Dealer
from mall.dealers.queries.addresses import place, shown

MOST = 50


class TooManyAddresses(Refused):
    """A dealer keeps a bounded number of addresses."""

    code = "too_many_addresses"
    text = N_("最多保存 %(most)s 个地址，请先删除不用的。")


def add_address(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    recipient: str,
    phone: str,
    region: str,
    street: str,
    seal: Seal,
    actor: str,
    division: str | None = None,
    outlet: str = "",
    label: str = "",
    prefer: bool = False,
) -> int:
    """Keep an address and give back its id; the dealer's first becomes the preferred one.

    `region` is the division's path, `division` its code. The very same address again is the one that is there, so a
    second press adds nothing.
    """
    _locked(session, dealer_id)
    kept = session.scalars(
        select(Address).where(Address.dealer_id == dealer_id, Address.removed_at.is_(None)).with_for_update()
    ).all()
    said = (recipient, phone, region, street, outlet, label)
    for one in kept:
        if shown(one, seal).words == said:
            if prefer and one.preferred_at is None:
                _prefer(session, now, one)
            return one.id
    if len(kept) >= MOST:
        raise TooManyAddresses(most=MOST)
    address = Address(dealer_id=dealer_id, id=new_id(now), created_at=now)
    _write(address, recipient, phone, region, street, seal)
    _name(address, division, outlet, label)
    session.add(address)
    session.flush()
    if prefer or not kept:
        _prefer(session, now, address)
    note(session, now, actor=actor, act="address.add", subject=f"address:{address.id}")
    return address.id


def change_address(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    address_id: int,
    recipient: str,
    phone: str,
    region: str,
    street: str,
    seal: Seal,
    actor: str,
    division: str | None = None,
    outlet: str = "",
    label: str = "",
    prefer: bool = False,
) -> None:
    """Write an address anew. Orders already placed keep their own copy."""
    address = _mine(session, dealer_id, address_id)
    _write(address, recipient, phone, region, street, seal)
    _name(address, division, outlet, label)
    if prefer:
        _prefer(session, now, address)
    note(session, now, actor=actor, act="address.change", subject=f"address:{address_id}")


def prefer_address(session: Session, now: datetime, *, dealer_id: int, address_id: int, actor: str) -> None:
    """Let an address be the one that checkout begins with. A second press finds it so."""
    address = _mine(session, dealer_id, address_id)
    if address.preferred_at is not None:
        return
    _prefer(session, now, address)
    note(session, now, actor=actor, act="address.prefer", subject=f"address:{address_id}")


def remove_address(session: Session, now: datetime, *, dealer_id: int, address_id: int, actor: str) -> None:
    """Take an address out of the list; the newest left becomes the preferred one where need be.

    A second press finds it gone.
    """
    address = _mine(session, dealer_id, address_id, removed=True)
    if address.removed_at is not None:
        return
    address.removed_at = now
    if address.preferred_at is not None:
        address.preferred_at = None
        session.flush()
        heir = session.scalar(
            select(Address)
            .where(Address.dealer_id == dealer_id, Address.removed_at.is_(None))
            .order_by(Address.id.desc())
            .limit(1)
        )
        if heir is not None:
            heir.preferred_at = now
    note(session, now, actor=actor, act="address.remove", subject=f"address:{address_id}")


def _locked(session: Session, dealer_id: int) -> None:
    if session.get(Dealer, dealer_id, with_for_update=True, populate_existing=True) is None:
        raise NotFound


def _mine(session: Session, dealer_id: int, address_id: int, *, removed: bool = False) -> Address:
    _locked(session, dealer_id)
    address = session.get(Address, (dealer_id, address_id), with_for_update=True, populate_existing=True)
    if address is None or (address.removed_at is not None and not removed):
        raise NotFound
    return address


def _write(address: Address, recipient: str, phone: str, region: str, street: str, seal: Seal) -> None:
    address.recipient_sealed = seal.seal(recipient, place("recipient", address.id))
    address.phone_sealed = seal.seal(phone, place("phone", address.id))
    address.region = region
    address.street_sealed = seal.seal(street, place("street", address.id))


def _name(address: Address, division: str | None, outlet: str, label: str) -> None:
    address.code, address.outlet, address.label = division or None, outlet or None, label or None


def _prefer(session: Session, now: datetime, address: Address) -> None:
    session.execute(
        update(Address)
        .where(Address.dealer_id == address.dealer_id, Address.id != address.id)
        .values(preferred_at=None)
    )
    address.preferred_at = now
