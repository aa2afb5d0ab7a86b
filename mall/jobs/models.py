"""When each task last ran."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Instant, Int, Name


class JobRun(Base):
    """The last run of a task: when it ended and how much it did. The worker's heartbeat is one of them."""

    __tablename__ = "job_run"
    __table_args__ = (strict(fillfactor=70),)
    name: Mapped[str] = mapped_column(Name(60), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    done: Mapped[int] = mapped_column(Int)
