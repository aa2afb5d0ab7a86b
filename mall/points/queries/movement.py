"""A movement: one entry of a dealer's account with its steps, and the questions that pages ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall.base.refused import N_
from mall.points.models import Kind
from mall.points.queries.lots import LotSeen, document_no
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, EXPIRED, HELD, ISSUED, MOVED, PENDING, REDEEMED

TITLES: dict[Kind, str] = {
    Kind.EARN: N_("进货获得积分"),
    Kind.ACTIVATE: N_("在途积分到账"),
    Kind.SPEND: N_("兑换礼品"),
    Kind.REFUND: N_("退回积分"),
    Kind.EXPIRE: N_("积分过期"),
    Kind.CLAWBACK: N_("退货扣回"),
    Kind.REINSTATE: N_("恢复积分"),
    Kind.ADJUST: N_("积分调整"),
    Kind.HOLD: N_("冻结积分"),
    Kind.CAPTURE: N_("冻结转兑换"),
    Kind.VOID: N_("解除冻结"),
    Kind.TRANSFER: N_("积分转移"),
}

STEP_NAMES: dict[tuple[int, int], str] = {
    (ISSUED, PENDING): N_("计入在途"),
    (ISSUED, AVAILABLE): N_("到账"),
    (MOVED, PENDING): N_("转入在途"),
    (MOVED, AVAILABLE): N_("转入"),
    (PENDING, AVAILABLE): N_("在途到账"),
    (PENDING, CLAWED): N_("从在途积分扣回"),
    (AVAILABLE, HELD): N_("冻结"),
    (AVAILABLE, REDEEMED): N_("兑换使用"),
    (AVAILABLE, EXPIRED): N_("到期失效"),
    (AVAILABLE, CLAWED): N_("从可用积分扣回"),
    (AVAILABLE, MOVED): N_("转出"),
    (AVAILABLE, DEBT): N_("抵扣此前欠下的积分"),
    (HELD, REDEEMED): N_("兑换使用"),
    (HELD, AVAILABLE): N_("解除冻结"),
    (HELD, MOVED): N_("原批次已到期，转入宽限批次"),
    (HELD, EXPIRED): N_("解除冻结时已到期"),
    (REDEEMED, AVAILABLE): N_("退回原批次"),
    (REDEEMED, MOVED): N_("原批次已到期，转入宽限批次"),
    (REDEEMED, EXPIRED): N_("退回时已到期"),
    (EXPIRED, CLAWED): N_("从已过期积分扣回，不再重复扣"),
    (DEBT, CLAWED): N_("余额不足，记为待抵扣"),
}


@dataclass(frozen=True)
class Step:
    """One move between two places: so many points of one lot (of none, where a debt is incurred)."""

    src: int
    dst: int
    points: int
    lot: LotSeen | None

    @property
    def name_shown(self) -> str:
        """What happened to these points, to be translated when told."""
        return STEP_NAMES[self.src, self.dst]

    @property
    def pays_debt(self) -> bool:
        """These points went towards what was owed."""
        return self.dst == DEBT

    @property
    def makes_debt(self) -> bool:
        """These points were not there, and are owed from now on."""
        return self.src == DEBT

    @property
    def passing(self) -> bool:
        """Half of a pair: the points left one lot here and arrive in another in the next step."""
        return self.dst == MOVED

    @property
    def of_expired(self) -> bool:
        """Points that were lost already changed their reason only."""
        return self.src == EXPIRED

    @property
    def lost(self) -> bool:
        """These points are over unused."""
        return self.dst == EXPIRED

    @property
    def usable(self) -> bool:
        """These points can be spent from now on."""
        return self.dst == AVAILABLE

    @property
    def issued(self) -> bool:
        """These points are new."""
        return self.src == ISSUED

    @property
    def signed(self) -> int:
        """The points with the sign they have for what the account is worth; paying a debt changes nothing."""
        kept = (PENDING, AVAILABLE, HELD, DEBT)
        return ((self.dst in kept) - (self.src in kept)) * self.points


@dataclass(frozen=True)
class Movement:
    """One entry of the account: what happened, what it changed, what was left after it, and why."""

    seq: int
    kind: Kind
    journal_id: int
    d_pending: int
    d_available: int
    d_held: int
    d_debt: int
    pending: int
    available: int
    held: int
    debt: int
    effective_at: datetime
    posted_at: datetime
    source: str
    key: str
    points: int
    actor: str
    why: dict[str, Any]
    result: dict[str, Any]
    ref_journal: int | None
    checker: str | None
    steps: tuple[Step, ...] = ()
    more_steps: bool = False
    """There are more steps than a list shows."""

    @property
    def change(self) -> int:
        """The figure of the row: what the account is worth more or less, or what moved within it."""
        worth = self.d_pending + self.d_available + self.d_held - self.d_debt
        return worth or self.d_available

    @property
    def coming(self) -> bool:
        """Points that are on their way and cannot be spent yet."""
        return self.d_pending > 0

    @property
    def arrives_at(self) -> datetime | None:
        """When points on their way can be spent."""
        return next((x.lot.active_at for x in self.steps if x.lot), None)

    @property
    def ends_at(self) -> datetime | None:
        """When points that are new here can no longer be spent; None where they never end."""
        return next((x.lot.expires_at for x in self.steps if x.issued and x.lot and not x.lot.lasting), None)

    @property
    def paid_debt(self) -> int:
        """How much of an earlier debt this paid."""
        return max(-self.d_debt, 0)

    @property
    def owed(self) -> int:
        """How much of it was not there and is owed."""
        return max(self.d_debt, 0)

    @property
    def lost_at_once(self) -> bool:
        """Earned so late that the points had expired already."""
        return bool(self.result.get("expired"))

    @property
    def title(self) -> str:
        """What happened, to be translated when told."""
        return TITLES[self.kind]

    @property
    def order_no(self) -> str:
        """The redemption order it belongs to, if one."""
        return str(self.why.get("order") or "")

    @property
    def document(self) -> str:
        """The partner's document it came from, if one."""
        issued = (x.lot.document for x in self.steps if x.issued and x.lot and x.lot.document)
        return document_no(str(self.why.get("document") or next(issued, "")))

    @property
    def other_dealer(self) -> str:
        """The business name of the dealer at the other end of a transfer, as it was then."""
        return str(self.why.get("from_name" if self.change > 0 else "to_name") or "")

    @property
    def rule(self) -> str:
        """The rule version that judged it, if one."""
        lots = (x.lot for x in self.steps if x.issued and x.lot)
        return str(self.why.get("rule") or next((lot.rule_version for lot in lots), ""))

    @property
    def member_id(self) -> int | None:
        """The dealer's person who did it, if one did."""
        kind, _, number = self.actor.partition(":")
        return int(number) if kind == "member" and number.isdigit() else None

    @property
    def later_booked(self) -> bool:
        """It took effect on an earlier day than it was booked."""
        return (self.posted_at - self.effective_at).total_seconds() >= 24 * 3600


def movement_of(row: Sequence[Any], steps: Sequence[Step], most: int | None = None) -> Movement:
    """A movement from a row of its columns, with its first `most` steps (or all of them)."""
    some = tuple(steps if most is None else steps[:most])
    values = [*row, some, len(some) < len(steps)]
    return Movement(*values)
