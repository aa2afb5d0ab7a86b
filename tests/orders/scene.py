"""A small scene for orders: dealers with points, rewards with stock, and the verbs at hand.

Plain functions on a session, so that the processes of a race can build it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from types import EllipsisType
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.base.types import canonical
from mall.catalog.actions import ItemToPut, SkuToPut, put_category, put_item
from mall.catalog.actions.plans import PlanToPut, put_plans
from mall.catalog.models import Delivery, Kind, PricePlan, Sku, Stock
from mall.dealers.models import Address, ChannelLevel, Dealer, Member, MemberRole
from mall.orders.actions import Placed, cancel, place
from mall.orders.models import OrderLine, OrderState, RedemptionOrder
from mall.orders.queries.offer import Pick, basket_of
from mall.orders.rules import Asked, Quote, signed
from mall.payments.models import GatewayName
from mall.points.actions import Part, earn, open_book, write
from mall.points.models import Programme
from mall.points.queries import balance
from mall.web.db import db, now, reading, transact
from tests.conftest import SECRET

SEAL = Seal(SECRET)
DEALER = 7001
"""The first dealer; the next ones follow by one."""
COOKER = "CK-5L-BLACK"
RICE = "RICE-10"
CARD = "FUEL-500-1"
PRICES = {COOKER: 18_800, RICE: 8_600, CARD: 50_000}
_keys = count(1)


def spoken(hans: str, en: str) -> dict[str, str]:
    return {"zh_Hans": hans, "zh_Hant": hans, "en": en}


def set_up(
    session: Session,
    at: datetime,
    *,
    dealers: int = 2,
    points: int = 100_000,
    stock: int = 50,
    limit: int | None = None,
) -> None:
    """A programme, dealers each with points in two lots, and three rewards: shipped, shipped, handed out."""
    session.add(Programme(id=1, name="年轮积分", zone="Asia/Shanghai", currency="CNY", grace_days=7))
    session.flush()
    for number in range(dealers):
        add_dealer(session, at, DEALER + number)
    for number in range(dealers):
        give(session, at, DEALER + number, points - points // 3, days=300)
        give(session, at, DEALER + number, points // 3, days=18)
    stock_up(session, at, stock=stock, limit=limit)


def stock_up(session: Session, at: datetime, *, stock: int = 50, limit: int | None = None) -> None:
    """Three rewards: shipped (with a limit), shipped, handed out."""
    put_category(session, at, code="home", icon="gift", names=spoken("生活", "Home"), position=1)
    put_item(session, at, _item("CK-5L", "智能电压力锅 5L", COOKER, stock, limit))
    put_item(session, at, _item("RICE", "五常大米 10kg", RICE, stock, None, delivery=Delivery.A_WEEK))
    put_item(session, at, _item("FUEL-500", "全国通用加油卡 500 元", CARD, stock, None, kind=Kind.CARD_CODE))


def _item(
    code: str,
    name: str,
    sku: str,
    stock: int,
    limit: int | None,
    *,
    kind: Kind = Kind.PHYSICAL,
    delivery: Delivery = Delivery.TWO_DAYS,
) -> ItemToPut:
    colour = {"name": spoken("颜色", "Colour"), "value": spoken("曜石黑", "Obsidian")}
    return ItemToPut(
        code=code,
        category="home",
        kind=kind,
        brand="年轮",
        names=spoken(name, code),
        pictures=["cooker"],
        limit_per_dealer=limit,
        delivery=delivery if kind.shipped else Delivery.INSTANT,
        shelved_at=datetime(2026, 1, 1, tzinfo=UTC),
        skus=[SkuToPut(code=sku, points=PRICES[sku], attributes=[colour] if kind.shipped else [], on_hand=stock)],
    )


def add_dealer(session: Session, at: datetime, number: int) -> None:
    """A dealer with an owner (its number), a clerk (its number + 1000) and an address (its number)."""
    session.add(
        Dealer(
            id=number,
            code=f"D{number}",
            name=f"华东·测试商贸 {number} 号",
            region="华东/浙江",
            channel_level=ChannelLevel.CITY,
            created_at=at,
        )
    )
    session.flush()
    for member, role in ((number, MemberRole.OWNER), (number + 1000, MemberRole.CLERK)):
        phone = f"13{member:09d}"
        session.add(
            Member(
                dealer_id=number,
                id=member,
                name="周敏",
                role=role,
                phone_sealed=SEAL.seal(phone, f"member:phone:{member}"),
                phone_index=SEAL.index(phone, "member:phone"),
                created_at=at,
            )
        )
    sealed = {
        f"{name}_sealed": SEAL.seal(text, f"address:{name}:{number}")
        for name, text in (("recipient", "周敏"), ("phone", "13812346207"), ("street", "钱王街 826 号"))
    }
    session.add(Address(dealer_id=number, id=number, region="浙江省/杭州市/临安区", created_at=at, **sealed))
    session.flush()


def add_member(session: Session, at: datetime, dealer_id: int, member_id: int, role: MemberRole) -> None:
    """Another person of a dealer."""
    phone = f"13{member_id:09d}"
    session.add(
        Member(
            dealer_id=dealer_id,
            id=member_id,
            name="陈默",
            role=role,
            phone_sealed=SEAL.seal(phone, f"member:phone:{member_id}"),
            phone_index=SEAL.index(phone, "member:phone"),
            created_at=at,
        )
    )
    session.flush()


def add_member_now(dealer_id: int, member_id: int, role: MemberRole = MemberRole.BUYER) -> None:
    """Another person of a dealer, in a transaction of its own."""
    transact(partial(_add_member, dealer_id=dealer_id, member_id=member_id, role=role))


def _add_member(session: Session, at: datetime, *, dealer_id: int, member_id: int, role: MemberRole) -> None:
    add_member(session, at, dealer_id, member_id, role)


def priced_with_cash() -> None:
    """The cooker costs 18,800 points, or 2,000 points and ¥99."""
    transact(_price_with_cash)


def _price_with_cash(session: Session, at: datetime) -> None:
    plans = [PlanToPut(points=PRICES[COOKER]), PlanToPut(step=1, points=2_000, cash_fen=9_900)]
    put_plans(session, at, sku_id=sku_id(COOKER), plans=plans, since=at)


def cash_plan(code: str = COOKER) -> int:
    """The plan of a SKU with cash."""
    plan = select(PricePlan.id).where(PricePlan.sku_id == sku_id(code), PricePlan.cash_fen > 0)
    return int(db.session.execute(plan.where(PricePlan.withdrawn_at.is_(None))).scalar_one())


def give(session: Session, at: datetime, dealer_id: int, points: int, *, days: int) -> None:
    book = open_book(session, at, dealer_id)
    earn(
        book,
        parts=[Part(points)],
        source="test",
        key=f"gift-{next(_keys)}",
        reference="gift",
        earned_at=at,
        expires_at=at + timedelta(days=days),
        rule_version="test/1",
        actor="test",
        why={"what": "gift"},
    )
    write(session, book)


def sku_id(code: str) -> int:
    return db.session.execute(select(Sku.id).where(Sku.code == code)).scalar_one()


def quote(
    code: str | list[tuple[str, int]] = COOKER,
    quantity: int = 1,
    *,
    dealer_id: int = DEALER,
    member_id: int = 0,
    key: str = "",
    address_id: int | None = None,
    points_seen: int | None = None,
    plan_id: int | None = None,
    issued_at: datetime | None = None,
) -> Quote:
    """What the checkout would quote; `points_seen` forges the price of one."""
    asked = [(code, quantity)] if isinstance(code, str) else code
    picks = [Pick(sku_id=sku_id(one), quantity=many, plan_id=plan_id) for one, many in asked]
    basket = basket_of(reading(), now(), dealer_id=dealer_id, picks=picks, address_id=address_id)
    made = basket.quote(
        dealer_id=dealer_id,
        member_id=member_id or dealer_id,
        key=key or f"key-{next(_keys)}",
        now=issued_at or now(),
        address_id=address_id,
    )
    assert made is not None, "nothing to quote"
    if points_seen is not None:
        made = replace(made, lines=tuple(replace(line, points_each=points_seen) for line in made.lines))
    db.session.rollback()
    return made


def order(
    code: str | list[tuple[str, int]] = COOKER,
    quantity: int = 1,
    *,
    dealer_id: int = DEALER,
    member_id: int = 0,
    key: str = "",
    role: MemberRole = MemberRole.OWNER,
    remark: str = "",
    gateway: GatewayName | None = None,
    accounts: dict[int, str] | None = None,
    points_seen: int | None = None,
    plan_id: int | None = None,
    address_id: int | EllipsisType | None = ...,
    **said: Any,
) -> Placed:
    """Place an order as the dealer's owner, through the one door that commits. `said` goes on to the verb."""
    goes_to = dealer_id if isinstance(address_id, EllipsisType) else address_id
    made = quote(
        code,
        quantity,
        dealer_id=dealer_id,
        member_id=member_id,
        key=key,
        address_id=goes_to,
        points_seen=points_seen,
        plan_id=plan_id,
    )
    return transact(
        place,
        dealer_id=dealer_id,
        member_id=member_id or dealer_id,
        role=role,
        quote=made,
        asked=Asked(address_id=goes_to, remark=remark, gateway=gateway, accounts=accounts or {}),
        seal=SEAL,
        **said,
    )


def form(
    code: str | list[tuple[str, int]] = COOKER, quantity: int = 1, *, dealer_id: int = DEALER, **said: Any
) -> dict[str, Any]:
    """What a browser sends: the signed quote, and what stands beside it."""
    words: dict[str, Any] = {name: said.pop(name) for name in ("remark", "gateway") if name in said}
    goes_to = said.pop("address_id", dealer_id)
    made = quote(code, quantity, dealer_id=dealer_id, address_id=goes_to, **said)
    return {"quote": signed(made, SEAL), "address": goes_to or "", "remark": "", **words}


def take_back(no: str, *, dealer_id: int = DEALER, role: MemberRole = MemberRole.OWNER) -> RedemptionOrder:
    return transact(cancel, dealer_id=dealer_id, member_id=dealer_id, role=role, no=no)


def points_of(dealer_id: int = DEALER) -> int:
    db.session.rollback()
    return balance(reading(), dealer_id, now()).available


def stock_of(code: str = COOKER) -> int:
    db.session.rollback()
    return db.session.execute(select(Stock.on_hand).where(Stock.sku_id == sku_id(code))).scalar_one()


def orders(dealer_id: int | None = None) -> int:
    db.session.rollback()
    asked = select(func.count()).select_from(RedemptionOrder)
    return db.session.execute(asked.where(RedemptionOrder.dealer_id == dealer_id) if dealer_id else asked).scalar_one()


def pieces_out(code: str = COOKER) -> int:
    """Pieces in orders that were kept."""
    db.session.rollback()
    kept = select(func.coalesce(func.sum(OrderLine.quantity), 0)).join(
        RedemptionOrder,
        (RedemptionOrder.dealer_id == OrderLine.dealer_id) & (RedemptionOrder.id == OrderLine.order_id),
    )
    return int(
        db.session.execute(
            kept.where(OrderLine.sku_code == code, RedemptionOrder.state != OrderState.CANCELLED)
        ).scalar_one()
    )


def everything() -> str:
    """A text of all that an order could change: refusals must leave it as it is."""
    db.session.rollback()
    mine = ("redemption_order", "order_part", "order_line", "order_event", "stock", "audit_entry", "payment", "refund")
    after = ("after_sales", "after_sales_line", "after_sales_event")
    ledger = ("points_account", "points_lot", "points_journal", "points_entry")
    tables = [RedemptionOrder.metadata.tables[name] for name in (*mine, *after, *ledger)]
    return canonical([sorted(str(row) for row in db.session.execute(select(table)).all()) for table in tables])


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL sent meanwhile, without begin and commit."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
