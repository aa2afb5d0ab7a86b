"""The shelves of the catalogue."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Json, Name, Small


class Category(Base):
    """A shelf of the catalogue. Names by language: {"zh_Hans": …, "zh_Hant": …, "en": …}."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("code"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    icon: Mapped[str] = mapped_column(Name(40))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Small)
