"""Suppliers as the desk shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.base.found import means
from mall.catalog.models import Admission, Item, NoSuchSupplier, Supplier, SupplierFile

_KEPT = SupplierFile.removed_at.is_(None)


@dataclass(frozen=True)
class SupplierRow:
    """A supplier in the list, with how many rewards come from it and how many quality files it has."""

    supplier: Supplier
    items: int
    files: int


@dataclass(frozen=True)
class SuppliersFound:
    """A page of suppliers, and how many there are in all."""

    rows: list[SupplierRow]
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


_SORTED: dict[str, Callable[[Supplier], Any]] = {
    "": lambda one: (one.name, one.id),
    "name": lambda one: (one.name, one.id),
    "admitted": lambda one: (one.admitted_on or date.min, one.id),
    "review": lambda one: (one.review_on or date.max, one.id),
}


def suppliers(
    session: Session,
    *,
    q: str = "",
    admission: Admission | None = None,
    due: date | None = None,
    sort: str = "",
    page: int = 1,
    size: int = 50,
) -> SuppliersFound:
    """A page of suppliers: those whose name, its pinyin, or code holds what was typed; `due`: to be looked at by this
    day. There are some hundreds at most, so they are looked through one by one.
    """
    statement = select(Supplier)
    if admission is not None:
        statement = statement.where(Supplier.admission == admission)
    if due is not None:
        statement = statement.where(Supplier.review_on <= due)
    found = [one for one in session.scalars(statement) if means(q, [one.name], [one.code])]
    found.sort(key=_SORTED[sort.lstrip("-")], reverse=sort.startswith("-"))
    shown = found[(page - 1) * size : page * size]
    ids = [one.id for one in shown]
    items = _counted(session, Item.supplier_id, Item.supplier_id.in_(ids))
    files = _counted(session, SupplierFile.supplier_id, SupplierFile.supplier_id.in_(ids), _KEPT)
    rows = [SupplierRow(one, items.get(one.id, 0), files.get(one.id, 0)) for one in shown]
    return SuppliersFound(rows, len(found), size)


def _counted(session: Session, column: Any, *conditions: Any) -> dict[int, int]:
    statement = select(column, func.count()).where(*conditions).group_by(column)
    return {row[0]: row[1] for row in session.execute(statement)}


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
