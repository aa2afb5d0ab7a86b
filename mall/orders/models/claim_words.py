"""The words of after-sales: what a dealer may claim, and why; where a claim stands, whose turn it is, and by when."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from mall.base.refused import N_


class ClaimKind(StrEnum):
    """What the dealer asks for."""

    REFUND_ONLY = "refund_only"
    RETURN = "return"
    EXCHANGE = "exchange"
    REISSUE = "reissue"

    @property
    def name_shown(self) -> str:
        """The kind in words, to be translated when told."""
        return KINDS[self]

    @property
    def sends_back(self) -> bool:
        """Whether the pieces travel back first."""
        return self in (ClaimKind.RETURN, ClaimKind.EXCHANGE)

    @property
    def refunds(self) -> bool:
        """Whether points and money go back at its end."""
        return self in (ClaimKind.REFUND_ONLY, ClaimKind.RETURN)


KINDS: dict[ClaimKind, str] = {
    ClaimKind.REFUND_ONLY: N_("仅退款"),
    ClaimKind.RETURN: N_("退货退款"),
    ClaimKind.EXCHANGE: N_("换货"),
    ClaimKind.REISSUE: N_("补发卡密"),
}


class ClaimState(StrEnum):
    """Where a claim stands."""

    APPLIED = "applied"
    CHECKING = "checking"
    RETURN_AWAITED = "return_awaited"
    RETURNED = "returned"
    RESENDING = "resending"
    SENDING_HOME = "sending_home"
    REFUNDING = "refunding"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def name_shown(self) -> str:
        """The state in words, to be translated when told."""
        return CLAIM_STATES[self]


CLAIM_NEXT: dict[ClaimState, frozenset[ClaimState]] = {
    ClaimState.APPLIED: frozenset({
        ClaimState.CHECKING,
        ClaimState.RETURN_AWAITED,
        ClaimState.REFUNDING,
        ClaimState.DONE,
        ClaimState.DECLINED,
        ClaimState.WITHDRAWN,
    }),
    ClaimState.CHECKING: frozenset({
        ClaimState.RETURN_AWAITED,
        ClaimState.REFUNDING,
        ClaimState.DONE,
        ClaimState.DECLINED,
        ClaimState.WITHDRAWN,
    }),
    ClaimState.RETURN_AWAITED: frozenset({ClaimState.RETURNED, ClaimState.WITHDRAWN, ClaimState.LAPSED}),
    ClaimState.RETURNED: frozenset({
        ClaimState.RESENDING,
        ClaimState.REFUNDING,
        ClaimState.DONE,
        ClaimState.SENDING_HOME,
    }),
    ClaimState.RESENDING: frozenset({ClaimState.DONE}),
    ClaimState.SENDING_HOME: frozenset({ClaimState.DECLINED}),
    ClaimState.REFUNDING: frozenset({ClaimState.DONE}),
    ClaimState.DONE: frozenset(),
    ClaimState.DECLINED: frozenset(),
    ClaimState.WITHDRAWN: frozenset(),
    ClaimState.LAPSED: frozenset({ClaimState.RETURNED}),
}
"""Every transition of a claim. What was sent back too late is looked at all the same, while the order is not completed;
what came back and is refused goes home before the claim ends.
"""

CLAIM_STATES: dict[ClaimState, str] = {
    ClaimState.APPLIED: N_("申请中"),
    ClaimState.CHECKING: N_("待复核"),
    ClaimState.RETURN_AWAITED: N_("待寄回"),
    ClaimState.RETURNED: N_("寄回待验收"),
    ClaimState.RESENDING: N_("待重新发出"),
    ClaimState.SENDING_HOME: N_("待退还原件"),
    ClaimState.REFUNDING: N_("退款中"),
    ClaimState.DONE: N_("已完成"),
    ClaimState.DECLINED: N_("已拒绝"),
    ClaimState.WITHDRAWN: N_("已撤销"),
    ClaimState.LAPSED: N_("超时关闭"),
}


class Turn(StrEnum):
    """Who acts next."""

    DEALER = "dealer"
    BRAND = "brand"
    GATEWAY = "gateway"


TURNS: dict[ClaimState, tuple[Turn, timedelta]] = {
    ClaimState.APPLIED: (Turn.BRAND, timedelta(hours=48)),
    ClaimState.CHECKING: (Turn.BRAND, timedelta(hours=24)),
    ClaimState.RETURN_AWAITED: (Turn.DEALER, timedelta(days=7)),
    ClaimState.RETURNED: (Turn.BRAND, timedelta(days=7)),
    ClaimState.RESENDING: (Turn.BRAND, timedelta(hours=72)),
    ClaimState.SENDING_HOME: (Turn.BRAND, timedelta(hours=72)),
    ClaimState.REFUNDING: (Turn.GATEWAY, timedelta(hours=72)),
}
"""Whose turn it is in each open state, and for how long. What the dealer does not send back in time lapses; what the
brand does not answer in time stands first in its queue. What is returned has yet to travel: a week for road and look.
"""
OPEN = frozenset(TURNS)
"""Somebody has yet to act."""


class ClaimReason(StrEnum):
    """Why."""

    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"
    QUALITY = "quality"
    LATE = "late"
    NOT_WANTED = "not_wanted"
    CODE_INVALID = "code_invalid"
    OTHER = "other"

    @property
    def name_shown(self) -> str:
        """The reason in words, to be translated when told."""
        return REASONS[self]


REASONS: dict[ClaimReason, str] = {
    ClaimReason.DAMAGED: N_("收到时已破损"),
    ClaimReason.WRONG_ITEM: N_("发错了礼品"),
    ClaimReason.MISSING: N_("少件或漏发"),
    ClaimReason.QUALITY: N_("质量有问题"),
    ClaimReason.LATE: N_("一直没有送到"),
    ClaimReason.NOT_WANTED: N_("不想要了"),
    ClaimReason.CODE_INVALID: N_("卡密无法使用"),
    ClaimReason.OTHER: N_("其他原因"),
}
