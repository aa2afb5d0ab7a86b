"""Where pieces lie: warehouses, the brand's own or a supplier's, and how many pieces of a SKU each of them holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Name, Small


class Warehouse(Base):
    """A warehouse. `region` is the path it serves (华东/浙江), '' everywhere; the lowest position is asked first.

    `supplier_id` says whose it is, none the brand's own. A closed one is empty, and takes nothing in.
    """

    __tablename__ = "warehouse"
    __table_args__ = (UniqueConstraint("code"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    name: Mapped[str] = mapped_column(Name(60))
    supplier_id: Mapped[int | None] = mapped_column(Id, ForeignKey("supplier.id"))
    region: Mapped[str] = mapped_column(Name(200), default="", server_default="")
    position: Mapped[int] = mapped_column(Small, default=0)
    revision: Mapped[int] = mapped_column(Int, default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def open(self) -> bool:
        """Whether pieces may come in."""
        return self.closed_at is None


class StockAt(Base):
    """How many pieces of a SKU lie in a warehouse, those that orders have reserved among them.

    The sum of the movements that name the warehouse, kept with each of them; whoever changes it has the SKU's stock
    row locked.
    """

    __tablename__ = "stock_at"
    __table_args__ = (
        CheckConstraint("pieces >= 0", name="pieces"),
        Index("ix_stock_at_warehouse_id_sku_id", "warehouse_id", "sku_id"),
        strict(fillfactor=70),
    )
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("stock.sku_id"), primary_key=True, autoincrement=False)
    warehouse_id: Mapped[int] = mapped_column(Id, ForeignKey("warehouse.id"), primary_key=True, autoincrement=False)
    pieces: Mapped[int] = mapped_column(Int)
