"""The shelves of the catalogue."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Json, Name, Small

DEEPEST = 3
"""Shelves stand within each other three deep at most: a phone shows no more of a path."""


class Category(Base):
    """A shelf of the catalogue, perhaps within another. Names by language: {"zh_Hans": …, "zh_Hant": …, "en": …}.

    `position` is its place among those within the same one.
    """

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("code"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    icon: Mapped[str] = mapped_column(Name(40))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Small)
    parent_id: Mapped[int | None] = mapped_column(Id, ForeignKey("category.id"))
    """The shelf that it stands within; null stands by itself."""
