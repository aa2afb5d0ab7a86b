"""What happened in the demo before it began: a year of wholesale orders, returns and redemptions, all invented.

It is played through the same verbs as real life, each at its own moment, in order. The first seeding settles the day
that everything is counted back from, so that seeding again on another day tells the same story.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.base.time import add_months
from mall.cli.demo.claims import Step, steps
from mall.cli.demo.orders import person, redeem
from mall.dealers.models import MemberRole
from mall.earning.actions import Result, add_partner, add_rule, deliver, keep_shift
from mall.earning.actions.partners import Key
from mall.earning.models import Partner, UnknownDealers
from mall.orders.actions import cancel
from mall.points.actions.expected_rate import expect_redemption
from mall.points.models import Programme
from mall.rewards.actions.rebate_terms import set_rebate_terms

SOURCE = "dms-east"
ZONE = "Asia/Shanghai"
EPOCH = date(2026, 1, 1)

Transact = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Goods:
    """A line of a wholesale order; yuan are whole."""

    sku: str
    what: str
    yuan: int
    category: str
    custom_made: bool = False


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order or, with `returns`, goods that came back. Counted in days, or in months and the day of that month."""

    no: str
    dealer: str
    goods: tuple[Goods, ...]
    days_ago: int = 0
    months_ago: int = 0
    day: int = 0
    revision: int = 1
    returns: str | None = None


@dataclass(frozen=True, kw_only=True)
class Redemption:
    """A reward that a dealer's person took, and after how many hours it was cancelled, if it was."""

    key: str
    dealer: str
    role: MemberRole
    sku: str
    hours_ago: int
    quantity: int = 1
    cancelled_after: int | None = None
    remark: str = ""
    account: str = ""
    """The phone that a top-up goes to."""


def _door(yuan: int, *, custom: bool = False) -> Goods:
    return Goods(sku="MC-88", what="铝合金系统门窗", yuan=yuan, category="门窗", custom_made=custom)


def _lock(yuan: int) -> Goods:
    return Goods(sku="SL-20", what="智能门锁 全自动", yuan=yuan, category="五金")


def _hinge(yuan: int) -> Goods:
    return Goods(sku="HJ-35", what="阻尼铰链 一箱 200 只", yuan=yuan, category="五金")


def _bath(yuan: int, *, custom: bool = False) -> Goods:
    return Goods(sku="WY-600", what="恒温花洒套装", yuan=yuan, category="卫浴", custom_made=custom)


HISTORY: tuple[Order | Redemption, ...] = (
    # 临安恒泰商贸: a year of orders, custom-made goods, a return, a corrected document.
    Order(no="DD-0107", dealer="LA0571", months_ago=12, day=9, goods=(_hinge(59_600), _lock(12_400))),
    Order(no="DD-0111", dealer="LA0571", months_ago=12, day=24, goods=(_hinge(50_400), _lock(16_300))),
    Order(no="DD-0115", dealer="LA0571", months_ago=12, day=26, goods=(_hinge(75_800),)),
    Order(no="DD-0117", dealer="LA0571", months_ago=12, day=27, goods=(_hinge(73_700),)),
    Order(no="DD-0119", dealer="LA0571", months_ago=11, day=6, goods=(_lock(6_200),)),
    Order(no="DD-0152", dealer="LA0571", months_ago=8, day=18, goods=(_door(18_000, custom=True), _hinge(3_500))),
    Order(no="DD-0188", dealer="LA0571", months_ago=5, day=11, goods=(_bath(21_600), _lock(7_850))),
    Order(no="DD-0203", dealer="LA0571", months_ago=3, day=21, goods=(_door(16_400),)),
    Order(no="DD-0226", dealer="LA0571", days_ago=40, goods=(_bath(12_800, custom=True), _hinge(5_600))),
    Order(no="TH-0031", dealer="LA0571", days_ago=25, returns="DD-0226", goods=(_hinge(2_800),)),
    Order(no="DD-0241", dealer="LA0571", days_ago=9, goods=(_lock(8_400),)),
    Order(no="DD-0241", dealer="LA0571", days_ago=8, revision=2, goods=(_lock(9_480),)),
    Redemption(
        key="demo-1", dealer="LA0571", role=MemberRole.OWNER, sku="HM-4001-750-PI", hours_ago=21 * 24, cancelled_after=5
    ),
    Redemption(
        key="demo-2",
        dealer="LA0571",
        role=MemberRole.BUYER,
        sku="OF-6001-K",
        hours_ago=4 * 24 + 3,
        remark="送到门店二楼，来前打电话",
    ),
    Redemption(key="demo-3", dealer="LA0571", role=MemberRole.OWNER, sku="FD-7001-10", hours_ago=27),
    Redemption(key="demo-4", dealer="LA0571", role=MemberRole.BUYER, sku="CD-8002-50", hours_ago=1, quantity=2),
    Redemption(key="demo-7", dealer="LA0571", role=MemberRole.BUYER, sku="CD-8104-50", hours_ago=3 * 24),
    Redemption(key="demo-8", dealer="LA0571", role=MemberRole.OWNER, sku="CD-8103-100", hours_ago=30),
    Redemption(
        key="demo-9", dealer="LA0571", role=MemberRole.BUYER, sku="CD-8101-100", hours_ago=2, account="13800138000"
    ),
    # 宁波海曙五金: a few points, most rewards still out of reach.
    Order(no="DD-1014", dealer="NB0574", months_ago=4, day=15, goods=(_hinge(6_900),)),
    Order(no="DD-1021", dealer="NB0574", months_ago=2, day=8, goods=(_hinge(7_600),)),
    Order(no="DD-1027", dealer="NB0574", days_ago=17, goods=(_lock(5_860),)),
    Redemption(key="demo-5", dealer="NB0574", role=MemberRole.OWNER, sku="FD-7002-1", hours_ago=50, cancelled_after=1),
    # 绍兴越城建材: points used, then the goods came back: the rest is owed and the next order pays it first.
    Order(no="DD-2006", dealer="SX0575", months_ago=2, day=12, goods=(_door(9_600),)),
    Redemption(key="demo-6", dealer="SX0575", role=MemberRole.OWNER, sku="FD-7003-01", hours_ago=44),
    Order(no="TH-0044", dealer="SX0575", days_ago=1, returns="DD-2006", goods=(_door(5_200),)),
    # A code that nobody knows: kept among the documents that wait for people.
    Order(no="DD-3001", dealer="JX0573", days_ago=3, goods=(_hinge(4_200),)),
)


def prepare(session: Session, now: datetime, *, seal: Seal) -> tuple[date, Key | None]:
    """Put programme, partner and rule in place where they are missing.

    Gives the day to count back from, and the partner's key if it was made just now: its secret is not shown again.
    """
    if session.get(Programme, 1) is None:
        session.add(Programme(id=1, name="年轮积分", zone=ZONE, currency="CNY", grace_days=7))
        session.flush()
    key = None
    if session.get(Partner, SOURCE) is None:
        key = add_partner(
            session,
            now,
            source=SOURCE,
            name="华东进销存",
            unknown_dealers=UnknownDealers.PARK,
            seal=seal,
            region="华东",
            actor="demo",
        )
        session.flush()
    add_rule(
        session,
        now,
        code="wholesale",
        version=1,
        source=SOURCE,
        from_on=date(2020, 1, 1),
        points_per_yuan=10_000,
        minimum_fen=100_000,
        cap_points=100_000,
        validity_months=12,
        categories={"卫浴": 12_000, "门窗": 11_000},
        flags={"custom_made": 15_000, "standard": 10_000},
        unit_value=10_000,
        fund_code="channel-rebate",
        actor="demo",
    )
    expect_redemption(session, now, from_on=date(2025, 1, 1), rate_bps=9_400, note="以往各批次的兑换曲线", actor="demo")
    set_rebate_terms(
        session,
        datetime(2026, 1, 1, tzinfo=UTC),
        from_on=date(2026, 1, 1),
        points_per_yuan=100,
        monthly_cap_fen=200_000,
        yearly_cap_fen=1_000_000,
        note="年度商务政策：100 积分抵货款 ¥1",
        actor="demo",
    )
    today = now.astimezone(ZoneInfo(ZONE)).date()
    days = keep_shift(session, now, source=SOURCE, days=(today - EPOCH).days)
    return EPOCH + timedelta(days=days), key


def play(transact: Transact, now: datetime, *, today: date, seal: Seal) -> list[Result]:
    """Let everything happen that has not yet, in its order. Gives the results of documents that are new."""
    anchor = datetime.combine(today, time(12), ZoneInfo(ZONE)).astimezone(UTC)
    results: list[Result] = []
    all_of_it = (*HISTORY, *steps(seal))
    for at, happening in sorted(((_when(x, anchor, now), x) for x in all_of_it), key=lambda pair: pair[0]):
        if isinstance(happening, Redemption):
            transact(_redeem, at=at, wanted=happening, seal=seal)
        elif isinstance(happening, Step):
            _at(transact, at)(happening.take)
        else:
            run = _at(transact, at + timedelta(hours=2))
            results += deliver(run, source=SOURCE, bodies=[_document(happening, at)], actor="partner:dms-east")
    return [result for result in results if result.outcome == "posted" and not result.repeat]


def _at(transact: Transact, at: datetime) -> Transact:
    """A transact that lives at another moment."""

    def run(verb: Callable[..., Any], **arguments: Any) -> Any:
        return transact(lambda session, _now: verb(session, at, **arguments))

    return run


def _when(happening: Order | Redemption | Step, anchor: datetime, now: datetime) -> datetime:
    if isinstance(happening, Redemption | Step):
        # Noon of the first day may still lie ahead.
        at = min(anchor - timedelta(hours=happening.hours_ago), now - timedelta(minutes=20))
    elif happening.months_ago:
        month = add_months(anchor.date(), -happening.months_ago)
        at = datetime.combine(month.replace(day=happening.day), time(2, 30), UTC)
    else:
        at = anchor - timedelta(days=happening.days_ago, hours=2)
    return at


def _document(order: Order, at: datetime) -> dict[str, Any]:
    return {
        "external_id": order.no,
        "revision": order.revision,
        "kind": "return" if order.returns else "order",
        "dealer": {"code": order.dealer},
        "ordered_at": at.replace(microsecond=0).isoformat(),
        "returns": order.returns,
        "lines": [
            {
                "sku": goods.sku,
                "quantity": 1,
                "amount_fen": goods.yuan * 100,
                "category": goods.category,
                "flags": ["custom_made" if goods.custom_made else "standard"],
                "description": goods.what,
            }
            for goods in order.goods
        ],
    }


def _redeem(session: Session, _now: datetime, *, at: datetime, wanted: Redemption, seal: Seal) -> None:
    what: dict[str, Any] = {"key": wanted.key, "sku": wanted.sku, "remark": wanted.remark, "account": wanted.account}
    no = redeem(session, at, dealer=wanted.dealer, role=wanted.role, quantity=wanted.quantity, seal=seal, **what)
    if no is not None and wanted.cancelled_after is not None:
        member = person(session, wanted.dealer, wanted.role)
        who: dict[str, Any] = {"dealer_id": member.dealer_id, "member_id": member.id, "role": member.role}
        cancel(session, at + timedelta(hours=wanted.cancelled_after), no=no, **who)
