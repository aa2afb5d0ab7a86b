"""What sending it costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Json, Name


class FreightTemplate(Base):
    """What sending pieces to a province costs. Rules: [{"provinces": ["新疆", …], "first": pieces, "first_fen": …,
    "further": pieces, "further_fen": …, "free_from": pieces or null, "delivered": bool}, …]; the last has no
    provinces and is for all the others (`rules/freight.py`).
    """

    __tablename__ = "freight_template"
    __table_args__ = (UniqueConstraint("code"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    name: Mapped[str] = mapped_column(Name(60))
    rules: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
