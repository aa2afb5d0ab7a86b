"""How rewards reach the dealer, and what is promised about the time until then."""

from __future__ import annotations

from enum import StrEnum

from mall.base.refused import N_


class Kind(StrEnum):
    """How a reward reaches the dealer."""

    PHYSICAL = "physical"
    CARD_CODE = "card_code"
    TOP_UP = "top_up"
    CASH_REBATE = "cash_rebate"
    SERVICE = "service"
    COUPON = "coupon"

    @property
    def shipped(self) -> bool:
        """Whether it needs an address and a parcel."""
        return self is Kind.PHYSICAL

    @property
    def needs_account(self) -> bool:
        """Whether it needs to be told which phone or fuel card is topped up."""
        return self is Kind.TOP_UP

    @property
    def name_shown(self) -> str:
        """The kind in words, to be translated when told."""
        return KINDS[self]


KINDS: dict[Kind, str] = {
    Kind.PHYSICAL: N_("实物"),
    Kind.CARD_CODE: N_("卡密"),
    Kind.TOP_UP: N_("直充"),
    Kind.CASH_REBATE: N_("返利"),
    Kind.SERVICE: N_("服务"),
    Kind.COUPON: N_("订货券"),
}


class Delivery(StrEnum):
    """What the mall promises about the time until it leaves."""

    TWO_DAYS = "48h"
    A_WEEK = "7d"
    INSTANT = "instant"
