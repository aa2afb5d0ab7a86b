"""What staff do to the stock of a SKU: pieces come in, are put right, are announced, and its levels are set.

Who looks after the shelves supplies; who keeps the warehouse puts right what is there. Every act is audited, and a form
that is sent twice is one act.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Forbidden
from mall.catalog.actions.alarms import look_at
from mall.catalog.actions.stock import supply, withdraw
from mall.catalog.models import (
    LESS,
    MORE,
    Because,
    ByCodes,
    Item,
    Kind,
    Move,
    NoSuchSku,
    NoSuchWarehouse,
    NotExpected,
    Promised,
    Reason,
    Sku,
    Stock,
    StockFormStale,
    StockIncoming,
    StockLevel,
    StockMovement,
    Warehouse,
)
from mall.dealers.models import WHOLE, OutsideScope, Scope, StaffRole

MAY_SUPPLY = (StaffRole.MERCHANDISER, StaffRole.ADMINISTRATOR)
MAY_ADJUST = (StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR)
MAY_RECEIVE = (*MAY_SUPPLY, StaffRole.FULFILMENT)
MOST_PIECES = 1_000_000


@dataclass(frozen=True)
class By:
    """Whose doing it is, and from where."""

    staff_id: int
    role: StaffRole
    address: str = ""
    scope: Scope = WHOLE

    @property
    def actor(self) -> str:
        """As movements and the audit log write it."""
        return f"staff:{self.staff_id}"

    def must_be(self, roles: Collection[StaffRole]) -> None:
        """Refused: a person of another role."""
        if self.role not in roles:
            raise Forbidden

    def may_use(self, warehouse: Warehouse) -> None:
        """Refused: a warehouse outside the scope. A region has those that serve it, a supplier its own."""
        if self.scope.supplier_id is None:
            self.scope.must_cover(warehouse.region)
        elif warehouse.supplier_id != self.scope.supplier_id:
            raise OutsideScope


@dataclass(frozen=True)
class Levels:
    """How much of a SKU should be there: pieces, days until a delivery comes, pieces in a pack."""

    safety: int
    warning: int
    lead_days: int
    pack_size: int


def come_in(
    session: Session,
    now: datetime,
    *,
    sku_code: str,
    pieces: int,
    warehouse: str,
    reference: str,
    remark: str,
    key: str,
    by: By,
) -> None:
    """Pieces have come from a supplier into a warehouse (none for what lies nowhere). The same `key` is one delivery.

    Refused: who does not supply; a SKU or warehouse outside the scope; card codes; a closed warehouse.
    """
    by.must_be(MAY_SUPPLY)
    sku, kind = _locked(session, sku_code, by)
    if _done(session, sku, key):
        return
    because = Because(Reason.SUPPLY, reference, by.actor, remark, key)
    place = _place(session, kind, warehouse, by)
    supply(session, now, {sku: pieces}, because=because, warehouse_id=place)
    _noted(session, now, by, "stock.supply", sku, {"pieces": pieces, "warehouse": warehouse, "reference": reference})
    look_at(session, now, sku)


def put_right(
    session: Session,
    now: datetime,
    *,
    sku_code: str,
    difference: int,
    warehouse: str,
    reason: Reason,
    remark: str,
    key: str,
    by: By,
) -> None:
    """There are more or fewer pieces than was thought, and why. The same `key` is one change.

    Refused: who keeps no warehouse; card codes; a closed warehouse; more than can be redeemed (Promised), or than lies
    there (NotThere).
    """
    by.must_be(MAY_ADJUST)
    if not difference or reason not in (MORE if difference > 0 else LESS):
        raise ValueError("more pieces, or fewer, have each their own reasons")
    sku, kind = _locked(session, sku_code, by)
    if _done(session, sku, key):
        return
    because = Because(reason, "", by.actor, remark, key)
    place = _place(session, kind, warehouse, by)
    if difference > 0:
        supply(session, now, {sku: difference}, because=because, warehouse_id=place, kind=Move.ADJUST)
    else:
        left = session.scalar(select(Stock.on_hand).where(Stock.sku_id == sku)) or 0
        if left < -difference:
            raise Promised(sku=sku_code, left=left)
        withdraw(session, now, {sku: -difference}, because=because, warehouse_id=place)
    detail = {"pieces": difference, "warehouse": warehouse, "reason": reason.value, "remark": remark}
    _noted(session, now, by, "stock.adjust", sku, detail)
    look_at(session, now, sku)


def set_levels(session: Session, now: datetime, *, sku_code: str, levels: Levels, revision: int, by: By) -> None:
    """Say how much of a SKU should be there. `revision` is that of the form; refused where it has changed since, and
    to whoever is of a region: the levels are those of all warehouses together.
    """
    by.must_be(MAY_SUPPLY)
    if by.scope.region:
        raise OutsideScope
    sku, _ = _locked(session, sku_code, by)
    level = session.get(StockLevel, sku, populate_existing=True)
    if level is None:
        level = StockLevel(
            sku_id=sku, safety=0, warning=0, lead_days=7, pack_size=1, demand_30=0, demand_90=0, revision=0
        )
        session.add(level)
    after = {name: getattr(levels, name) for name in Levels.__dataclass_fields__}
    before = {name: getattr(level, name) for name in after}
    if before == after:
        return
    if level.revision != revision:
        raise StockFormStale
    for name, value in after.items():
        setattr(level, name, value)
    level.revision = revision + 1
    session.flush()
    _noted(session, now, by, "stock.levels", sku, {"before": before, "after": after})
    look_at(session, now, sku)


def announce(
    session: Session,
    now: datetime,
    *,
    sku_code: str,
    pieces: int,
    warehouse: str,
    reference: str,
    expected_on: date | None,
    key: str,
    by: By,
) -> None:
    """Pieces were ordered from a supplier and are on their way: the suggestion counts them. The same `key` is one.

    Refused: who does not supply; a SKU or warehouse outside the scope; card codes; a closed warehouse.
    """
    by.must_be(MAY_SUPPLY)
    sku, kind = _locked(session, sku_code, by)
    if session.scalar(select(StockIncoming.id).where(StockIncoming.key == key)) is not None:
        return
    coming = StockIncoming(
        id=new_id(now),
        sku_id=sku,
        warehouse_id=_place(session, kind, warehouse, by),
        pieces=pieces,
        reference=reference,
        expected_on=expected_on,
        key=key,
        made_at=now,
        made_by=by.actor,
    )
    session.add(coming)
    _noted(session, now, by, "stock.announce", sku, {"pieces": pieces, "warehouse": warehouse, "reference": reference})
    session.flush()


def settle_incoming(
    session: Session, now: datetime, *, sku_code: str, incoming_id: int, arrived: int, remark: str, by: By
) -> None:
    """What was announced is here, so many pieces of it; none: it was called off. Said again it changes nothing.

    Refused: who neither supplies nor keeps a warehouse; a SKU or warehouse outside the scope; what nobody announced, or
    what has been settled otherwise; pieces for a warehouse that was closed meanwhile.
    """
    by.must_be(MAY_RECEIVE)
    sku, _ = _locked(session, sku_code, by)
    coming = session.get(StockIncoming, incoming_id, with_for_update=True, populate_existing=True)
    if coming is None or coming.sku_id != sku or not (coming.open or coming.arrived == arrived):
        raise NotExpected
    if not coming.open:
        return
    if coming.warehouse_id is not None:
        place = session.get_one(Warehouse, coming.warehouse_id, with_for_update={"read": True}, populate_existing=True)
        by.may_use(place)
        if arrived and not place.open:
            raise NoSuchWarehouse
    elif by.scope.region:
        raise OutsideScope
    coming.arrived, coming.settled_at, coming.settled_by = arrived, now, by.actor
    if arrived:
        because = Because(Reason.SUPPLY, coming.reference, by.actor, remark, f"incoming/{coming.id}")
        supply(session, now, {sku: arrived}, because=because, warehouse_id=coming.warehouse_id)
    _noted(session, now, by, "stock.arrive", sku, {"announced": coming.pieces, "arrived": arrived, "remark": remark})
    session.flush()
    look_at(session, now, sku)


def _locked(session: Session, sku_code: str, by: By) -> tuple[int, Kind]:
    """A SKU's id and kind, its stock row locked. Refused: no such SKU, or another supplier's."""
    found = session.execute(
        select(Sku.id, Item.kind, Item.supplier_id).join(Item, Item.id == Sku.item_id).where(Sku.code == sku_code)
    ).one_or_none()
    if found is None or not by.scope.supplies(found.supplier_id):
        raise NoSuchSku
    session.execute(select(Stock.sku_id).where(Stock.sku_id == found.id).with_for_update()).one()
    return found.id, found.kind


def _done(session: Session, sku: int, key: str) -> bool:
    """Whether a form has been taken before."""
    known = select(StockMovement.seq).where(StockMovement.sku_id == sku, StockMovement.key == key)
    return session.scalar(known) is not None


def _place(session: Session, kind: Kind, code: str, by: By) -> int | None:
    """The open warehouse that things lie in; what is no thing lies in none, so that no region has it."""
    if kind is Kind.CARD_CODE:
        raise ByCodes
    if not kind.shipped:
        if by.scope.region:
            raise OutsideScope
        return None
    open_ = select(Warehouse).where(Warehouse.code == code, Warehouse.closed_at.is_(None))
    found = session.scalar(open_.with_for_update(read=True))  # whoever closes it waits, and finds what came in
    if found is None:
        raise NoSuchWarehouse
    by.may_use(found)
    return found.id


def _noted(session: Session, now: datetime, by: By, act: str, sku: int, detail: dict[str, object]) -> None:
    note(session, now, actor=by.actor, act=act, subject=f"sku:{sku}", address=by.address, detail=detail)
