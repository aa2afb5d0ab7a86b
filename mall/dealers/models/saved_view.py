"""How people of the brand keep the desk's lists: views they come back to, and the columns they look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Id, Instant, Json, Name

MOST_VIEWS = 20
"""Views that one person keeps of one list: more than this nobody finds again."""
SHARED = text("shared_at IS NOT NULL")


class TooManyViews(Refused):
    """The person keeps as many views of the list as fit."""

    code = "too_many_views"
    status = 409
    text = N_("一个列表最多存 %(most)s 个视图，先删掉不用的。")


class SavedView(Base):
    """A list with its filters, order and columns under a name (视图). `asked` are the parts of its address by name.

    It is its maker's; one that was shared shows for everybody who may open the list, and stays its maker's to change.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("staff_id", "list_key", "name"),
        Index("ix_saved_view_shared", "list_key", sqlite_where=SHARED, postgresql_where=SHARED),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"))
    list_key: Mapped[str] = mapped_column(Name(40))
    name: Mapped[str] = mapped_column(Name(40))
    asked: Mapped[dict[str, str]] = mapped_column(Json)
    shared_at: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)


class ListColumns(Base):
    """The columns that a person wants of a list; without a row the list has its usual ones."""

    __tablename__ = "list_columns"
    __table_args__ = (strict(),)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    list_key: Mapped[str] = mapped_column(Name(40), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(Json)
    chosen_at: Mapped[datetime] = mapped_column(Instant)
