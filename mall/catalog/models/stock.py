"""What is left."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Int


class Stock(Base):
    """What is left of a SKU. The database refuses to go below nothing; `catalog.actions` is its one door.

    `supplied` counts the pieces that ever came in, less those written off: what is left and what orders keep of them
    add up to it, and the nightly proof says so. `seq` is the number of its last movement (`StockMovement`).
    """

    __tablename__ = "stock"
    __table_args__ = (CheckConstraint("on_hand >= 0", name="on_hand"), strict(fillfactor=70))
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"), primary_key=True, autoincrement=False)
    on_hand: Mapped[int] = mapped_column(Int)
    supplied: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    seq: Mapped[int] = mapped_column(Int, default=0, server_default="0")
