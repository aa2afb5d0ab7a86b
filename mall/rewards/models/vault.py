"""The vault: card codes, sealed, each of them one row and with one holder, and the batches they came in."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Bytes, Id, Instant, Int, Json, Key, Name, Small, Word
from mall.dealers.models import StaffRole

MAY_KEEP = (StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR)
"""Who brings codes in, takes them out, and may have an issued one shown, each time written down."""
LEAST_LIFE = timedelta(days=7)
"""A code that is over sooner than this is not given to anybody."""
WARN_AT = 20
"""How few free codes are an alarm, until somebody sets another number."""


class CodeState(StrEnum):
    """Where a code stands: it goes from free to issued by way of one order's line, and void is for ever."""

    FREE = "free"
    RESERVED = "reserved"
    ISSUED = "issued"
    VOID = "void"

    @property
    def name_shown(self) -> str:
        """The state in words, to be translated when told."""
        return CODE_STATES[self]


CODE_STATES: dict[CodeState, str] = {
    CodeState.FREE: N_("可发放"),
    CodeState.RESERVED: N_("已预留"),
    CodeState.ISSUED: N_("已发放"),
    CodeState.VOID: N_("已作废"),
}


class VaultShelf(Base):
    """A SKU whose codes are kept here: since its first batch its stock is its free codes, and people hand out none.

    Its row is locked by whoever brings codes in or takes them out.
    """

    __tablename__ = "vault_shelf"
    __table_args__ = (CheckConstraint("warn_at >= 0", name="warn_at"), strict())
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"), primary_key=True, autoincrement=False)
    warn_at: Mapped[int] = mapped_column(Int)
    opened_at: Mapped[datetime] = mapped_column(Instant)


class CardBatch(Base):
    """Codes of a SKU that were brought in together: looked at first (`source_sealed` for `card_batch:source:<id>`),
    then taken in, and from then on without their source. `faults` are the rows that were not taken, without codes.
    """

    __tablename__ = "card_batch"
    __table_args__ = (
        CheckConstraint("(taken_at IS NULL) = (source_sealed IS NOT NULL)", name="source"),
        Index("ix_card_batch_sku_id", "sku_id", "id"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"))
    name: Mapped[str] = mapped_column(Name(120))
    source_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    """When codes end whose row says nothing of it."""
    actor: Mapped[str] = mapped_column(Name(80))
    created_at: Mapped[datetime] = mapped_column(Instant)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    taken: Mapped[int] = mapped_column(Int)
    """How many codes came in."""
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json)

    @property
    def open(self) -> bool:
        """It was looked at and not yet taken in."""
        return self.taken_at is None


class CardCode(Base):
    """One code (卡密), sealed for `card_code:code:<id>`, found again by its blind index, and never there twice.

    Whoever holds it is a piece of an order's line; the same piece never holds two. A bad code keeps its order and line
    but not its piece, which the next code takes. `expires_at` is far away where a code has no end.
    """

    __tablename__ = "card_code"
    __table_args__ = (
        UniqueConstraint("code_index"),
        UniqueConstraint("dealer_id", "order_id", "line_no", "piece_no"),
        CheckConstraint(
            "(state = 'free') = (reserved_at IS NULL AND void_at IS NULL)"
            " AND (state IN ('reserved', 'issued')) = (piece_no IS NOT NULL)"
            " AND (piece_no IS NULL OR (dealer_id IS NOT NULL AND order_id IS NOT NULL AND line_no IS NOT NULL))",
            name="holder",
        ),
        CheckConstraint(
            "(state = 'void') = (void_at IS NOT NULL) AND (state <> 'issued' OR issued_at IS NOT NULL)"
            " AND (revealed_at IS NULL OR issued_at IS NOT NULL)",
            name="moments",
        ),
        Index("ix_card_code_sku_id_state", "sku_id", "state", "expires_at", "id"),
        Index("ix_card_code_batch_id", "batch_id", "state"),
        strict(fillfactor=80),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"))
    batch_id: Mapped[int] = mapped_column(Id, ForeignKey("card_batch.id"))
    code_sealed: Mapped[bytes] = mapped_column(Bytes)
    code_index: Mapped[bytes] = mapped_column(Bytes)
    serial: Mapped[str] = mapped_column(Name(80))
    """The card's number (卡号), printed beside the code and no secret; '' where there is none."""
    expires_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[CodeState] = mapped_column(Word(CodeState))
    dealer_id: Mapped[int | None] = mapped_column(Id)
    order_id: Mapped[int | None] = mapped_column(Id)
    order_no: Mapped[str | None] = mapped_column(Key(20))
    line_no: Mapped[int | None] = mapped_column(Small)
    piece_no: Mapped[int | None] = mapped_column(Small)
    reserved_at: Mapped[datetime | None] = mapped_column(Instant)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    revealed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the dealer first saw it; how often after that, the audit log says."""
    revealed_by: Mapped[str | None] = mapped_column(Name(80))
    void_at: Mapped[datetime | None] = mapped_column(Instant)
    void_by: Mapped[str | None] = mapped_column(Name(80))
    void_reason: Mapped[str | None] = mapped_column(Name(200))
    replaced_by: Mapped[int | None] = mapped_column(Id)
    """The code that its holder got for it."""

    @property
    def issued(self) -> bool:
        """A dealer holds it."""
        return self.state is CodeState.ISSUED

    @property
    def free(self) -> bool:
        """Nobody holds it, and it can be given out."""
        return self.state is CodeState.FREE

    @property
    def void(self) -> bool:
        """It is never given out again."""
        return self.state is CodeState.VOID

    @property
    def may_be_shown(self) -> bool:
        """Nobody is shown a code that is still to be given out."""
        return self.issued_at is not None
