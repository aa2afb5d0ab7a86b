"""What callbacks said: each notice counts once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Id, Instant, Int, Key, Name, Word
from mall.payments.models.payment import GatewayName


class PaymentNotice(Base):
    """A gateway's notice that was taken. It is written in the transaction of its effect, so a repeat finds it."""

    __tablename__ = "payment_notice"
    __table_args__ = (Index("ix_payment_notice_about", "about"), strict())
    gateway: Mapped[GatewayName] = mapped_column(Word(GatewayName), primary_key=True)
    notice_id: Mapped[str] = mapped_column(Key(128), primary_key=True)
    dealer_id: Mapped[int] = mapped_column(Id)
    about: Mapped[str] = mapped_column(Key(32))
    """Our number of the payment or refund that it speaks of."""
    said: Mapped[str] = mapped_column(Name(24))
    fen: Mapped[int | None] = mapped_column(Int)
    received_at: Mapped[datetime] = mapped_column(Instant)
