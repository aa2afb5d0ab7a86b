"""Bringing codes into the vault and taking them out; each batch looked at before it is taken in, each act audited."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base import bulk
from mall.base.ids import new_id
from mall.base.refused import NotFound
from mall.base.seal import Seal
from mall.base.time import start_of_day
from mall.base.types import NEVER
from mall.catalog.actions import supply, withdraw
from mall.catalog.models import Because, Item, Kind, Reason, Sku, Stock
from mall.rewards.models import BatchChanged, CardBatch, CardCode, CodeState, NotACardSku, NothingToTake, VaultShelf
from mall.rewards.models.vault import LEAST_LIFE, WARN_AT
from mall.rewards.queries.trial import Trial, trial
from mall.rewards.rules.codes import read

_code = cast(Table, CardCode.__table__)
KEPT_FAULTS = 2_000
"""Rows that were not taken, of which a batch keeps number and reason."""
DRAFT_LIFE = timedelta(hours=24)
TOO_OLD = "expired"
TENDED = Because(Reason.CODES, "", "worker")


def look(
    session: Session,
    now: datetime,
    *,
    sku_code: str,
    name: str,
    text: str,
    expires_on: date | None,
    zone: str,
    seal: Seal,
    actor: str,
) -> int:
    """Keep a list of codes, sealed, to be looked at; nothing of it is in the vault yet. Gives the batch's id.

    `expires_on` is the last day of codes whose row names none. Refused: a SKU that is no card code's, what cannot be
    read, too many rows.
    """
    sku_id = _card_sku(session, sku_code)
    read(text, earliest=date.min)
    batch_id = new_id(now)
    batch = CardBatch(
        id=batch_id,
        sku_id=sku_id,
        name=name[:120],
        source_sealed=seal.seal(text, f"card_batch:source:{batch_id}"),
        expires_at=_end_of(expires_on, zone),
        actor=actor,
        created_at=now,
        taken=0,
        faults=[],
    )
    session.add(batch)
    session.flush()
    return batch_id


def take_in(
    session: Session,
    now: datetime,
    *,
    batch_id: int,
    good: int,
    zone: str,
    seal: Seal,
    actor: str,
    source_address: str = "",
) -> CardBatch:
    """Take a batch's good rows into the vault, and as many pieces into stock. A repeat gives the same batch.

    `good` is how many there were when it was looked at: refused where that has changed meanwhile, and where it is none.
    """
    batch = _batch(session, batch_id)
    if not batch.open:
        return batch
    shelf = _shelf(session, now, batch.sku_id)
    found = trial(session, now, batch=batch, zone=zone, seal=seal)
    if not found.good:
        raise NothingToTake
    if len(found.good) != good:
        raise BatchChanged(good=len(found.good))
    bulk.add(session, _code, _rows(now, batch, found, zone, seal))
    supply(session, now, {shelf.sku_id: good}, because=Because(Reason.CODES, f"card_batch:{batch.id}", actor))
    batch.taken_at, batch.taken, batch.source_sealed, batch.actor = now, good, None, actor
    batch.faults = [{"row": row.no, "fault": row.fault, "first": row.first} for row in found.faults[:KEPT_FAULTS]]
    note(
        session,
        now,
        actor=actor,
        act="vault.take_in",
        subject=f"card_batch:{batch.id}",
        address=source_address,
        detail={"taken": good, "faults": dict(Counter(str(row.fault) for row in found.faults))},
    )
    session.flush()
    return batch


def drop(session: Session, now: datetime, *, batch_id: int, actor: str) -> None:
    """Forget a batch that was only looked at. A repeat finds nothing to do."""
    batch = session.get(CardBatch, batch_id, with_for_update=True)
    if batch is not None and batch.open:
        session.delete(batch)
        note(session, now, actor=actor, act="vault.drop", subject=f"card_batch:{batch_id}")
        session.flush()


def void_free(
    session: Session,
    now: datetime,
    *,
    reason: str,
    actor: str,
    batch_id: int | None = None,
    code_id: int | None = None,
    source_address: str = "",
) -> int:
    """Take the codes of a batch, or one code, out of the vault for ever, as far as nobody holds them; stock follows.

    Gives how many. What dealers hold stays theirs.
    """
    whose = _code.c.batch_id == batch_id if code_id is None else _code.c.id == code_id
    found = session.execute(
        select(_code.c.id, _code.c.sku_id)
        .where(whose, _code.c.state == CodeState.FREE)
        .with_for_update(skip_locked=True)
    ).all()
    _void(session, now, [row.id for row in found], reason=reason, actor=actor)
    subject = f"card_batch:{batch_id}" if code_id is None else f"card_code:{code_id}"
    because = Because(Reason.CODES, subject, actor, reason)
    withdraw(session, now, Counter(row.sku_id for row in found), because=because)
    if found:
        detail = {"codes": len(found), "reason": reason[:200]}
        note(session, now, actor=actor, act="card_code.void", subject=subject, address=source_address, detail=detail)
        session.flush()
    return len(found)


def warn_at(session: Session, now: datetime, *, sku_id: int, number: int, actor: str) -> None:
    """How few free codes of a SKU are an alarm; nought is never one."""
    shelf = session.get(VaultShelf, sku_id, with_for_update=True)
    if shelf is None:
        raise NotFound
    if shelf.warn_at != number:
        detail = {"from": shelf.warn_at, "to": number}
        shelf.warn_at = number
        note(session, now, actor=actor, act="vault.warn_at", subject=f"sku:{sku_id}", detail=detail)
        session.flush()


def tend(session: Session, now: datetime) -> int:
    """Void the free codes that are over soon, let stock be what is free, and forget old drafts. Gives how many codes.

    Stock and codes can part where an order from before the vault is cancelled: its pieces go back to stock without
    codes. Both are read by one statement, and the difference is a change like any other.
    """
    ended = session.execute(
        select(_code.c.id, _code.c.sku_id)
        .where(_code.c.state == CodeState.FREE, _code.c.expires_at < now + LEAST_LIFE)
        .with_for_update(skip_locked=True)
    ).all()
    _void(session, now, [row.id for row in ended], reason=TOO_OLD, actor="worker")
    for row in session.execute(_standing()).all():
        if row.on_hand > row.free:
            withdraw(session, now, {row.sku_id: row.on_hand - row.free}, because=TENDED)
        elif row.on_hand < row.free:
            supply(session, now, {row.sku_id: row.free - row.on_hand}, because=TENDED)
    drafts = select(CardBatch).where(CardBatch.taken_at.is_(None), CardBatch.created_at < now - DRAFT_LIFE)
    for draft in session.scalars(drafts.with_for_update(skip_locked=True)):
        session.delete(draft)
    session.flush()
    return len(ended)


def _standing() -> Any:
    """By shelf of a reward that is still one of codes: what stock says, and how many codes are free."""
    free = (
        select(func.count())
        .select_from(_code)
        .where(_code.c.sku_id == VaultShelf.sku_id, _code.c.state == CodeState.FREE)
        .correlate(VaultShelf)
        .scalar_subquery()
        .label("free")
    )
    return (
        select(VaultShelf.sku_id, Stock.on_hand, free)
        .join(Stock, Stock.sku_id == VaultShelf.sku_id)
        .join(Sku, Sku.id == VaultShelf.sku_id)
        .join(Item, Item.id == Sku.item_id)
        .where(Item.kind == Kind.CARD_CODE)
    )


def _card_sku(session: Session, sku_code: str) -> int:
    found = session.scalar(
        select(Sku.id).join(Item, Item.id == Sku.item_id).where(Sku.code == sku_code, Item.kind == Kind.CARD_CODE)
    )
    if found is None:
        raise NotACardSku
    return found


def _batch(session: Session, batch_id: int) -> CardBatch:
    batch = session.get(CardBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise NotFound
    return batch


def _shelf(session: Session, now: datetime, sku_id: int) -> VaultShelf:
    """The SKU's shelf, locked. The first batch opens it: what stock said before had no codes behind it, and goes."""
    shelf = session.get(VaultShelf, sku_id, with_for_update=True)
    if shelf is None:
        shelf = VaultShelf(sku_id=sku_id, warn_at=WARN_AT, opened_at=now)
        session.add(shelf)
        session.flush()
        stock = session.get(Stock, sku_id, with_for_update=True, populate_existing=True)
        if stock is not None and stock.on_hand:
            withdraw(session, now, {sku_id: stock.on_hand}, because=TENDED)
    return shelf


def _rows(now: datetime, batch: CardBatch, found: Trial, zone: str, seal: Seal) -> list[dict[str, Any]]:
    without_end = batch.expires_at or NEVER
    rows = []
    for row, index in zip(found.good, found.indexes, strict=True):
        code_id = new_id(now)
        rows.append(
            {
                "id": code_id,
                "sku_id": batch.sku_id,
                "batch_id": batch.id,
                "code_sealed": seal.seal(row.code, f"card_code:code:{code_id}"),
                "code_index": index,
                "serial": row.serial,
                "expires_at": _end_of(row.expires_on, zone) or without_end,
                "state": CodeState.FREE,
            }
        )
    return rows


def _end_of(last_day: date | None, zone: str) -> datetime | None:
    """The instant after a last day."""
    if last_day is None:
        return None
    return NEVER if last_day.year >= NEVER.year else start_of_day(last_day + timedelta(days=1), zone)


def _void(session: Session, now: datetime, ids: list[int], *, reason: str, actor: str) -> None:
    for start in range(0, len(ids), 500):
        session.execute(
            update(_code)
            .where(_code.c.id.in_(ids[start : start + 500]))
            .values(state=CodeState.VOID, void_at=now, void_by=actor, void_reason=reason[:200])
        )
