"""Partners get a key, and are admitted by what they sign with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.seal import Seal
from mall.base.signing import NONCE, SIGNATURE, TIMESTAMP, TOLERANCE, same, sign
from mall.dealers.models import ChannelLevel
from mall.earning.models import (
    OUR_OWN,
    AnotherShift,
    ClockSkew,
    NonceReplayed,
    NotAdmitted,
    Partner,
    PartnerExists,
    PartnerNonce,
    UnknownDealers,
    UnknownPartner,
)

partner_nonce = cast(Table, PartnerNonce.__table__)

REMEMBERED = timedelta(seconds=4 * TOLERANCE)
"""A nonce older than this belongs to a request that its timestamp alone refuses."""


@dataclass(frozen=True)
class Key:
    """A partner's key: its id, and the secret that is shown this one time."""

    key_id: str
    secret: str


def add_partner(
    session: Session,
    now: datetime,
    *,
    source: str,
    name: str,
    unknown_dealers: UnknownDealers,
    seal: Seal | None,
    region: str = "",
    channel_level: ChannelLevel = ChannelLevel.COUNTY,
    actor: str,
) -> Key | None:
    """Take in a partner under its own source. With a seal it gets a key; without, it is fed by operators alone.

    Refused: a source that is taken, or one of the mall's own.
    """
    if source in OUR_OWN or session.get(Partner, source) is not None:
        raise PartnerExists(source=source)
    partner = Partner(
        source=source,
        name=name,
        key_id=None,
        secret_sealed=None,
        unknown_dealers=unknown_dealers,
        region=region,
        channel_level=channel_level,
        shift_days=None,
        created_at=now,
        disabled_at=None,
    )
    session.add(partner)
    note(session, now, actor=actor, act="partner.add", subject=f"partner:{source}", detail={"unknown": unknown_dealers})
    return _give_key(partner, seal) if seal else None


def rotate_key(session: Session, now: datetime, *, source: str, seal: Seal, actor: str) -> Key:
    """Give a partner a new key; the old one ceases at once. Refused: an unknown source."""
    partner = _partner(session, source)
    note(session, now, actor=actor, act="partner.rotate_key", subject=f"partner:{source}")
    return _give_key(partner, seal)


def disable_partner(session: Session, now: datetime, *, source: str, disabled: bool, actor: str) -> None:
    """Stop a partner's requests, or let them in again. Refused: an unknown source."""
    partner = _partner(session, source)
    partner.disabled_at = now if disabled else None
    act = "partner.disable" if disabled else "partner.enable"
    note(session, now, actor=actor, act=act, subject=f"partner:{source}")


def keep_shift(session: Session, now: datetime, *, source: str, days: int) -> int:
    """By how many days a feed moves its dates: settled by its first run, so that a run begun again ends the same.

    `days` is 0 for none; any other number asks for a shift, and gets the one of the first run. Refused: a feed begun
    with none that now asks for one, or the other way round.
    """
    partner = _partner(session, source, lock=True)
    if partner.shift_days is None:
        partner.shift_days = days
    elif (partner.shift_days == 0) != (days == 0):
        raise AnotherShift(days=partner.shift_days)
    return partner.shift_days


def admit(
    session: Session,
    now: datetime,
    *,
    key_id: str,
    timestamp: str,
    nonce: str,
    signature: str,
    method: str,
    target: str,
    body: bytes,
    seal: Seal,
) -> str:
    """Let a signed request in, once; gives the partner's source.

    Refused: a signature that is not right for a known, enabled key (all told alike), a timestamp more than five
    minutes off, a nonce that was used.
    """
    partner = session.scalars(select(Partner).where(Partner.key_id == key_id)).one_or_none()
    sealed = partner.secret_sealed if partner else None
    secret = seal.open(sealed, _place(key_id)) if sealed else secrets.token_urlsafe(32)
    ours = sign(secret, method=method, target=target, timestamp=timestamp, nonce=nonce, body=body)
    wellformed = NONCE.fullmatch(nonce) and TIMESTAMP.fullmatch(timestamp) and SIGNATURE.fullmatch(signature)
    if not (same(ours, signature) and wellformed and partner and partner.disabled_at is None):
        raise NotAdmitted
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE:
        raise ClockSkew
    if not _first_use(session, now, key_id, nonce):
        raise NonceReplayed
    return partner.source


def forget_nonces(session: Session, now: datetime) -> int:
    """Remove the nonces that a timestamp refuses by now; for the worker. Gives back how many."""
    old = delete(partner_nonce).where(partner_nonce.c.seen_at < now - REMEMBERED)
    return len(session.execute(old.returning(partner_nonce.c.nonce)).all())


def _first_use(session: Session, now: datetime, key_id: str, nonce: str) -> bool:
    if sum(nonce.encode()) % 64 == 0:  # now and then, so that old ones do not pile up
        session.execute(delete(partner_nonce).where(partner_nonce.c.seen_at < now - REMEMBERED))
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"key_id": key_id, "nonce": nonce, "seen_at": now}
    # Two processes with the same request at once: the database lets one of them in.
    taken = session.execute(
        dialect.insert(partner_nonce).values(row).on_conflict_do_nothing().returning(partner_nonce.c.nonce)
    )
    return taken.first() is not None


def _give_key(partner: Partner, seal: Seal) -> Key:
    key = Key("mk_" + secrets.token_hex(10), secrets.token_urlsafe(32))
    partner.key_id, partner.secret_sealed = key.key_id, seal.seal(key.secret, _place(key.key_id))
    return key


def _partner(session: Session, source: str, *, lock: bool = False) -> Partner:
    partner = session.get(Partner, source, with_for_update=lock, populate_existing=True)
    if partner is None:
        raise UnknownPartner(source=source)
    return partner


def _place(key_id: str) -> str:
    return f"partner:secret:{key_id}"
