"""Where a dealer's goods go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Bytes, Id, Instant, Key, Name


class Address(Base):
    """Where a dealer's goods go. Person, phone and street are sealed for `address:<column>:<id>`.

    `region` is 省/市/区县/街道 in words, as they were when it was written; `code` is the street's or the district's,
    none where it was typed by hand. `outlet` is the shop (门店/网点) that it belongs to, `label` what people call it.
    """

    __tablename__ = "address"
    __table_args__ = (ForeignKeyConstraint(["dealer_id"], ["dealer.id"]), strict())
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    recipient_sealed: Mapped[bytes] = mapped_column(Bytes)
    phone_sealed: Mapped[bytes] = mapped_column(Bytes)
    region: Mapped[str] = mapped_column(Name(200))
    street_sealed: Mapped[bytes] = mapped_column(Bytes)
    code: Mapped[str | None] = mapped_column(Key(12))
    outlet: Mapped[str | None] = mapped_column(Name(60))
    label: Mapped[str | None] = mapped_column(Name(20))
    created_at: Mapped[datetime] = mapped_column(Instant)
    preferred_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
