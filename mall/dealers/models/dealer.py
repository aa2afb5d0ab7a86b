"""A dealer organisation (经销商), and where it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Int, Name, Word


class ChannelLevel(StrEnum):
    """How far up the channel a dealer stands."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    OUTLET = "outlet"


class Tier(StrEnum):
    """How much a dealer means to the brand: what it is shown, and at what price, may follow it."""

    STRATEGIC = "strategic"
    CORE = "core"
    POTENTIAL = "potential"
    BASE = "base"

    @property
    def name_shown(self) -> str:
        """The tier in words, to be translated when told."""
        return TIERS[self]


TIERS: dict[Tier, str] = {
    Tier.STRATEGIC: N_("战略级"),
    Tier.CORE: N_("核心级"),
    Tier.POTENTIAL: N_("潜力级"),
    Tier.BASE: N_("基础级"),
}


class Dealer(Base):
    """A dealer organisation (经销商). Region is a path such as 华东/浙江/杭州. `spelled` is the name's pinyin and its
    initials, by which people at the desk find it.

    A redemption of more points than `approval_over` waits for an owner, unless an owner places it; one of more than
    `second_factor_over` asks everybody for a second factor. None: never.
    """

    __tablename__ = "dealer"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_dealer_region", "region"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(64))
    name: Mapped[str] = mapped_column(Name(120))
    spelled: Mapped[str] = mapped_column(Name(400), default="", server_default="")
    region: Mapped[str] = mapped_column(Name(200))
    channel_level: Mapped[ChannelLevel] = mapped_column(Word(ChannelLevel))
    tier: Mapped[Tier] = mapped_column(Word(Tier), default=Tier.BASE, server_default=Tier.BASE)
    created_at: Mapped[datetime] = mapped_column(Instant)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    approval_over: Mapped[int | None] = mapped_column(Int)
    second_factor_over: Mapped[int | None] = mapped_column(Int)
