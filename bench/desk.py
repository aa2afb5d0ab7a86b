"""The desk's lists with 50,000 SKUs: milliseconds of whole pages, from the request to the last byte of the answer.

    python -m bench.desk [--skus 50000] [--engine postgresql|sqlite] [--rounds 7] [--only /desk/items]

Two SKUs a reward, found by name, pinyin and code; prices as in bench.catalogue; levels and stock of all SKUs; of the
rewards every fortieth is a draft as well, every ninth has no picture, every tenth is off the shelf, every eleventh
comes later, every twelfth has an edition in one region, and of these every tenth is hidden there. 300 suppliers, 60
brands, 200 announcements, 40 guides. Beside them a year of business (bench.business), 100,000 orders and all that
belongs to them. Told are the median and the slowest of the rounds and the work that it was, of
this process and the database's, without a network; a page over 200 ms is marked.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench import business
from bench.catalogue import plan_rows, reward
from bench.ledger.engines import PostgreSQL, SQLite, settings
from mall import create_app
from mall.base.found import terms as terms_of
from mall.base.ids import new_id
from mall.catalog.models import (
    Admission,
    Category,
    EditionTerm,
    Item,
    ItemDraft,
    ItemEdition,
    Kind,
    PricePlan,
    Sku,
    Stock,
    StockAt,
    StockLevel,
    Supplier,
    Term,
    Warehouse,
)
from mall.catalog.rules import search
from mall.catalog.rules.document import blank
from mall.dealers.actions import Device, add_staff, begin_staff, open_dealer
from mall.dealers.models import ChannelLevel, SignInStage, StaffRole
from mall.face.models import Announcement, Guide
from mall.web.db import transact

MOST = 200
ADJECTIVES = ("轻量", "便携", "静音", "智能", "折叠", "双层", "不锈钢", "钛合金", "陶瓷", "实木", "迷你", "加厚")
NOUNS = (
    "保温杯",
    "电饭煲",
    "空气炸锅",
    "行李箱",
    "台灯",
    "蓝牙音箱",
    "按摩仪",
    "工具箱",
    "雨伞",
    "床品",
    "茶具",
    "背包",
)
REGION = "华东/浙江"
SHELVES, BRANDS, SUPPLIERS = 24, 60, 300
PAGES = (
    "/desk/items",
    "/desk/items?page=400",
    "/desk/items?q=baowenbei",
    "/desk/items?q=bwb",
    "/desk/items?q=b",
    "/desk/items?q=保温杯",
    "/desk/items?q=R20123",
    "/desk/items?category=c3",
    "/desk/items?state=off",
    "/desk/items?state=draft",
    "/desk/items?lacks=picture",
    "/desk/items?lacks=price",
    "/desk/items?lacks=stock",
    "/desk/items?supplier=SUP-7&brand=品牌 7",
    "/desk/items?sort=points",
    "/desk/items?sort=-shelf&size=100",
    "/desk/items?sort=code&columns=brand,supplier,tags,made,stock",
    "/desk/prices",
    "/desk/prices?page=1000",
    "/desk/prices?q=baowenbei",
    "/desk/prices?category=c3",
    "/desk/prices?cost=none",
    "/desk/prices?ends=week",
    "/desk/prices?sort=-cost&size=100",
    "/desk/stock",
    "/desk/stock?page=500",
    "/desk/stock?q=baowenbei",
    "/desk/stock?state=alarm",
    "/desk/stock?state=order&sort=-demand",
    "/desk/stock?warehouse=HZ",
    "/desk/suppliers",
    "/desk/suppliers?q=gongying",
    "/desk/announcements",
    "/desk/guides",
    "/desk/batches",
    "/desk/searches",
    "/desk/today",
    "/desk/editions?region=华东/浙江",
    "/desk/editions?region=华东/浙江&page=400",
    "/desk/editions?region=华东/浙江&q=baowenbei",
    "/desk/editions?region=华东/浙江&way=said",
    "/desk/editions?region=华东/浙江&way=hidden",
    "/desk/editions?region=华东/浙江&way=follows",
)
BUSINESS = (
    "/desk/orders",
    "/desk/orders?view=all",
    "/desk/orders?view=all&q=D00071",
    "/desk/orders?view=all&dealer=ningbo",
    "/desk/orders?view=all&q=不存在",
    "/desk/after-sales",
    "/desk/after-sales?view=all",
    "/desk/after-sales?view=all&dealer=ningbo",
    "/desk/after-sales?view=all&q=不存在",
    "/desk/audit",
    "/desk/audit?since=2000-01-01",
    "/desk/audit?since=2000-01-01&q=260000099",
    "/desk/audit?since=2000-01-01&act=order&actor=staff:2",
    "/desk/stock/counts",
    "/desk/stock?state=alarm",
    "/desk/vault",
    "/desk/vault?q=baowenbei",
    "/desk/top-ups",
    "/desk/top-ups?view=done&q=ningbo",
    "/desk/top-ups?view=done&q=不存在",
    "/desk/vouchers",
    "/desk/vouchers?q=ningbo",
    "/desk/vouchers?q=不存在",
    "/desk/vouchers?sort=expires",
    "/desk/rebates",
    "/desk/rebates?q=ningbo",
    "/desk/payments",
    "/desk/payments?q=ningbo",
    "/desk/payments?q=不存在",
    "/desk/payments?view=refunds",
    "/desk/payments/bills",
    "/desk/points/dealers",
    "/desk/points/dealers?q=ningbo&sort=-available",
    "/desk/points/corrections",
    "/desk/points/corrections?view=all",
    "/desk/points/corrections?view=all&dealer=不存在",
    "/desk/documents",
    "/desk/documents?state=all",
    "/desk/documents?state=all&q=INV-0000007",
    "/desk/documents?state=all&q=ningbo",
    "/desk/documents?state=all&q=不存在",
    "/desk/outbox",
    "/desk/outbox?state=delivered",
    "/desk/outbox?state=delivered&q=ningbo",
    "/desk/pictures",
    "/desk/people",
    "/desk/waiting",
    "/desk/today",
)
"""Lists of what happens, which grow without end; seen by the administrator, who sees all of them."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--skus", type=int, default=50_000)
    options.add_argument("--engine", choices=("postgresql", "sqlite"), default="sqlite")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--many", type=int, default=100_000, help="orders, and as much of the rest as belongs to them")
    options.add_argument("--only", default="", help="pages whose address begins like this")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        engine = PostgreSQL(Path(folder)) if asked.engine == "postgresql" else SQLite(Path(folder))
        try:
            app = create_app(settings(engine.empty("desk")))
            with app.app_context():
                tokens = transact(lambda session, at: fill(session, at, asked.skus, asked.many))
            engine.settle("desk")
            print(f"{asked.engine}: {asked.skus:,} SKUs, {asked.many:,} orders")
            for token, paths in zip(tokens, (PAGES, BUSINESS), strict=True):
                client = browser(app, token)
                for path in paths:
                    if path.startswith(asked.only):
                        print(told(client, path, asked.rounds, engine), flush=True)
        finally:
            engine.close()


def browser(app: Flask, token: str) -> FlaskClient:
    """A browser of somebody who is signed in."""
    client = app.test_client()
    client.set_cookie("__Host-desk" if app.extensions["settings"].https else "desk", token, secure=True)
    return client


def told(client: FlaskClient, path: str, rounds: int, engine: PostgreSQL | SQLite) -> str:
    """A page's line: status, median, slowest, work, bytes."""
    taken: list[float] = []
    answer = client.get(path, base_url="https://localhost")
    worked = process_time() + engine.cpu_seconds()
    for _ in range(rounds):
        began = perf_counter()
        answer = client.get(path, base_url="https://localhost")
        taken.append(1_000 * (perf_counter() - began))
    work = 1_000 * (process_time() + engine.cpu_seconds() - worked) / rounds
    mark = "  over" if median(taken) > MOST else ""
    times = f"{median(taken):8.0f} ms{max(taken):8.0f} ms{work:8.0f} ms"
    return f"{path:<62}{answer.status_code:>4}{times}{len(answer.get_data()) / 1024:7.0f} KB{mark}"


def fill(session: Session, at: datetime, skus: int, many: int) -> tuple[str, str]:
    """The catalogue and what belongs to it, always the same, and a year's business; gives the tokens of two sign-ins,
    a merchandiser's and the administrator's.
    """
    chance = Random(7)
    shelves = [_shelf(n) for n in range(SHELVES)]
    session.execute(insert(Category), shelves)
    session.execute(insert(Supplier), [_supplier(n, at) for n in range(1, SUPPLIERS + 1)])
    rewards: list[dict[str, Any]] = []
    choices: list[dict[str, Any]] = []
    plans: list[dict[str, Any]] = []
    terms: list[dict[str, Any]] = []
    drafts: list[dict[str, Any]] = []
    for item in range(1, skus // 2 + 1):
        lowest = chance.randint(10, 900) * 100
        row = _reward(item, lowest, at - timedelta(minutes=chance.randint(1, 10**6)), at)
        rewards.append(row)
        for sku in (2 * item, 2 * item + 1):
            cost = 0 if sku % 50 == 0 else lowest // 3
            named = {"attributes": [], "position": sku % 2, "cost_fen": cost}
            choices.append({"id": sku, "item_id": item, "code": f"S{sku}", **named})
            plans += plan_rows(at, item, sku, lowest * (1 + sku % 2), ends=sku % 500 == 0)
        found = search.of_item(
            names=row["names"].values(), brand=row["brand"], subtitles=(), values=(),
            shelf=shelves[item % SHELVES]["names"].values(), codes=(row["code"], f"S{2 * item}", f"S{2 * item + 1}"),
        )  # fmt: skip
        terms += [{"term": term, "item_id": item, "weight": weight} for term, weight in found.items()]
        if item % 40 == 0:
            drafts.append(_draft(item, row, at))
    _write(session, (Item, rewards), (Sku, choices), (PricePlan, plans), (Term, terms), (ItemDraft, drafts))
    _stock(session, at, [one["id"] for one in choices], chance)
    _writing(session, at)
    _regional(session, at, rewards)
    known: dict[str, Any] = {"password_hash": "-", "issued": False}
    one = add_staff(session, at, login="bench", name="纪云舒", role=StaffRole.MERCHANDISER, **known)
    other = add_staff(session, at, login="all", name="苏望舒", role=StaffRole.ADMINISTRATOR, **known)
    if many:
        business.fill(session, at, many, [choice["id"] for choice in choices], [one, other])
    device = Device("bench", "192.0.2.7")
    first = begin_staff(session, at, staff_id=one, device=device, stage=SignInStage.FULL)
    return first, begin_staff(session, at, staff_id=other, device=device, stage=SignInStage.FULL)


def _write(session: Session, *parts: tuple[Any, list[dict[str, Any]]]) -> None:
    for model, rows in parts:
        for begin in range(0, len(rows), 10_000):
            session.execute(insert(model), rows[begin : begin + 10_000])


def _shelf(n: int) -> dict[str, Any]:
    """Every third stands within the one before it."""
    place = {"position": n, "parent_id": n if n % 3 == 1 else None}
    return {"id": n + 1, "code": f"c{n}", "icon": "gift", "names": {"zh_Hans": f"分类 {n}"}, **place}


def _supplier(n: int, at: datetime) -> dict[str, Any]:
    return {
        "id": n,
        "code": f"SUP-{n}",
        "name": f"供应商第 {n} 家礼品有限公司",
        "admission": Admission.ADMITTED,
        "admitted_on": date(2026, 1, 5),
        "notes": "",
        "revision": 1,
        "changed_at": at,
        "changed_by": "system",
    }


def _reward(item: int, lowest: int, shelved_at: datetime, at: datetime) -> dict[str, Any]:
    row = reward(item, lowest, shelved_at)
    name = f"{ADJECTIVES[item % 12]}{ADJECTIVES[item // 12 % 12]}{NOUNS[item // 144 % 12]} {item} 号"
    if item % 11 == 0:
        row["shelved_at"] = at + timedelta(days=9)
    elif item % 10 == 0:
        row["shelved_at"] = None
    names = {"zh_Hans": name, "zh_Hant": name, "en": f"Reward {item}"}
    return row | {
        "code": f"R{item:05d}",
        "names": names,
        "category_id": item % SHELVES + 1,
        "brand": f"品牌 {item % BRANDS}",
        "pictures": [] if item % 9 == 0 else ["cooker"],
        "tags": ["hot"] if item % 13 == 0 else [],
        "supplier_id": item % SUPPLIERS + 1,
    }


def _draft(item: int, row: dict[str, Any], at: datetime) -> dict[str, Any]:
    document = blank(category=f"c{item % SHELVES}", kind=Kind.PHYSICAL, name=row["names"]["zh_Hans"])
    live = {"code": row["code"], "item_id": item, "based_on": 0, "base": document, "revision": 1, "document": document}
    return {"id": new_id(at), **live, "started_at": at, "changed_at": at, "changed_by": "staff:1"}


def _stock(session: Session, at: datetime, skus: list[int], chance: Random) -> None:
    house = {"code": "HZ", "name": "杭州仓", "region": "", "position": 1, "revision": 1}
    session.add(Warehouse(id=1, created_at=at, **house))
    session.flush()
    left = {sku: chance.randint(0, 90) for sku in skus}
    stock = [{"sku_id": sku, "on_hand": pieces, "supplied": pieces} for sku, pieces in left.items()]
    levels = [
        {"sku_id": sku, "safety": 10, "warning": 30, "demand_30": sku % 70, "demand_90": sku % 180} for sku in skus
    ]
    lying = [{"sku_id": sku, "warehouse_id": 1, "pieces": pieces} for sku, pieces in left.items()]
    _write(session, (Stock, stock), (StockLevel, levels), (StockAt, lying))


def _regional(session: Session, at: datetime, rewards: list[dict[str, Any]]) -> None:
    """What a region says: of every twelfth reward another name, of every tenth of these that it is not there."""
    open_dealer(session, at, code="HZ1", name="某商", region=f"{REGION}/杭州", channel_level=ChannelLevel.CITY)
    unsaid = ("subtitles", "descriptions", "pictures", "off_from", "off_until")
    said: dict[str, Any] = dict.fromkeys(unsaid) | {"base": {}}
    touched = {"revision": 1, "changed_at": at, "changed_by": "staff:1"}
    editions, terms = [], []
    for one in rewards[::12]:
        names = {"zh_Hans": f"浙江{one['names']['zh_Hans']}"}
        own: dict[str, Any] = {"region": REGION, "item_id": one["id"]}
        off = at - timedelta(days=1) if one["id"] % 120 == 1 else None
        editions.append({**own, "names": names, **said, **touched, "off_from": off})
        found = terms_of([(names["zh_Hans"], 8)])
        terms += [{**own, "term": term, "weight": weight} for term, weight in found.items()]
    _write(session, (ItemEdition, editions), (EditionTerm, terms))


def _writing(session: Session, at: datetime) -> None:
    def words(n: int) -> dict[str, Any]:
        told = {"titles": {"zh_Hans": f"第 {n} 篇"}, "texts": {"zh_Hans": "<p>说明</p>"}, "revision": 1}
        return told | {"published_at": at, "changed_at": at, "changed_by": "staff:1"}

    for n in range(200):
        when = {"starts_at": at - timedelta(hours=n), "ends_at": None}
        session.add(Announcement(id=new_id(at), key=f"bench-{n}", tiers=[], regions=[], **when, **words(n)))
    for n in range(40):
        session.add(Guide(id=new_id(at), slug=f"guide-{n}", position=n, **words(n)))
    session.flush()


if __name__ == "__main__":
    main()
