"""The demo's after-sales: orders that went wrong, each with a claim that stands somewhere else on its way.

Every story is played step by step through the verbs, each step at its own moment, in the one order of the history: a
step that was taken before, or by somebody in the demo since, is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.cli.demo.orders import order_by_key, person, redeem
from mall.cli.demo.photos import drawn
from mall.dealers.models import MemberRole, Staff, StaffRole
from mall.orders.actions import receive, ship
from mall.orders.actions.after_sales import Wanted, accept, agree, apply, decline_claim, send_back
from mall.orders.models import Claim, ClaimEvent, ClaimKind, ClaimReason, RedemptionOrder
from mall.rewards.actions import reveal_code
from mall.rewards.models import CardCode

KEEPER = "lvyue"
SEND_TO = "年轮积分退货组 收，0571-8800 6200，浙江省杭州市余杭区良渚街道 勾运路 128 号 3 号库"
APPROVAL = "demo-approval-1"


@dataclass(frozen=True)
class Step:
    """Something of a story: how many hours before the first noon, and what then happens to a session at a moment."""

    hours_ago: int
    take: Callable[[Session, datetime], None]


@dataclass(frozen=True, kw_only=True)
class Story:
    """An order, and what was claimed of it. Hours are counted back from the demo's first noon."""

    key: str
    dealer: str
    role: MemberRole
    sku: str
    placed: int
    applied: int
    kind: ClaimKind
    reason: ClaimReason
    words: str
    quantity: int = 1
    claimed: int = 1
    cash_step: int = 0
    """Which of its prices was chosen; 0 is points alone."""
    photos: int = 0
    waybill: str = ""
    """Under which number it left; none for what is handed out."""
    answered: tuple[tuple[int, str, str], ...] = ()
    """What happened after: how many hours ago, what, and a word beside it."""


STORIES: tuple[Story, ...] = (
    Story(
        key="demo-claim-1", dealer="LA0571", role=MemberRole.BUYER, sku="AP-1004-01", placed=9 * 24, applied=21,
        kind=ClaimKind.REFUND_ONLY, reason=ClaimReason.DAMAGED, cash_step=1, photos=3, waybill="SF1390442701860",
        words="开箱时玻璃壶身已经裂了一道，外箱有一角被压扁，见照片。",
    ),
    Story(
        key="demo-claim-2", dealer="LA0571", role=MemberRole.OWNER, sku="HM-4009-01", placed=12 * 24, applied=44,
        kind=ClaimKind.REFUND_ONLY, reason=ClaimReason.DAMAGED, quantity=8, claimed=8, cash_step=2, photos=2,
        waybill="JD0098765432101", words="整箱浴巾在路上淋了雨，8 盒都受潮发黄，没法送客户了。",
        answered=((26, "agree", ""),),
    ),
    Story(
        key="demo-claim-3", dealer="LA0571", role=MemberRole.BUYER, sku="OF-6003-01", placed=11 * 24, applied=4 * 24,
        kind=ClaimKind.RETURN, reason=ClaimReason.WRONG_ITEM, photos=1, waybill="ZT7300912456001",
        words="颜色发错了，我们要的是浅色。", answered=((3 * 24, "agree", SEND_TO),),
    ),
    Story(
        key="demo-claim-4", dealer="LA0571", role=MemberRole.OWNER, sku="WN-3005-01", placed=15 * 24, applied=6 * 24,
        kind=ClaimKind.EXCHANGE, reason=ClaimReason.QUALITY, photos=1, waybill="SF1390442702211",
        words="开瓶器充满电只能开一瓶就停，请换一套。",
        answered=((5 * 24 + 4, "agree", SEND_TO), (2 * 24, "send_back", "SF1390443318822")),
    ),
    Story(
        key="demo-claim-5", dealer="NB0574", role=MemberRole.OWNER, sku="FD-7002-1", placed=16 * 24, applied=10 * 24,
        kind=ClaimKind.RETURN, reason=ClaimReason.NOT_WANTED, waybill="YT8899001234567",
        words="门店活动取消，没有拆封。",
        answered=(
            (9 * 24, "agree", SEND_TO), (7 * 24, "send_back", "YT8899007654321"), (5 * 24, "accept", ""),
        ),
    ),
    Story(
        key="demo-claim-6", dealer="NB0574", role=MemberRole.OWNER, sku="FD-7003-01", placed=8 * 24, applied=3 * 24,
        kind=ClaimKind.REFUND_ONLY, reason=ClaimReason.OTHER, waybill="YD5512340098761", words="和上次买的味道不一样。",
        answered=((2 * 24 + 6, "decline", "口味差异不属于质量问题，礼品本身没有损坏或发错，抱歉不能退。"),),
    ),
    Story(
        key="demo-claim-7", dealer="LA0571", role=MemberRole.BUYER, sku="CD-8002-50", placed=7 * 24, applied=5 * 24,
        kind=ClaimKind.REISSUE, reason=ClaimReason.CODE_INVALID, quantity=2,
        words="第二张充值时提示卡密错误，对方客服说从未激活。",
        answered=((4 * 24 + 20, "reissue", "已换发一张，请在订单里查看。"),),
    ),
    Story(
        key="demo-claim-8", dealer="LA0571", role=MemberRole.OWNER, sku="CD-8003-100", placed=5 * 24, applied=52,
        kind=ClaimKind.REISSUE, reason=ClaimReason.CODE_INVALID, words="输入后显示“卡已使用”，我们没有用过。",
    ),
)  # fmt: skip


def steps(seal: Seal) -> Iterator[Step]:
    """Every step of every story."""
    for story in STORIES:
        who = {"dealer": story.dealer, "role": story.role, "key": story.key}
        bought = {"sku": story.sku, "quantity": story.quantity, "cash_step": story.cash_step}
        yield Step(story.placed, _place(seal, who | bought))
        if story.waybill:
            yield Step(story.placed - 20, partial(_ship, story=story))
            yield Step(story.placed - 68, partial(_receive, story=story))
        yield Step(story.applied, partial(_apply, story=story, seal=seal))
        for number, (hours_ago, what, word) in enumerate(story.answered, 1):
            yield Step(hours_ago, partial(_answer, story=story, seal=seal, number=number, what=what, word=word))


def await_approval(session: Session, now: datetime, *, seal: Seal) -> None:
    """The buyer of 临安恒泰商贸 takes more at once than its owner leaves to a buyer: the owner is asked."""
    who: dict[str, Any] = {"dealer": "LA0571", "role": MemberRole.BUYER, "key": APPROVAL}
    redeem(session, now, sku="AP-1009-01", quantity=2, remark="门店茶水间用，麻烦批一下", seal=seal, **who)


def _place(seal: Seal, what: dict[str, Any]) -> Callable[[Session, datetime], None]:
    def take(session: Session, at: datetime) -> None:
        redeem(session, at, seal=seal, **what)

    return take


def _ship(session: Session, at: datetime, *, story: Story) -> None:
    order, keeper = _order(session, story), _keeper(session, story)
    if order.waiting:
        ship(session, at, no=order.no, part_no=1, carrier=_carrier(story.waybill), waybill=story.waybill, **keeper)


def _receive(session: Session, at: datetime, *, story: Story) -> None:
    order = _order(session, story)
    if order.shipped:
        receive(session, at, no=order.no, **_claimant(session, story))


def _apply(session: Session, at: datetime, *, story: Story, seal: Seal) -> None:
    order, who = _order(session, story), _claimant(session, story)
    if _claim(session, story) is not None:
        return
    if story.kind is ClaimKind.REISSUE:
        code_id = _codes(session, story)[-1]
        reveal_code(session, at, order_id=order.id, code_id=code_id, seal=seal, **who)
    wanted = Wanted(
        pieces={1: story.claimed},
        kind=story.kind,
        reason=story.reason,
        words=story.words,
        photos=tuple(drawn(story.reason, number) for number in range(story.photos)),
    )
    apply(session, at, no=order.no, key=story.key, wanted=wanted, seal=seal, **who)


def _answer(
    session: Session, at: datetime, *, story: Story, seal: Seal, number: int, what: str, word: str
) -> None:
    """The step of that number, unless the claim has gone so far already."""
    claim = _claim(session, story)
    assert claim is not None
    of_claim = (ClaimEvent.dealer_id == claim.dealer_id, ClaimEvent.claim_id == claim.id)
    if session.execute(select(func.count()).select_from(ClaimEvent).where(*of_claim)).scalar_one() >= number:
        return
    if what == "send_back":
        send_back(session, at, no=claim.no, carrier=_carrier(word), waybill=word, **_claimant(session, story))
        return
    keeper = _keeper(session, story) | {"no": claim.no}
    if what == "decline":
        decline_claim(session, at, reason=word, **keeper)
    elif what == "accept":
        accept(session, at, restock=True, **keeper)
    else:
        codes = (_codes(session, story)[-1],) if what == "reissue" else ()
        agree(session, at, answer=word, code_ids=codes, seal=seal, **keeper)


def _order(session: Session, story: Story) -> RedemptionOrder:
    order = order_by_key(session, person(session, story.dealer, story.role).dealer_id, story.key)
    assert order is not None
    return order


def _claim(session: Session, story: Story) -> Claim | None:
    dealer_id = person(session, story.dealer, story.role).dealer_id
    return session.scalars(select(Claim).where(Claim.dealer_id == dealer_id, Claim.key == story.key)).one_or_none()


def _codes(session: Session, story: Story) -> list[int]:
    """The codes that the story's order holds, first to last."""
    order = _order(session, story)
    of_order = (CardCode.dealer_id == order.dealer_id, CardCode.order_id == order.id, CardCode.piece_no.is_not(None))
    return list(session.scalars(select(CardCode.id).where(*of_order).order_by(CardCode.piece_no)))


def _claimant(session: Session, story: Story) -> dict[str, Any]:
    member = person(session, story.dealer, story.role)
    return {"dealer_id": member.dealer_id, "member_id": member.id, "role": member.role}


def _keeper(session: Session, story: Story) -> dict[str, Any]:
    staff_id = session.scalars(select(Staff.id).where(Staff.login == KEEPER)).one()
    return {"dealer_code": story.dealer, "staff_id": staff_id, "role": StaffRole.FULFILMENT}


def _carrier(waybill: str) -> str:
    """Whose number it is, by how it begins."""
    return {"SF": "shunfeng", "JD": "jd", "ZT": "zhongtong", "YT": "yuantong", "YD": "yunda"}[waybill[:2]]
