"""Notices (消息): what the mall tells a dealer's people. A row keeps facts; the sentence is made when it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Json, Name


@dataclass(frozen=True)
class Saying:
    """How a kind of notice is said, in texts translated when read.

    Facts stand in as `%(name)s`: whole numbers get commas, a fact named `fen` or ending in `_fen` is money, one ending
    in `_at` is a moment in microseconds, one ending in `_on` an ISO day, a dict a text by language. `owners`: one told
    to nobody in particular goes to each owner, else to everybody of the dealer.
    """

    title: str
    text: str
    icon: str = "bell"
    owners: bool = False

    @property
    def wants(self) -> set[str]:
        """The names of the facts it is said with."""
        return set(re.findall(r"%\((\w+)\)s", self.title + self.text))


NOTICES: dict[str, Saying] = {
    "approval_wanted": Saying(
        title=N_("有兑换等你审批"),
        text=N_("%(name)s 申请兑换 %(points)s 积分，请在 %(until_at)s 前处理。"),
        icon="badge-check",
        owners=True,
    ),
    "approved": Saying(title=N_("兑换已批准"), text=N_("兑换 %(no)s 已获批准。"), icon="circle-check"),
    "declined": Saying(title=N_("兑换未获批准"), text=N_("兑换 %(no)s 未获批准：%(reason)s"), icon="circle-x"),
    "approval_lapsed": Saying(
        title=N_("审批超时"), text=N_("兑换 %(no)s 没有及时审批，已自动取消，积分已退回。"), icon="clock"
    ),
    "paid_late": Saying(
        title=N_("收到一笔迟到的付款"),
        text=N_("兑换 %(no)s 已关闭，%(fen)s 已自动原路退回。"),
        icon="refresh-cw",
    ),
    "unpaid_closed": Saying(title=N_("兑换已关闭"), text=N_("兑换 %(no)s 没有按时支付，积分已退回。"), icon="clock"),
    "shipped": Saying(title=N_("礼品已发出"), text=N_("兑换 %(no)s 已发货，运单号 %(waybill)s。"), icon="truck"),
    "topped_up": Saying(
        title=N_("充值已到账"), text=N_("%(item)s已充入你填写的号码（兑换 %(no)s）。"), icon="circle-check"
    ),
    "line_failed": Saying(
        title=N_("有一项没能送达"),
        text=N_("兑换 %(no)s 中有一项没能送达，%(points)s 积分与 %(fen)s 已退回。"),
        icon="circle-x",
    ),
    "cancelled_by_staff": Saying(
        title=N_("商城取消了兑换"),
        text=N_("兑换 %(no)s 已由商城取消，积分已退回，付过的现金会原路退回。原因：%(reason)s"),
        icon="circle-x",
    ),
    "vouchers_ending": Saying(
        title=N_("有券快到期了"),
        text=N_("%(count)s 张券即将到期，最早的 %(until_on)s 到期，请尽快使用。"),
        icon="ticket",
    ),
    "voucher_returned": Saying(
        title=N_("有一张券被退回"),
        text=N_("兑换 %(no)s 中的一张券对方不能兑现，%(points)s 积分与 %(fen)s 已退回。"),
        icon="ticket",
    ),
    "claim_return_awaited": Saying(
        title=N_("售后已同意，请寄回"),
        text=N_("售后 %(no)s 已同意，请在 %(until_at)s 前寄回并填写运单号。"),
        icon="package",
    ),
    "claim_resending": Saying(
        title=N_("换货正在安排"), text=N_("售后 %(no)s 已验收，正在安排重新发出。"), icon="truck"
    ),
    "claim_refunding": Saying(
        title=N_("售后已同意，正在退款"),
        text=N_("售后 %(no)s：%(points)s 积分已退回，%(fen)s 正在原路退回。"),
        icon="refresh-cw",
    ),
    "claim_done": Saying(title=N_("售后已完成"), text=N_("售后 %(no)s 已完成，点开看看结果。"), icon="circle-check"),
    "claim_declined": Saying(title=N_("售后未通过"), text=N_("售后 %(no)s 未通过：%(answer)s"), icon="circle-x"),
    "claim_ending": Saying(
        title=N_("寄回时间快到了"),
        text=N_("售后 %(no)s 请在 %(until_at)s 前寄回并填写运单号，过期会自动关闭。"),
        icon="alarm-clock",
    ),
    "claim_sending_home": Saying(
        title=N_("寄回的礼品没有通过验收"),
        text=N_("售后 %(no)s：%(answer)s 原件会寄还给你。"),
        icon="circle-x",
    ),
    "claim_overtaken": Saying(
        title=N_("售后已关闭"), text=N_("售后 %(no)s 涉及的礼品已经退回，售后自动关闭。"), icon="circle-check"
    ),
    "claim_lapsed": Saying(
        title=N_("售后已关闭"),
        text=N_("售后 %(no)s 没有按时寄回，已自动关闭；如果已经寄出，仍可补填运单号。"),
        icon="clock",
    ),
    "restocked": Saying(title=N_("到货了"), text=N_("%(item)s到货了，剩 %(left)s 件，先到先得。"), icon="bell-ring"),
}
"""Every kind of notice by its `what`. Who tells a new kind adds a line."""


class Notice(Base):
    """Something told to one member, or to everybody of a dealer (no member). `what` is a key of `NOTICES`."""

    __tablename__ = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id"], ["dealer.id"]),
        Index("ix_notice_dealer_id_member_id_id", "dealer_id", "member_id", "id"),
        Index("ix_notice_created_at", "created_at"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int | None] = mapped_column(Id)
    what: Mapped[str] = mapped_column(Name(40))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    href: Mapped[str] = mapped_column(Name(200))
    created_at: Mapped[datetime] = mapped_column(Instant)


class NoticeRead(Base):
    """That a member has read a notice, and when."""

    __tablename__ = "notice_read"
    __table_args__ = (
        ForeignKeyConstraint(["dealer_id", "notice_id"], ["notice.dealer_id", "notice.id"], ondelete="CASCADE"),
        strict(),
    )
    dealer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    notice_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    read_at: Mapped[datetime] = mapped_column(Instant)
