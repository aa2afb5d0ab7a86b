"""Rate limits: a token bucket in the database, so that they hold across processes.

A bucket is one number: the moment at which it will be full again (the generic cell rate algorithm of ATM's traffic
management, ITU-T I.371). Taking a token moves that moment on by the time one token needs to come back; more than
`capacity` tokens ahead of now is refused. One statement takes and judges, on both engines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from flask import request
from sqlalchemy import Table, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Int, Name, micros

LONGEST = 160
"""Signs of a bucket's name; longer ones share the bucket of their beginning."""


class RateLimit(Base):
    """A bucket by name, and when it is full again. A row whose moment has passed says nothing and may go."""

    __tablename__ = "rate_limit"
    __table_args__ = (strict(fillfactor=70),)
    bucket: Mapped[str] = mapped_column(Name(LONGEST), primary_key=True)
    full_at: Mapped[int] = mapped_column(Int)


class TooManyTries(Refused):
    """Too many tries at once."""

    code = "too_many_tries"
    status = 429
    text = N_("尝试次数过多，请 %(minutes)s 分钟后再试。")


def take(session: Session, now: datetime, *, bucket: str, capacity: int, refill_per_minute: float) -> None:
    """Take one token of a bucket or refuse with `TooManyTries`.

    `capacity` tokens may be taken at once; they come back at `refill_per_minute`. A refusal takes nothing.
    """
    interval = round(60_000_000 / refill_per_minute)
    at = micros(now)
    bucket = bucket[:LONGEST]
    wants = {"bucket": bucket, "now": at, "interval": interval, "span": capacity * interval}
    if session.execute(_TAKE[session.get_bind().dialect.name], wants).first() is None:
        full_at = session.scalar(select(RateLimit.full_at).where(RateLimit.bucket == bucket)) or at
        wait = timedelta(microseconds=full_at - at - (capacity - 1) * interval)
        raise TooManyTries(minutes=max(1, -(-wait // timedelta(minutes=1))))


@dataclass(frozen=True)
class Limit:
    """What a kind of bucket holds: `capacity` at once, `refill` coming back each minute."""

    name: str
    capacity: int
    refill: float


def take_all(session: Session, now: datetime, *, of: list[tuple[Limit, str]]) -> None:
    """Take one token of each bucket (a limit, and for whom), or refuse and take none."""
    for limit, whom in of:
        take(session, now, bucket=f"{limit.name}/{whom}", capacity=limit.capacity, refill_per_minute=limit.refill)


def forget(session: Session, now: datetime) -> int:
    """Remove buckets that are full; for the worker. Gives back how many."""
    gone = session.execute(delete(RateLimit).where(RateLimit.full_at <= micros(now)).returning(RateLimit.bucket))
    return len(gone.all())


def network() -> str:
    """The network this request comes from: an IPv4 address, or the /64 that one household has of IPv6."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text[:64]
    if address.version == 6:
        address = address.ipv4_mapped or ip_address(int(address) >> 64 << 64)
    return str(address)


def _statement(insert: type[sqlite.Insert] | type[postgresql.Insert]) -> ReturningInsert[tuple[int]]:
    table = RateLimit.__table__
    assert isinstance(table, Table)
    full_at, now, interval = table.c.full_at, bindparam("now", type_=Int), bindparam("interval", type_=Int)
    moved = case((full_at > now, full_at), else_=now) + interval
    fresh = insert(table).values(bucket=bindparam("bucket"), full_at=now + interval)
    return fresh.on_conflict_do_update(
        index_elements=["bucket"], set_={"full_at": moved}, where=moved <= now + bindparam("span", type_=Int)
    ).returning(full_at)


_TAKE = {"sqlite": _statement(sqlite.Insert), "postgresql": _statement(postgresql.Insert)}
