"""The country's divisions, from province to street: shared by all dealers, loaded by `flask divisions load`."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Key, Name, Small


class Level(IntEnum):
    """How deep a division lies."""

    PROVINCE = 1
    CITY = 2
    DISTRICT = 3
    STREET = 4


class Division(Base):
    """A division (行政区划) by its statistical code: 33, 3301, 330112, 330112001.

    `parent` is the code of the division above, empty for a province. `path` is the names from the province down with
    slashes, as an address keeps them. `spelt` is pinyin and initials of all but streets, for people who type those.
    """

    __tablename__ = "division"
    __table_args__ = (Index("ix_division_parent", "parent", "code"), strict())
    code: Mapped[str] = mapped_column(Key(12), primary_key=True)
    parent: Mapped[str] = mapped_column(Key(12))
    level: Mapped[int] = mapped_column(Small)
    name: Mapped[str] = mapped_column(Name(40))
    path: Mapped[str] = mapped_column(Name(160))
    spelt: Mapped[str] = mapped_column(Name(80))
