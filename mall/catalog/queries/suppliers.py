"""Suppliers as the desk shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.catalog.models import Admission, Item, NoSuchSupplier, Supplier, SupplierFile


@dataclass(frozen=True)
class SupplierRow:
    """A supplier in the list, with how many rewards come from it and how many quality files it has."""

    supplier: Supplier
    items: int
    files: int


def suppliers(
    session: Session, *, q: str = "", admission: Admission | None = None, due: date | None = None
) -> list[SupplierRow]:
    """All suppliers by name, or those whose name or code holds what was typed; `due`: to be looked at by this day."""
    statement = select(Supplier).order_by(Supplier.name, Supplier.id)
    if admission is not None:
        statement = statement.where(Supplier.admission == admission)
    if due is not None:
        statement = statement.where(Supplier.review_on <= due)
    supplied = session.execute(select(Item.supplier_id, func.count()).group_by(Item.supplier_id))
    items: dict[int | None, int] = {row[0]: row[1] for row in supplied}
    shown = SupplierFile.removed_at.is_(None)
    counted = select(SupplierFile.supplier_id, func.count()).where(shown).group_by(SupplierFile.supplier_id)
    files: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    said = q.strip().casefold()
    return [
        SupplierRow(one, items.get(one.id, 0), files.get(one.id, 0))
        for one in session.scalars(statement)
        if said in one.name.casefold() or said in one.code.casefold()
    ]


def named(session: Session) -> list[tuple[str, str]]:
    """All suppliers to choose from: code and name."""
    by_name = select(Supplier.code, Supplier.name).order_by(Supplier.name, Supplier.id)
    return [(row.code, row.name) for row in session.execute(by_name)]


def reviews_due(session: Session, today: date) -> int:
    """How many suppliers are to be looked at again by now."""
    return session.scalar(select(func.count()).where(Supplier.review_on <= today)) or 0


def supplier(session: Session, code: str) -> Supplier:
    """One supplier. Refused: no such supplier."""
    found = session.scalar(select(Supplier).where(Supplier.code == code))
    if found is None:
        raise NoSuchSupplier
    return found


def files(session: Session, supplier_id: int) -> list[SupplierFile]:
    """Its quality files without their content, the newest first."""
    shown = (SupplierFile.supplier_id == supplier_id, SupplierFile.removed_at.is_(None))
    return list(session.scalars(select(SupplierFile).where(*shown).order_by(SupplierFile.id.desc())))
