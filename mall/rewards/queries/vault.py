"""The vault as the desk sees it: shelves with their counts and alarms, batches, and the history of one code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.refused import NotFound
from mall.base.scope import WHOLE, Scope
from mall.base.seal import Seal
from mall.catalog.models import Item, Kind, Sku, Stock
from mall.dealers.models import Dealer
from mall.dealers.queries.people import staff_names
from mall.points.queries.actors import actors
from mall.rewards.models import CardBatch, CardCode, CodeState, VaultShelf
from mall.rewards.queries.trial import INDEXED

SOON = timedelta(days=60)
"""Free codes that end within this are told apart: there is still time to give them out."""
FOUND = 50
LAST = 10


@dataclass(frozen=True)
class Shelf:
    """A card SKU. Without a shelf of its own its codes are still handed out by people, and nothing is counted."""

    sku_id: int
    sku_code: str
    names: dict[str, str]
    attributes: list[dict[str, Any]]
    on_hand: int
    opened_at: datetime | None
    warn_at: int
    counts: dict[CodeState, int]
    soon: int
    """Free codes that end within two months."""

    @property
    def free(self) -> int:
        return self.counts.get(CodeState.FREE, 0)

    @property
    def reserved(self) -> int:
        return self.counts.get(CodeState.RESERVED, 0)

    @property
    def issued(self) -> int:
        return self.counts.get(CodeState.ISSUED, 0)

    @property
    def void(self) -> int:
        return self.counts.get(CodeState.VOID, 0)

    @property
    def low(self) -> bool:
        """Few enough to be an alarm."""
        return self.opened_at is not None and 0 < self.warn_at >= self.free

    @property
    def empty(self) -> bool:
        """Nothing is left to give out."""
        return self.opened_at is not None and not self.free


@dataclass(frozen=True)
class Batch:
    """A batch with what has become of its codes."""

    batch: CardBatch
    sku_code: str
    by: str
    counts: dict[CodeState, int]

    @property
    def free(self) -> int:
        return self.counts.get(CodeState.FREE, 0)


@dataclass(frozen=True)
class Step:
    """Something that happened to a code: `what` is an act of the audit log, or a moment of its own."""

    at: datetime
    what: str
    by: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One code, masked, with whose it is and all that happened to it, newest first."""

    code: CardCode
    shelf: Shelf
    batch: CardBatch
    dealer: Dealer | None
    steps: list[Step]


def shelves(session: Session, now: datetime, sku_code: str = "") -> list[Shelf]:
    """Every card SKU that is offered or has codes; those with an alarm first."""
    asked = (
        select(Sku, Item, Stock.on_hand, VaultShelf.opened_at, VaultShelf.warn_at)
        .join(Item, Item.id == Sku.item_id)
        .join(Stock, Stock.sku_id == Sku.id)
        .outerjoin(VaultShelf, VaultShelf.sku_id == Sku.id)
        .where(Item.kind == Kind.CARD_CODE, or_(Sku.retired_at.is_(None), VaultShelf.sku_id.is_not(None)))
        .order_by(Item.code, Sku.position, Sku.id)
    )
    rows = session.execute(asked.where(Sku.code == sku_code) if sku_code else asked).all()
    counts, soon = _counts(session, CardCode.sku_id, [row[0].id for row in rows]), _soon(session, now)
    found = [
        Shelf(
            sku_id=sku.id,
            sku_code=sku.code,
            names=item.names,
            attributes=sku.attributes,
            on_hand=on_hand,
            opened_at=opened_at,
            warn_at=warn_at or 0,
            counts=counts[sku.id],
            soon=soon.get(sku.id, 0),
        )
        for sku, item, on_hand, opened_at, warn_at in rows
    ]
    return sorted(found, key=lambda shelf: (not shelf.low, shelf.opened_at is None))


def shelf_of(session: Session, now: datetime, sku_code: str) -> Shelf:
    """One card SKU."""
    found = shelves(session, now, sku_code)
    if not found:
        raise NotFound
    return found[0]


def low_count(session: Session) -> int:
    """How many shelves are an alarm: what the side's link counts. A shelf's stock is its free codes."""
    asked = (
        select(func.count())
        .select_from(VaultShelf)
        .join(Stock, Stock.sku_id == VaultShelf.sku_id)
        .where(VaultShelf.warn_at > 0, Stock.on_hand <= VaultShelf.warn_at)
    )
    return session.scalar(asked) or 0


def running_out(session: Session, scope: Scope = WHOLE) -> tuple[int, int]:
    """How many shelves of SKUs that are still offered are an alarm, and how many of those are empty."""
    asked = (
        select(func.count(), func.count(case((Stock.on_hand == 0, 1))))
        .select_from(VaultShelf)
        .join(Stock, Stock.sku_id == VaultShelf.sku_id)
        .outerjoin(Sku, Sku.id == VaultShelf.sku_id)  # few shelves first, then their SKUs: never all SKUs
        .where(VaultShelf.warn_at > 0, Stock.on_hand <= VaultShelf.warn_at, Sku.retired_at.is_(None))
    )
    if scope.supplier_id is not None:
        asked = asked.join(Item, Item.id == Sku.item_id).where(Item.supplier_id == scope.supplier_id)
    low, empty = session.execute(asked).one()
    return low, empty


def batches(session: Session, sku_id: int | None = None, most: int = FOUND) -> list[Batch]:
    """The last batches, newest first; those that were only looked at among them."""
    asked = select(CardBatch, Sku.code).join(Sku, Sku.id == CardBatch.sku_id).order_by(CardBatch.id.desc()).limit(most)
    found = session.execute(asked.where(CardBatch.sku_id == sku_id) if sku_id else asked).all()
    counts = _counts(session, CardCode.batch_id, [batch.id for batch, _code in found])
    names = staff_names(session, (batch.actor for batch, _code in found))
    return [Batch(batch, code, names.get(batch.actor, batch.actor), counts[batch.id]) for batch, code in found]


def batch(session: Session, batch_id: int) -> Batch:
    """One batch."""
    found = session.get(CardBatch, batch_id)
    if found is None:
        raise NotFound
    names = staff_names(session, [found.actor])
    counts = _counts(session, CardCode.batch_id, [batch_id])[batch_id]
    return Batch(found, sku_code_of(session, found.sku_id), names.get(found.actor, found.actor), counts)


def sku_code_of(session: Session, sku_id: int) -> str:
    """The code of a SKU."""
    return str(session.execute(select(Sku.code).where(Sku.id == sku_id)).scalar_one())


def handed_out_last(session: Session, sku_id: int) -> Sequence[CardCode]:
    """The codes of a SKU that dealers got last."""
    asked = select(CardCode).where(CardCode.sku_id == sku_id, CardCode.state == CodeState.ISSUED)
    return session.scalars(asked.order_by(CardCode.issued_at.desc(), CardCode.id.desc()).limit(LAST)).all()


def found_codes(session: Session, words: str, seal: Seal) -> Sequence[CardCode]:
    """Codes by themselves (through the blind index), by their serial number, or by the number of their order."""
    asked = select(CardCode).where(
        or_(CardCode.code_index == seal.index(words, INDEXED), CardCode.serial == words, CardCode.order_no == words)
    )
    return session.scalars(asked.order_by(CardCode.id).limit(FOUND)).all()


def code_told(session: Session, now: datetime, code_id: int) -> Told:
    """One code with its history."""
    code = session.get(CardCode, code_id)
    if code is None:
        raise NotFound
    its_batch = session.get(CardBatch, code.batch_id)
    assert its_batch is not None
    dealer = session.get(Dealer, code.dealer_id) if code.dealer_id else None
    steps = sorted(_steps(session, code, its_batch), key=lambda step: step.at)[::-1]
    return Told(code, shelf_of(session, now, sku_code_of(session, code.sku_id)), its_batch, dealer, steps)


def _steps(session: Session, code: CardCode, its_batch: CardBatch) -> list[Step]:
    """Its own moments, and what the audit log holds of it."""
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == f"card_code:{code.id}").order_by(AuditEntry.id.desc()).limit(100)
    ).all()
    names = staff_names(session, [its_batch.actor, code.void_by, *(entry.actor for entry in entries)])
    if code.dealer_id:
        members = [int(entry.actor[7:]) for entry in entries if entry.actor.startswith("member:")]
        names |= {f"member:{one}": who.name for one, who in actors(session, code.dealer_id, members).items()}
    steps = []
    if its_batch.taken_at:
        steps.append(Step(its_batch.taken_at, "vault.take_in", names.get(its_batch.actor, its_batch.actor), {}))
    if code.reserved_at:
        steps.append(Step(code.reserved_at, "reserved", "", {}))
    if code.issued_at:
        steps.append(Step(code.issued_at, "issued", "", {}))
    steps += [Step(entry.at, entry.act, names.get(entry.actor, entry.actor), entry.detail) for entry in entries[::-1]]
    if code.void_at and not any(step.what == "card_code.void" for step in steps):
        by = names.get(code.void_by or "", code.void_by or "")
        steps.append(Step(code.void_at, "card_code.void", by, {"reason": code.void_reason}))
    return steps


def _counts(session: Session, column: Any, keys: Sequence[int]) -> defaultdict[int, dict[CodeState, int]]:
    counts: defaultdict[int, dict[CodeState, int]] = defaultdict(dict)
    asked = select(column, CardCode.state, func.count()).where(column.in_(keys)).group_by(column, CardCode.state)
    for key, state, number in session.execute(asked):
        counts[key][state] = number
    return counts


def _soon(session: Session, now: datetime) -> dict[int, int]:
    asked = (
        select(CardCode.sku_id, func.count())
        .where(CardCode.state == CodeState.FREE, CardCode.expires_at < now + SOON)
        .group_by(CardCode.sku_id)
    )
    return {row[0]: row[1] for row in session.execute(asked)}
