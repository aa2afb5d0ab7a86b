"""Payments and refunds as the networks keep them, whichever protocol they came by."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from sqlite3 import Row
from typing import Any

from mall.sandbox.letters import queue
from mall.sandbox.store import moment, stamp
from mall.sandbox.switches import Values, checked, drawn
from mall.sandbox.world import World


class State(StrEnum):
    """Where a payment stands."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


class WrongState(Exception):
    """The payment is not where this could be done; `state` says where it is."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


class Used(Exception):
    """The number was used with another content."""


class TooMuch(Exception):
    """More than is left of the payment."""


@dataclass(frozen=True)
class Payment:
    """One payment, as it stands at `seen_at`."""

    id: int
    gateway: str
    way: str
    no: str
    app: str
    merchant: str
    fen: int
    subject: str
    attach: str
    payer: str
    token: str
    gateway_no: str
    kept_state: State
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    notify_url: str
    return_url: str
    serial: str
    asked: dict[str, Any]
    switches: Values
    seen_at: datetime
    refunded_fen: int

    @property
    def state(self) -> State:
        """Its state; what nobody paid in time has closed by itself."""
        expired = self.kept_state is State.OPEN and self.seen_at >= self.expires_at
        return State.CLOSED if expired else self.kept_state

    @property
    def open(self) -> bool:
        """Whether it can be paid."""
        return self.state is State.OPEN

    @property
    def paid(self) -> bool:
        """Whether money came."""
        return self.state is State.PAID

    @property
    def trade_no(self) -> str:
        """The network's own number. Alipay gives one when the trade begins, WeChat Pay when it is paid."""
        if self.gateway == "alipay":
            return f"{self.opened_at:%Y%m%d}22001{self.opened_at:%y%m%d%H%M%S}{self.id:09d}"
        return self.gateway_no

    @property
    def left_fen(self) -> int:
        """What could still be refunded."""
        return self.fen - self.refunded_fen if self.paid else 0


@dataclass(frozen=True)
class Refund:
    """One refund of a payment, as it stands at `seen_at`."""

    id: int
    payment_id: int
    no: str
    fen: int
    reason: str
    gateway_no: str
    opened_at: datetime
    done_at: datetime
    notify_url: str
    seen_at: datetime

    @property
    def done(self) -> bool:
        """Whether the money is back."""
        return self.seen_at >= self.done_at


SELECT = "SELECT *, (SELECT coalesce(sum(fen), 0) FROM refund WHERE payment_id = payment.id) AS refunded FROM payment"


def _payment(row: Row, now: datetime) -> Payment:
    facts = dict(row)
    return Payment(
        **{
            **{name: facts[name] for name in facts if name not in {"state", "refunded"}},
            "kept_state": State(facts["state"]),
            "opened_at": moment(facts["opened_at"]),
            "expires_at": moment(facts["expires_at"]),
            "ended_at": moment(facts["ended_at"]) if facts["ended_at"] else None,
            "asked": json.loads(facts["asked"]),
            "switches": json.loads(facts["switches"]),
            "refunded_fen": facts["refunded"],
            "seen_at": now,
        }
    )


def _refund(row: Row, now: datetime) -> Refund:
    moments = {name: moment(row[name]) for name in ("opened_at", "done_at")}
    return Refund(**{**dict(row), **moments, "seen_at": now})


def by(world: World, **wanted: object) -> Payment | None:
    """A payment by some of its columns."""
    where = " AND ".join(f"{name} = ?" for name in wanted)
    row = world.store.one(f"{SELECT} WHERE {where}", *wanted.values())
    return _payment(row, world.now()) if row else None


def listed(world: World, *, most: int = 200) -> list[Payment]:
    """The newest payments first."""
    now = world.now()
    return [_payment(row, now) for row in world.store.all(f"{SELECT} ORDER BY id DESC LIMIT ?", most)]


def paid_between(world: World, gateway: str, start: datetime, end: datetime) -> list[Payment]:
    """What was paid in a time, for a bill."""
    rows = world.store.all(
        f"{SELECT} WHERE gateway = ? AND state = 'paid' AND ended_at >= ? AND ended_at < ? ORDER BY ended_at",
        gateway, stamp(start), stamp(end),
    )  # fmt: skip
    return [_payment(row, world.now()) for row in rows]


def refunds_of(world: World, payment_id: int) -> list[Refund]:
    """All refunds of a payment, in their order."""
    rows = world.store.all("SELECT * FROM refund WHERE payment_id = ? ORDER BY id", payment_id)
    return [_refund(row, world.now()) for row in rows]


def refund_by(world: World, gateway: str, no: str) -> Refund | None:
    """A refund by the merchant's number of it."""
    row = world.store.one(
        "SELECT refund.* FROM refund JOIN payment ON payment.id = payment_id WHERE gateway = ? AND refund.no = ?",
        gateway, no,
    )  # fmt: skip
    return _refund(row, world.now()) if row else None


def refunded_between(world: World, gateway: str, start: datetime, end: datetime) -> list[tuple[Payment, Refund]]:
    """What was refunded in a time, for a bill."""
    rows = world.store.all(
        "SELECT refund.* FROM refund JOIN payment ON payment.id = payment_id"
        " WHERE gateway = ? AND done_at >= ? AND done_at < ? ORDER BY done_at",
        gateway, stamp(start), stamp(end),
    )  # fmt: skip
    found = []
    for row in rows:
        payment = by(world, id=row["payment_id"])
        assert payment is not None
        found.append((payment, _refund(row, world.now())))
    return found


def open_payment(world: World, *, asked: dict[str, Any], expires_at: datetime, **facts: Any) -> Payment:
    """A payment for a merchant's number; the same again gives the first. Raises Used, or WrongState once it ended."""
    now = world.now()
    with world.store.change():
        known = by(world, gateway=facts["gateway"], no=facts["no"])
        if known is None:
            world.store.add(
                "payment", **facts, state=State.OPEN, opened_at=stamp(now), expires_at=stamp(expires_at),
                token=secrets.token_hex(18), gateway_no="", asked=json.dumps(asked, ensure_ascii=False),
                switches=json.dumps(drawn(facts["no"], world.pace.random_percent)),
            )  # fmt: skip
            known = by(world, gateway=facts["gateway"], no=facts["no"])
            assert known is not None
            return known
    if not known.open:
        raise WrongState(known.state)
    if (known.fen, known.way, known.asked) != (facts["fen"], facts["way"], asked):
        raise Used
    return known


def pay(world: World, payment_id: int, *, payer: str = "") -> Payment:
    """The person pays; raises WrongState when it is paid or closed."""
    now = world.now()
    with world.store.change():
        payment = by(world, id=payment_id)
        if payment is None or not payment.open:
            raise WrongState(payment.state if payment else State.CLOSED)
        world.store.run(
            "UPDATE payment SET state = ?, ended_at = ?, gateway_no = ?, payer = ? WHERE id = ?",
            State.PAID, stamp(now), payment.trade_no or f"4200002{now:%y%m%d%H%M%S}{payment_id:09d}",
            payment.payer or payer, payment_id,
        )  # fmt: skip
        payment = by(world, id=payment_id)
        assert payment is not None
        queue(
            world, gateway=payment.gateway, what="payment", about=payment_id, url=payment.notify_url,
            payment_id=payment_id, own=payment.switches,
        )  # fmt: skip
    return payment


def close(world: World, payment_id: int) -> Payment:
    """The merchant closes it: a second time does nothing; raises WrongState when it was paid."""
    with world.store.change():
        payment = by(world, id=payment_id)
        if payment is None or payment.paid:
            raise WrongState(State.PAID)
        if payment.open:
            world.store.run(
                "UPDATE payment SET state = ?, ended_at = ? WHERE id = ?",
                State.CLOSED, stamp(world.now()), payment_id,
            )  # fmt: skip
    return payment


def refund(
    world: World, payment_id: int, *, no: str, fen: int, reason: str, notify_url: str, seconds: float
) -> tuple[Refund, bool]:
    """Send money back; also tells whether it is news. Raises WrongState, Used (another amount) or TooMuch."""
    now = world.now()
    with world.store.change():
        payment = by(world, id=payment_id)
        if payment is None or not payment.paid:
            raise WrongState(payment.state if payment else State.CLOSED)
        known = world.store.one("SELECT * FROM refund WHERE payment_id = ? AND no = ?", payment_id, no)
        if known:
            if known["fen"] != fen:
                raise Used
            return _refund(known, now), False
        if fen > payment.left_fen:
            raise TooMuch
        done_at = now + timedelta(seconds=seconds)
        count = len(refunds_of(world, payment_id)) + 1
        refund_id = world.store.add(
            "refund", payment_id=payment_id, no=no, fen=fen, reason=reason, opened_at=stamp(now),
            done_at=stamp(done_at), notify_url=notify_url,
            gateway_no=f"5030{now:%y%m%d%H%M%S}{payment_id:09d}{count:03d}",
        )  # fmt: skip
        if notify_url:
            queue(
                world, gateway=payment.gateway, what="refund", about=refund_id, url=notify_url,
                payment_id=payment_id, own=payment.switches, not_before=done_at,
            )  # fmt: skip
        row = world.store.one("SELECT * FROM refund WHERE id = ?", refund_id)
        assert row is not None
        return _refund(row, now), True


def throw(world: World, payment_id: int, given: Any) -> Values:
    """Throw switches for one payment; they go before those for everything."""
    with world.store.change():
        row = world.store.one("SELECT switches FROM payment WHERE id = ?", payment_id)
        values: Values = {**(json.loads(row["switches"]) if row else {}), **checked(given)}
        world.store.run("UPDATE payment SET switches = ? WHERE id = ?", json.dumps(values), payment_id)
    return values
