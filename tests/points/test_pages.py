"""What a dealer reads about points: every page works without script, and every kind of movement says why."""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from mall.base.money import Rounding
from mall.base.time import civil_day, end_of_month
from mall.dealers.models import ChannelLevel
from mall.earning.models import EarningRule, Partner, UnknownDealers
from mall.earning.rules.judgement import Rule, grouped, judge, judge_return
from mall.points.actions import Book, Part, Posting, adjust, claw_back, earn, open_book, refund, spend, write
from mall.points.models import Account, AccountStatus
from mall.web.db import db, transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import Clock
from tests.points.ledger import Ledger

RULE = Rule(
    "standard",
    3,
    date(2026, 1, 1),
    1_000,
    12,
    minimum_fen=100_00,
    cap_points=50_000,
    categories={"壁挂炉": 12_000},
    flags={"custom_made": 15_000},
)


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


@pytest.fixture
def client(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.buyer)
    return client


@pytest.fixture
def ledger(people: Cast) -> Ledger:
    return Ledger(people.linan.id)


def read(client: FlaskClient, url: str, status: int = 200, *, part: bool = False) -> str:
    """A page, or with `part` what htmx gets."""
    answer = client.get(url, base_url="https://localhost", headers={"HX-Request": "true"} if part else {})
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def words(page: str) -> str:
    """What the page says, without its markup."""
    said = page.partition("<main")[2] or page
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", said)))


def rows(page: str) -> list[int]:
    return [int(seq) for seq in re.findall(r'<details class="move" id="m(\d+)"', page)]


def why(client: FlaskClient, seq: int) -> str:
    """The explanation of one movement, as its own page tells it."""
    page = read(client, f"/points/movements/{seq}")
    return words(page[page.index('<div class="why">') :].partition("</section>")[0])


def steps(client: FlaskClient, seq: int) -> tuple[list[str], list[str]]:
    """The figures above the total line of an explanation, and the total."""
    page = read(client, f"/points/movements/{seq}")
    above, _, below = page.partition("why__step--total")
    figures = re.findall(r"<b>([^<]+)</b>", above[above.index('<div class="why">') :])
    return figures, re.findall(r"<b>([^<]+)</b>", below)[:1]


def value(figure: str) -> float:
    return float(figure.replace(",", "").replace("−", "-").replace("+", ""))


def post(dealer_id: int, act: Callable[[Book, Any], Posting]) -> Posting:
    def verb(session: Session, at: Any) -> Posting:
        book = open_book(session, at, dealer_id)
        posting = act(book, at)
        write(session, book)
        return posting

    return transact(verb)


def invoice(dealer_id: int, no: str, lines: list[tuple[str, tuple[str, ...], int]]) -> Posting:
    """An order document as the partners' door posts it."""
    judged = judge(RULE, grouped(lines))

    def act(book: Book, at: Any) -> Posting:
        return earn(
            book,
            parts=[Part(judged.points)],
            source="dms-east",
            key=f"{no}/1",
            reference=no,
            earned_at=at,
            expires_at=end_of_month(civil_day(at, book.zone), 12, book.zone),
            rule_version=RULE.name,
            actor="partner:dms-east",
            why={"what": "order", "document": no, "revision": 1, **judged.why, "before": 0, "change": judged.points},
        )

    return post(dealer_id, act)


def test_a_dealer_without_points_is_told_how_to_get_some(client: FlaskClient) -> None:
    page = words(read(client, "/points"))
    assert "可用积分 积分规则 0" in page
    assert "还没有积分记录" in page
    assert "还没有可用的积分" in words(read(client, "/points/lots"))
    assert "还没有用完的批次" in words(read(client, "/points/lots?state=closed"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("earned", "还没有获得积分"),
        ("used", "还没有兑换过"),
        ("returned", "没有退回的积分"),
        ("coming", "没有在途积分"),
        ("expired", "没有过期的积分"),
        ("taken-back", "没有被扣回的积分"),
        ("adjusted", "没有人工调整"),
    ],
)
def test_every_filter_says_what_is_not_there_and_leads_on(client: FlaskClient, kind: str, said: str) -> None:
    page = read(client, f"/points?kind={kind}")
    assert said in words(page)
    assert 'class="state__actions"' in page


def test_the_card_tells_what_is_there_on_its_way_and_about_to_be_lost(client: FlaskClient, ledger: Ledger) -> None:
    ledger.earn(128_460, days=200)
    ledger.earn(4_800, days=18)
    ledger.earn(8_600, days=300, active_in=8)
    page = words(read(client, "/points"))
    assert "可用积分 积分规则 133,260 截至 11月12日 20:00" in page
    assert "在途 8,600 11月20日 到账" in page
    assert "即将过期 4,800 11月30日" in page
    assert "11月30日 前有 4,800 积分到期" in page


def test_the_chart_says_all_its_values_in_its_label(client: FlaskClient, ledger: Ledger) -> None:
    ledger.earn(4_800, days=18)
    ledger.earn(21_300, days=49)
    page = read(client, "/points")
    (label,) = re.findall(r'<svg class="months"[^>]*aria-label="([^"]+)"', page)
    assert label.startswith("2026年11月到期 4,800，2026年12月到期 21,300，2027年1月到期 0")
    assert page.count("months__bar--soon") == 1


def test_expired_points_are_not_shown_as_available_before_any_sweep(
    client: FlaskClient, ledger: Ledger, clock: Clock
) -> None:
    ledger.earn(100, days=1)
    ledger.earn(40, days=90)
    clock.tick(days=2)
    assert "可用积分 积分规则 40" in words(read(client, "/points"))
    assert "可用积分 积分规则 40" in words(read(client, "/points/balance", part=True))
    assert "100 积分" not in words(read(client, "/points/lots"))
    assert "已过期 100" in words(read(client, "/points/lots?state=closed"))


def test_pages_of_history_meet_without_gaps_with_and_without_script(client: FlaskClient, ledger: Ledger) -> None:
    for _ in range(47):
        ledger.earn(10)
    for part in (False, True):
        seen: list[int] = []
        url: str | None = "/points"
        while url:
            page = read(client, url, part=part and bool(seen))
            seen += rows(page)
            more = re.search(r'class="pager"><a class="[^"]*" href="([^"]+)" hx-get="([^"]+)"', page)
            assert not more or more[1] == more[2]
            url = html.unescape(more[1]) if more else None
        assert seen == list(range(47, 0, -1))


def test_a_month_has_one_head_over_all_its_parts(
    client: FlaskClient, people: Cast, ledger: Ledger, clock: Clock
) -> None:
    for _ in range(15):
        ledger.earn(10, days=400)
    clock.tick(days=30)
    sign_in(client, people.buyer)
    for _ in range(10):
        ledger.earn(10, days=400)
    page = read(client, "/points")
    assert "2026年12月 获得 100 " in words(page)
    assert "2026年11月 获得 150 " in words(page)
    (more,) = re.findall(r'hx-get="(/points\?[^"]+)"', page)
    assert "history__month" not in read(client, html.unescape(more), part=True)
    assert "2026年11月 获得 150 " in words(read(client, html.unescape(more)))


def test_an_order_with_coefficients_adds_up_line_by_line(client: FlaskClient, people: Cast) -> None:
    invoice(people.linan.id, "SO2610-3381", [("", (), 86_000_05), ("壁挂炉", ("custom_made",), 21_340_30)])
    figures, total = steps(client, 1)
    assert figures == ["10,734.035", "+1,707.224", "−0.259"]
    assert total == ["12,441"]
    assert sum(map(value, figures)) == pytest.approx(12_441)
    said = why(client, 1)
    assert "进货额 ¥107,340.35 每 10 元 1 积分" in said
    assert "壁挂炉·定制品 系数 ×1.8 其中 ¥21,340.30" in said
    assert "规则 standard 第 3 版" in said
    assert "2027年11月30日 到期" in said


def test_a_capped_order_says_what_the_cap_took(client: FlaskClient, people: Cast) -> None:
    invoice(people.linan.id, "SO1", [("", (), 900_000_00)])
    figures, total = steps(client, 1)
    assert (figures, total) == (["90,000", "−40,000"], ["50,000"])
    assert "每单最多 50,000 积分" in why(client, 1)


def test_a_later_revision_says_what_was_credited_before(client: FlaskClient, ledger: Ledger, people: Cast) -> None:
    judged = judge(RULE, grouped([("", (), 30_000_00)]))

    def act(book: Book, at: Any) -> Posting:
        return earn(
            book,
            parts=[Part(1_000)],
            source="dms-east",
            key="SO1/2",
            reference="SO1",
            earned_at=at,
            expires_at=end_of_month(civil_day(at, book.zone), 12, book.zone),
            rule_version=RULE.name,
            actor="partner:dms-east",
            why={"what": "order", "document": "SO1", "revision": 2, **judged.why, "before": 2_000, "change": 1_000},
        )

    post(people.linan.id, act)
    assert steps(client, 1) == (["3,000", "−2,000"], ["1,000"])
    assert "此前版本已入账 这是单据的第 2 版" in why(client, 1)
    assert "进货单更正，补发积分" in words(read(client, "/points"))


def test_a_redemption_says_what_it_was_for_and_which_lots_paid(
    client: FlaskClient, ledger: Ledger, people: Cast
) -> None:
    ledger.earn(10_000, days=18, reference="invoice/536365")
    ledger.earn(20_000, days=90)
    item = {
        "code": "POT",
        "sku": "POT-5",
        "names": {"en": "Cooker", "zh_Hans": "智能电压力锅 5L"},
        "quantity": 2,
        "points": 18_800,
    }
    post(
        people.linan.id,
        lambda book, _: spend(
            book,
            points=18_800,
            source="mall",
            key="order/1",
            actor=f"member:{people.buyer.id}",
            why={"what": "redemption", "order": "R20261112-0001", "items": [item]},
        ),
    )
    row = words(read(client, "/points"))
    assert "兑换 智能电压力锅 5L 2 件 11月12日 20:00 方晓棠（采购） −18,800 余 11,200" in row
    said = why(client, 3)
    assert "智能电压力锅 5L 9,400 积分 × 2 件 −18,800" in said
    assert "2026年11月 进货积分 单据 536365，11月30日 到期 −10,000" in said
    assert "−8,800" in said
    assert 'href="/orders/R20261112-0001"' in read(client, "/points/movements/3")


def test_a_cancelled_order_says_into_which_lots_the_points_came_back(
    client: FlaskClient, ledger: Ledger, people: Cast, clock: Clock
) -> None:
    ledger.earn(100, days=2)
    ledger.earn(100, days=90)
    spent = ledger.spend(150)
    clock.tick(days=3)
    post(
        people.linan.id,
        lambda book, _: refund(
            book,
            spend_journal=spent.journal_id,
            points=150,
            source="mall",
            key="order/1/cancellation",
            actor="member:1",
            why={"what": "cancellation", "order": "R1"},
        ),
    )
    (seq,) = rows(read(client, "/points?kind=returned"))
    said = why(client, seq)
    assert "退回到了哪里" in said
    assert "退回原批次" in said
    assert "退到宽限批次 原批次已到期，11月22日 到期 +100" in said


def test_an_expiry_says_which_lot_and_from_when(
    client: FlaskClient, people: Cast, ledger: Ledger, clock: Clock
) -> None:
    ledger.earn(1_200, days=18, reference="invoice/536370")
    clock.tick(days=25)
    ledger.expire()
    sign_in(client, people.buyer)
    assert "积分过期 11月30日 到期 −1,200 余 0" in words(read(client, "/points"))
    assert "为什么过期 2026年11月 进货积分 单据 536370，11月30日 到期 −1,200" in why(client, 2)


def test_a_return_says_its_share_and_what_is_owed_from_now_on(client: FlaskClient, people: Cast) -> None:
    invoice(people.linan.id, "SO1", [("", (), 30_000_00)])
    Ledger(people.linan.id).spend(2_900)
    post(
        people.linan.id,
        lambda book, at: claw_back(
            book,
            points=1_500,
            reference="SO1",
            source="dms-east",
            key="RT1/1",
            effective_at=at,
            actor="partner:dms-east",
            why={
                "what": "return",
                "document": "RT1",
                "revision": 1,
                "purchase": "SO1",
                "rule": "standard/3",
                "earned": 3_000,
                "weight": 30_000_00 * 10_000,
                "returned": 15_000_00 * 10_000,
                "reclaimed": 1_500,
                "before": 3_000,
                "change": -1_500,
            },
        ),
    )
    page = words(read(client, "/points"))
    assert "待抵扣 1,400" in page
    assert "之后获得的积分先抵扣这一部分" in page
    assert "退货扣回 11月12日 20:00 退货单 RT1 −1,500 欠 1,400" in page
    said = why(client, 3)
    assert "退货应扣回 退回占原单 50%，原单获得 3,000 积分 −1,500" in said
    assert "从可用积分扣回" in said
    assert "余额不足，记为待抵扣 以后获得的积分先抵扣这一部分 −1,400" in said
    invoice(people.linan.id, "SO2", [("", (), 20_000_00)])
    said = why(client, 4)
    assert "抵扣此前欠下的积分 −1,400" in said
    assert "可用积分增加 +600" in said


def test_a_second_return_says_what_the_first_one_took(client: FlaskClient, ledger: Ledger, people: Cast) -> None:
    ledger.earn(5_000)
    share = {"earned": 3_000, "weight": 300, "returned": 200, "reclaimed": 2_000, "before": 2_000, "change": -1_000}
    post(
        people.linan.id,
        lambda book, at: claw_back(
            book,
            points=1_000,
            reference=None,
            source="dms-east",
            key="RT2/1",
            effective_at=at,
            actor="partner:dms-east",
            why={"what": "return", "document": "RT2", "revision": 1, "purchase": "SO1", "rule": "standard/3", **share},
        ),
    )
    assert steps(client, 2) == (["−2,000", "+1,000"], ["−1,000"])


def test_a_return_without_its_purchase_says_its_amount(client: FlaskClient, ledger: Ledger, people: Cast) -> None:
    ledger.earn(5_000)
    judged = judge_return(RULE, grouped([("", (), 1_234_56)]))
    post(
        people.linan.id,
        lambda book, at: claw_back(
            book,
            points=judged.points,
            reference=None,
            source="dms-east",
            key="RT3/1",
            effective_at=at,
            actor="partner:dms-east",
            why={
                "what": "return",
                "document": "RT3",
                "revision": 1,
                **judged.why,
                "before": 0,
                "change": -judged.points,
            },
        ),
    )
    assert steps(client, 2) == (["−123.456", "+0.456"], ["−123"])
    assert "退货额 ¥1,234.56" in why(client, 2)


def test_points_that_had_expired_already_are_not_taken_twice(client: FlaskClient, ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=1, reference="SO1")
    ledger.earn(50, days=90)
    clock.tick(days=2)
    ledger.claw_back(100, reference="SO1")
    (seq,) = rows(read(client, "/points?kind=taken-back"))
    said = why(client, seq)
    assert "从已过期积分扣回，不再重复扣" in said
    assert "其中先前已过期，余额不再扣 +100" in said
    assert "可用积分 积分规则 50" in words(read(client, "/points"))


def test_an_adjustment_says_its_reason(client: FlaskClient, ledger: Ledger, people: Cast) -> None:
    ledger.adjust(500)
    ledger.adjust(-200)
    page = words(read(client, "/points?kind=adjusted"))
    assert "积分调整 11月12日 20:00 关怀补偿 +500 余 500" in page
    assert "−200 余 300" in page
    assert "为什么调整 关怀补偿 +500" in why(client, 1)
    post(
        people.linan.id,
        lambda book, _: adjust(
            book, points=-1, reason="<b>盘点</b>", source="desk", key="x", actor="staff:1", fund_code="m"
        ),
    )
    assert "&lt;b&gt;盘点&lt;/b&gt;" in read(client, "/points")


def test_points_on_their_way_arrive_in_a_row_of_their_own(client: FlaskClient, ledger: Ledger, clock: Clock) -> None:
    ledger.earn(8_600, days=300, active_in=8)
    assert "进货获得积分 11月20日 到账 进货单 k1 +8,600 在途" in words(read(client, "/points"))
    clock.tick(days=9)
    ledger.expire()
    assert "在途积分到账 11月21日 20:00 +8,600 余 8,600" in words(read(client, "/points"))
    assert "为什么到账" in why(client, 2)
    assert rows(read(client, "/points?kind=coming")) == [2, 1]


def test_points_that_came_too_late_say_so(client: FlaskClient, ledger: Ledger) -> None:
    ledger.earn(300, days=-30, earned_ago=400)
    assert "到账时已过有效期 −300" in why(client, 1)
    assert "可用积分 积分规则 0" in words(read(client, "/points"))


def test_a_stopped_account_says_that_points_still_come_in(client: FlaskClient, ledger: Ledger) -> None:
    ledger.earn(10)

    def stop(session: Session, _at: Any) -> None:
        session.execute(update(Account).values(status=int(AccountStatus.NO_SPENDING)))

    transact(stop)
    assert "账户已暂停兑换" in words(read(client, "/points"))


def test_lots_page_in_the_order_of_spending_with_and_without_script(client: FlaskClient, ledger: Ledger) -> None:
    for number in range(45):
        ledger.earn(10 + number, days=30 + number % 7)
    for part in (False, True):
        seen: list[str] = []
        url: str | None = "/points/lots"
        while url:
            page = read(client, url, part=part and bool(seen))
            seen += re.findall(r"单据 (k\d+)", page)
            more = re.search(r'hx-get="([^"]+)"', page)
            url = html.unescape(more[1]) if more else None
        assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize(
    "query",
    [
        "?before=0",
        "?before=-5",
        "?before=999999999999999999999999",
        "?before=１２",
        "?before=abc&kind=nonsense",
        "?kind=earned&before=1&under=2026-13",
        "?kind=%EF%BF%BD&under=%E2%80%8B",
    ],
)
def test_addresses_that_make_no_sense_show_the_page(client: FlaskClient, ledger: Ledger, query: str) -> None:
    ledger.earn(10)
    read(client, f"/points{query}")
    read(client, f"/points/lots{query}&after=999999999999999999-1&state=nonsense")
    read(client, f"/points/lots{query}&state=closed")


def test_another_dealers_movement_is_not_to_be_found(mall: Flask, people: Cast, ledger: Ledger) -> None:
    ledger.earn(10)
    stranger = mall.test_client()
    sign_in(stranger, people.other_owner)
    read(stranger, "/points/movements/1", 404)
    read(stranger, f"/points/movements/{10**40}", 404)
    assert "进货获得积分" not in read(stranger, "/points")


def test_a_clerk_may_look(mall: Flask, people: Cast, ledger: Ledger) -> None:
    ledger.earn(10)
    clerk = mall.test_client()
    sign_in(clerk, people.clerk)
    for path in ("/points", "/points/lots", "/points/movements/1", "/points/rules", "/points/balance"):
        read(clerk, path)


def test_pages_are_kept_by_nobody_and_differ_for_htmx(client: FlaskClient, ledger: Ledger) -> None:
    ledger.earn(10)
    for path in ("/points", "/points/lots", "/points/movements/1", "/points/rules"):
        answer = client.get(path, base_url="https://localhost")
        assert "no-store" in answer.headers["Cache-Control"]
        assert "HX-Request" in answer.headers["Vary"]


def test_the_account_costs_few_statements_and_few_bytes(client: FlaskClient, people: Cast) -> None:
    for number in range(25):
        invoice(people.linan.id, f"SO{number}", [("", (), 86_000_05), ("壁挂炉", ("custom_made",), 21_340_30)])
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    page = read(client, "/points")
    asked = [statement for statement in sent if statement.startswith(("SELECT", "WITH"))]
    assert len(asked) <= 12, asked
    assert len(gzip.compress(page.encode())) < 14 * 1024
    (more,) = re.findall(r'hx-get="(/points\?[^"]+)"', page)
    assert len(gzip.compress(read(client, html.unescape(more), part=True).encode())) < 6 * 1024


def test_the_rules_page_tells_the_rule_of_the_day_with_an_example(client: FlaskClient, people: Cast) -> None:
    page = words(read(client, "/points/rules"))
    assert "进货积分规则正在准备" in page
    assert "退回的积分另给 7 天宽限" in page
    for source, version, per_yuan in ((None, 1, 500), (None, 2, 1_000), ("dms-east", 1, 2_000)):
        transact(add_rule, source=source, version=version, per_yuan=per_yuan)
    page = words(read(client, "/points/rules"))
    assert "每 10 元 1 积分 规则 standard 第 2 版 2026年2月1日 起" in page
    assert "壁挂炉 系数 ×1.2" in page
    assert "定制品 系数 ×1.5" in page
    assert "例如今天一张 ¥12,345.67 的普通进货单，得 1,234 积分，2027年11月底到期。" in page
    assert "其他版本 每 100 元 5 积分 规则 standard 第 1 版" in page


def add_rule(session: Session, now: Any, *, source: str | None, version: int, per_yuan: int) -> None:
    if source:
        session.add(
            Partner(
                source=source,
                name="东部进销存",
                unknown_dealers=UnknownDealers.PARK,
                region="",
                channel_level=ChannelLevel.COUNTY,
                created_at=now,
            )
        )
        session.flush()
    session.add(
        EarningRule(
            programme_id=1,
            code="standard" if source is None else "east",
            version=version,
            source=source,
            from_on=date(2026, version, 1),
            points_per_yuan=per_yuan,
            minimum_fen=0,
            rounding=Rounding.FLOOR,
            validity_months=12,
            categories={"壁挂炉": 12_000},
            flags={"custom_made": 15_000, "standard": 10_000},
            unit_value=0,
            created_at=now,
            created_by="system",
        )
    )
