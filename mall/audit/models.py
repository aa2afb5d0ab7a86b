"""The audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Json, Name


class AuditEntry(Base):
    """One act of a person or a machine. `subject` is what was acted on, such as `order:2611213847`."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject_id", "subject", "id"),
        Index("ix_audit_entry_actor_id", "actor", "id"),
        Index("ix_audit_entry_act_id", "act", "id"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(Name(80))
    address: Mapped[str] = mapped_column(Name(64))
    act: Mapped[str] = mapped_column(Name(60))
    subject: Mapped[str] = mapped_column(Name(120))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
