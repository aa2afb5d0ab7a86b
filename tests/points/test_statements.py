"""A monthly statement says what was booked in its month, ties to its neighbours, and never says anything else later."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.spreadsheet import plain
from mall.config import ROOT
from mall.dealers.models import StaffRole
from mall.points.actions import Part, capture, claw_back, earn, hold, open_book, open_books, transfer, write
from mall.points.models import Checkpoint, CheckpointLeaf, Kind
from mall.points.queries import (
    Amounts,
    Turnover,
    between,
    checkpoint_over,
    history,
    statement,
    statements,
    turnover,
)
from mall.points.views.statement_lines import line, summary
from mall.points.views.statements import LINES
from mall.points.views.words import title
from mall.web.db import db, now, transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import Clock
from tests.points.checkpointing import Keeper
from tests.points.ledger import EAST, NORTH, Ledger, found_programme

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (9, 10, 11, 12))
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile MicroMessenger/8.0.49"


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    transact(found_programme)
    return Ledger()


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


@pytest.fixture
def client(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.clerk)
    return client


@pytest.fixture
def linan(people: Cast) -> Ledger:
    return Ledger(people.linan.id)


def shanghai(month: int, day: int, hour: int = 12, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, micro, UTC) - timedelta(hours=8)


def told(month: date, dealer_id: int = EAST) -> Any:
    found = statement(db.session, dealer_id, month, now())
    db.session.rollback()
    return found


def moved(month: date) -> Turnover:
    found = told(month)
    return turnover(db.session, EAST, found.first_seq, found.last_seq)


def summed(month: date, turned: Turnover | None = None) -> Any:
    """The summary as a page tells it."""
    with current_app.test_request_context("/"):
        return summary(told(month), moved(month) if turned is None else turned)


def totals(month: date) -> dict[tuple[Kind, bool], tuple[int, int]]:
    return {(x.kind, x.less): (x.count, x.change.total) for x in moved(month).kinds}


@contextmanager
def counted() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_: object) -> None:
        sent.append(text)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def many(dealer_id: int, count: int, points: int = 10) -> None:
    """So many earnings in one transaction."""

    def verb(session: Session, at: datetime) -> None:
        book = open_book(session, at, dealer_id)
        for n in range(count):
            earn(
                book, parts=[Part(points)], source="dms", key=f"{at:%m%d%H%M%S}/{n}", reference=f"DD-{n}",
                earned_at=at, expires_at=at + timedelta(days=400), rule_version="rule/1", actor="partner:dms",
                why={"what": "order", "document": f"DD-{n}"},
            )  # fmt: skip
        write(session, book)

    transact(verb)


def test_a_statement_says_what_an_independent_list_says(ledger: Ledger, clock: Clock) -> None:
    chance, kept, spent = random.Random(7), [], []
    clock.at = shanghai(9, 3)
    ledger.earn(5_000, days=900)
    kept.append((clock.at, Kind.EARN, False, 5_000))
    for _ in range(90):
        clock.tick(hours=chance.uniform(2, 36))
        points = chance.randint(1, 400)
        what = chance.choice(["earn", "earn", "spend", "refund", "less", "more", "back"])
        if what == "earn":
            ledger.earn(points, days=900)
            kept.append((clock.at, Kind.EARN, False, points))
        elif what == "spend":
            spent.append((ledger.spend(points), points))
            kept.append((clock.at, Kind.SPEND, True, -points))
        elif what == "refund" and spent:
            posting, points = spent.pop()
            ledger.refund(posting, points)
            kept.append((clock.at, Kind.REFUND, False, points))
        elif what == "back":
            ledger.claw_back(points)
            kept.append((clock.at, Kind.CLAWBACK, True, -points))
        elif what in {"less", "more"}:
            points = points if what == "more" else -points
            ledger.adjust(points, days=900)
            kept.append((clock.at, Kind.ADJUST, points < 0, points))
    balance, clock.at = 0, shanghai(12, 1)
    for month, following in ((SEPTEMBER, OCTOBER), (OCTOBER, NOVEMBER), (NOVEMBER, DECEMBER)):
        of_month = [x for x in kept if shanghai(month.month, 1, 0) <= x[0] < shanghai(following.month, 1, 0)]
        expected: dict[tuple[Kind, bool], tuple[int, int]] = {}
        for _at, kind, less, change in of_month:
            count, total = expected.get((kind, less), (0, 0))
            expected[kind, less] = (count + 1, total + change)
        found = told(month)
        assert of_month, "the months of this test are all in use"
        assert (found.opening.total, found.closing.total) == (balance, balance + sum(x[3] for x in of_month))
        assert found.count == len(of_month)
        assert totals(month) == expected
        assert found.opening + moved(month).change == found.closing
        with current_app.test_request_context("/"):
            lines = [line(movement) for movement in between(db.session, EAST, found.first_seq, found.last_seq)]
        assert [x.change for x in lines] == [x[3] for x in of_month]
        assert [x.after for x in lines] == [balance + sum(x[3] for x in of_month[: n + 1]) for n in range(len(lines))]
        balance = found.closing.total
    assert ledger.faults() == []


def test_a_month_ends_at_midnight_in_the_programmes_zone(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(10, 31, 23, 59, 59, 999_999)
    ledger.earn(100, days=90)
    clock.at = shanghai(11, 1, 0)
    ledger.earn(7, days=90)
    clock.at = shanghai(11, 30, 23, 59, 59)
    ledger.earn(20, days=90)
    clock.at = shanghai(12, 1, 0)
    ledger.spend(3)
    assert [(x.month, x.first_seq, x.last_seq, x.closing.total) for x in statements(db.session, EAST, now())] == [
        (DECEMBER, 4, 4, 124),
        (NOVEMBER, 2, 3, 127),
        (OCTOBER, 1, 1, 100),
    ]


def test_what_took_effect_earlier_counts_in_the_month_it_was_booked(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(10, 10)
    ledger.earn(100, days=200, reference="invoice/1")
    clock.at = shanghai(11, 3)
    october = told(OCTOBER)

    def back(session: Session, at: datetime) -> None:
        book = open_book(session, at, EAST)
        claw_back(
            book, points=30, reference="invoice/1", source="dms", key="late", effective_at=shanghai(10, 20),
            actor="partner:dms", why={},
        )  # fmt: skip
        write(session, book)

    transact(back)
    assert told(OCTOBER) == october
    assert totals(NOVEMBER) == {(Kind.CLAWBACK, True): (1, -30)}
    (movement,) = between(db.session, EAST, 2, 2)
    assert movement.later_booked


def test_a_month_without_movements_keeps_the_hash_of_the_one_before(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(9, 10)
    ledger.earn(100, days=200)
    clock.at = shanghai(11, 5)
    ledger.spend(10)
    quiet, september = told(OCTOBER), told(SEPTEMBER)
    assert (quiet.count, quiet.first_seq, quiet.last_seq) == (0, 2, 1)
    assert quiet.opening == quiet.closing == september.closing == Amounts(available=100)
    assert (quiet.head_seq, quiet.head) == (september.head_seq, september.head) == (1, history_hash(1))
    assert moved(OCTOBER).kinds == ()


def history_hash(seq: int) -> bytes:
    (found,) = [x for x in history(db.session, EAST).movements if x.seq == seq]
    return bytes.fromhex(found.result["hash"])


def test_points_that_end_with_a_month_are_still_in_its_closing_and_expire_in_the_next(
    ledger: Ledger, clock: Clock
) -> None:
    clock.at = shanghai(11, 1, 0)
    ledger.earn(100, days=30)  # ends with 30 November
    ledger.earn(40, days=10)
    clock.at = shanghai(11, 30, 23, 59, 59, 999_999)
    assert ledger.expire() == 1
    clock.at = shanghai(12, 1, 0)
    assert ledger.expire() == 1
    assert told(NOVEMBER).closing == told(DECEMBER).opening == Amounts(available=100)
    assert totals(NOVEMBER)[Kind.EXPIRE, True] == (1, -40)
    assert totals(DECEMBER) == {(Kind.EXPIRE, True): (1, -100)}
    assert told(DECEMBER).closing == Amounts()


def test_an_expiry_that_was_swept_late_counts_in_the_month_it_was_booked(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(11, 5)
    ledger.earn(100, days=10)
    clock.at = shanghai(12, 3)
    november = told(NOVEMBER)
    ledger.expire()
    assert told(NOVEMBER) == november
    assert totals(DECEMBER) == {(Kind.EXPIRE, True): (1, -100)}


def test_a_statement_is_the_same_whenever_it_is_asked_for(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(10, 10)
    ledger.earn(100, days=200)
    ledger.spend(30)
    clock.at = shanghai(11, 1, 0, 10)
    first = told(OCTOBER)
    assert first.head == history_hash(2)
    clock.tick(days=3)
    ledger.earn(5, days=100)
    ledger.spend(2)
    clock.tick(days=90)
    ledger.expire()
    assert told(OCTOBER) == first
    assert summed(OCTOBER).ties


def test_a_month_is_complete_only_when_nothing_begun_in_it_can_still_be_written(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(10, 10)
    ledger.earn(100, days=200)
    for at, complete in (
        (shanghai(10, 31, 23, 59, 59), False),
        (shanghai(11, 1, 0), False),
        (shanghai(11, 1, 0, 9, 59), False),
        (shanghai(11, 1, 0, 10), True),
    ):
        clock.at = at
        assert told(OCTOBER).complete is complete, at


def test_every_closing_is_the_next_opening(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(1, 20)
    for _ in range(10):
        ledger.earn(300, days=70, active_in=20)
        if ledger.balances()[1]:
            ledger.spend(50)
        clock.tick(days=29)
    found = statements(db.session, EAST, now(), limit=24)
    assert [x.month.month for x in found] == list(range(found[0].month.month, 0, -1))
    for later, earlier in pairwise(found):
        assert later.opening == earlier.closing
        assert later.first_seq == earlier.last_seq + 1
    assert found[-1].opening == Amounts()
    for x in found:
        assert x.opening + turnover(db.session, EAST, x.first_seq, x.last_seq).change == x.closing


def test_months_are_told_newest_first_a_dozen_at_a_time(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(1, 31)
    ledger.earn(100, days=900)
    clock.at = datetime(2027, 3, 2, tzinfo=UTC)
    first = [x.month for x in statements(db.session, EAST, now())]
    assert (first[0], first[-1], len(first)) == (date(2027, 3, 1), date(2026, 4, 1), 12)
    rest = [x.month for x in statements(db.session, EAST, now(), before=first[-1])]
    assert rest == [date(2026, 3, 1), date(2026, 2, 1), date(2026, 1, 1)]
    assert statements(db.session, EAST, now(), before=rest[-1]) == []
    assert statements(db.session, EAST, now(), before=date(2099, 1, 1))[0].month == date(2027, 3, 1)


def test_holds_move_within_the_account_and_only_what_is_captured_leaves_it(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=90)

    def held(session: Session, at: datetime) -> int:
        book = open_book(session, at, EAST)
        posting = hold(book, points=60, until=at + timedelta(days=1), source="mall", key="h", actor="member:1", why={})
        write(session, book)
        return posting.journal_id

    journal = transact(held)
    assert told(NOVEMBER).closing == Amounts(available=40, held=60)

    def captured(session: Session, at: datetime) -> None:
        book = open_book(session, at, EAST)
        capture(book, hold_journal=journal, points=45, source="mall", key="c", actor="member:1", why={})
        write(session, book)

    transact(captured)
    assert totals(NOVEMBER) == {
        (Kind.EARN, False): (1, 100),
        (Kind.HOLD, False): (1, 0),
        (Kind.CAPTURE, True): (1, -45),
    }
    shown = summed(NOVEMBER)
    assert shown.ties
    assert shown.columns == ["可用", "冻结", "合计"]
    assert [row.figures for row in shown.kinds] == [
        ["+100", "0", "+100"],
        ["−60", "+60", "0"],
        ["+15", "−60", "−45"],
    ]


def test_a_transfer_is_told_on_both_sides(ledger: Ledger) -> None:
    ledger.earn(100, days=90)

    def moved_over(session: Session, at: datetime) -> None:
        books = open_books(session, at, [EAST, NORTH])
        transfer(books[EAST], books[NORTH], points=30, source="desk", key="t", actor="staff:1", why={})
        write(session, books.values())

    transact(moved_over)
    assert totals(NOVEMBER)[Kind.TRANSFER, True] == (1, -30)
    north = told(NOVEMBER, NORTH)
    (came,) = turnover(db.session, NORTH, north.first_seq, north.last_seq).kinds
    assert (came.kind, came.less, came.change) == (Kind.TRANSFER, False, Amounts(available=30))
    with current_app.test_request_context("/"):
        names = [title(between(db.session, dealer, seq, seq)[0]) for dealer, seq in ((EAST, 2), (NORTH, 1))]
    assert names == ["转出积分", "转入积分"]


def test_what_is_owed_has_a_column_and_counts_against_the_total(ledger: Ledger) -> None:
    ledger.earn(50, days=90)
    ledger.claw_back(80)
    shown = summed(NOVEMBER)
    assert shown.columns == ["可用", "待抵扣", "合计"]
    assert [row.figures for row in shown.kinds] == [["+50", "0", "+50"], ["−50", "+30", "−80"]]
    assert shown.closing.figures == ["0", "30", "−30"]


def test_a_statement_that_does_not_tie_says_so(ledger: Ledger) -> None:
    ledger.earn(50, days=90)
    assert not summed(NOVEMBER, Turnover(())).ties


def test_the_checkpoint_shown_is_the_first_at_or_after_the_statements_hash(ledger: Ledger) -> None:
    ledger.earn(50, days=90)
    ledger.spend(1)
    ledger.spend(1)
    assert checkpoint_over(db.session, EAST, 2) is None
    db.session.rollback()

    def sealed(session: Session, at: datetime) -> None:
        for no, seq in ((1, 1), (2, 3)):
            checkpoint = {
                "root": bytes(32),
                "previous": None,
                "hash": bytes([no] * 32),
                "key_id": "k",
                "signature": b"s",
            }
            leaf = {"dealer_id": EAST, "account_no": 0, "seq": seq, "head_hash": bytes(32)}
            session.execute(insert(Checkpoint).values(no=no, taken_at=at + timedelta(hours=no), leaves=1, **checkpoint))
            session.execute(insert(CheckpointLeaf).values(checkpoint_no=no, **leaf))

    transact(sealed)
    found = [checkpoint_over(db.session, EAST, seq) for seq in (1, 2, 3, 4)]
    assert [x and x.checkpoint_no for x in found] == [1, 2, 2, None]
    assert checkpoint_over(db.session, NORTH, 1) is None


def test_a_statement_takes_as_many_reads_of_a_long_history_as_of_a_short_one(ledger: Ledger, clock: Clock) -> None:
    clock.at = shanghai(9, 1)
    many(EAST, 4)
    clock.at = shanghai(10, 5)
    many(EAST, 4)
    clock.at = shanghai(11, 5)
    many(EAST, 2)
    reads = []
    for _ in range(2):
        with counted() as sent:
            found = statement(db.session, EAST, OCTOBER, now())
            turnover(db.session, EAST, found.first_seq, found.last_seq)
            between(db.session, EAST, found.first_seq, found.first_seq + 3)
            statements(db.session, EAST, now())
        db.session.rollback()
        reads.append(sent)
        many(EAST, 700)
        clock.tick(days=1)
    assert reads[0] == reads[1]
    # A statement in three reads, its totals in one, its movements in two, the list of months in three.
    assert len([x for x in reads[0] if not x.startswith("BEGIN")]) == 9


@pytest.mark.parametrize("month", [date(2026, 8, 1), date(2027, 1, 1), date(2099, 12, 1), date(2000, 1, 1)])
def test_a_month_before_the_first_entry_or_to_come_has_no_statement(ledger: Ledger, clock: Clock, month: date) -> None:
    clock.at = shanghai(9, 1, 0)
    ledger.earn(1, days=400)
    clock.at = shanghai(12, 31, 23, 59, 59)
    with pytest.raises(NotFound):
        statement(db.session, EAST, month, now())
    assert told(DECEMBER).closing == Amounts(available=1)


def test_an_account_without_entries_has_no_statements(ledger: Ledger) -> None:
    assert statements(db.session, EAST, now()) == []
    with pytest.raises(NotFound):
        statement(db.session, EAST, NOVEMBER, now())


# The pages.


def read(client: FlaskClient, url: str, status: int = 200, **headers: str) -> str:
    answer = client.get(url, base_url="https://localhost", headers=headers)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def words(page: str) -> str:
    said = page.partition("<main")[2] or page
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", said)))


def test_a_dealer_without_points_is_told_when_statements_begin(client: FlaskClient) -> None:
    assert "还没有对账单" in words(read(client, "/points/statements"))
    assert "没有这个月的对账单" in words(read(client, "/points/statements/2026-11", 404))


def test_the_points_page_leads_to_the_statements_and_they_to_each_month(client: FlaskClient, linan: Ledger) -> None:
    linan.earn(1_000, days=300)
    assert 'href="/points/statements"' in read(client, "/points")
    page = read(client, "/points/statements")
    assert 'href="/points/statements/2026-11"' in page
    assert "2026年11月 未结 期初 0 1 笔 1,000 +1,000" in words(page)


def test_a_statement_tells_dealer_period_figures_and_hash(client: FlaskClient, linan: Ledger, clock: Clock) -> None:
    clock.at = shanghai(10, 8, 9, 30)
    linan.earn(1_000, days=70, reference="invoice/DD-7")
    clock.at = shanghai(10, 9, 20, 3)
    linan.spend(250)
    clock.at = shanghai(11, 12)
    page = read(client, "/points/statements/2026-10")
    said = words(page)
    assert "年轮积分 月度对账单 2026年10月 750 积分 期末结余" in said
    assert "经销商 华东·临安恒泰商贸" in said
    assert "2026年10月1日至2026年10月31日 按 Asia/Shanghai 时间的记账日" in said
    assert "期初 0 获得 1 笔 +1,000 兑换 1 笔 −250 期末 750" in said
    assert "期初 0，本月 +750，期末 750，逐项相符" in said
    assert "10月8日 进货获得积分 09:30 进货单 DD-7 +1,000 1,000 10月9日 兑换礼品 20:03 −250 750 期末结余 750" in said
    assert "2026年12月底前 750" in said
    digest = told(OCTOBER, linan.dealer_id).head.hex()
    assert f'data-copy="{digest}"' in page
    assert re.sub(r"<[^>]+>", "", page[page.index('id="statement-hash">') + 20 :].partition("</p>")[0]) == digest
    assert "账户第 2 笔的校验码" in said
    assert "还没有签名存证" in said


def test_old_statements_say_nothing_of_what_is_about_to_be_lost(
    client: FlaskClient, linan: Ledger, clock: Clock
) -> None:
    clock.at = shanghai(9, 8)
    linan.earn(1_000, days=170)
    clock.at = shanghai(11, 12)
    assert "未来半年到期" in words(read(client, "/points/statements/2026-10"))
    assert "未来半年到期" not in words(read(client, "/points/statements/2026-09"))


def test_points_on_their_way_show_what_moved_between_balances(client: FlaskClient, linan: Ledger, clock: Clock) -> None:
    linan.earn(300, days=90)
    linan.earn(800, days=90, active_in=3)
    clock.tick(days=4)
    linan.expire()
    said = words(read(client, "/points/statements/2026-11"))
    assert "项目 可用 在途 合计 期初 0 0 0 获得 2 笔 +300 +800 +1,100" in said
    assert "在途到账 1 笔 +800 −800 0 期末 1,100 0 1,100" in said
    assert "在途 +800 可用余额 300 +800 1,100" in said
    assert "可用 +800 在途 −800 0 1,100" in said


def test_a_quiet_month_says_so(client: FlaskClient, linan: Ledger, clock: Clock) -> None:
    clock.at = shanghai(9, 8)
    linan.earn(1_000, days=170)
    clock.at = shanghai(11, 12)
    said = words(read(client, "/points/statements/2026-10"))
    assert "这个月没有积分变动，期末与期初相同" in said
    assert "账户第 1 笔的校验码，之后到月底没有新的变动" in said


def test_a_long_month_is_read_page_by_page_and_each_page_ties(client: FlaskClient, linan: Ledger) -> None:
    count = 2 * LINES + 30
    many(linan.dealer_id, count)
    first, second, third = (words(read(client, f"/points/statements/2026-11?page={n}")) for n in (1, 2, 3))
    assert f"共 {count} 笔 第 1 页，共 3 页" in first
    assert "汇总" in first
    assert "汇总" not in second
    assert "期初结余 0" in first
    assert "转后页结余 1,000" in first
    assert "承前页结余 1,000" in second
    assert "转后页结余 2,000" in second
    assert "承前页结余 2,000" in third
    assert "目前结余 2,300" in third
    assert words(read(client, "/points/statements/2026-11?page=99")) == third
    whole = read(client, "/points/statements/2026-11?all=1")
    assert whole.count('<tr id="m') == count


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "26-11", "2026-00", "x", "2026-11-01", "1999-01"])
def test_what_is_no_month_is_not_found(client: FlaskClient, linan: Ledger, month: str) -> None:
    linan.earn(1, days=9)
    for rest in ("", ".csv"):
        read(client, f"/points/statements/{month}{rest}", 404)


@pytest.mark.parametrize("month", ["2026-10", "2026-12", "2000-01", "2099-12"])
def test_a_month_outside_of_the_account_is_refused_in_words(client: FlaskClient, linan: Ledger, month: str) -> None:
    linan.earn(1, days=9)
    for rest in ("", ".csv"):
        assert "没有这个月的对账单" in words(read(client, f"/points/statements/{month}{rest}", 404))


def test_nobody_reads_another_dealers_statement(mall: Flask, people: Cast, linan: Ledger) -> None:
    linan.earn(1, days=9)
    other = mall.test_client()
    sign_in(other, people.other_owner)
    read(other, "/points/statements/2026-11", 404)
    read(other, "/points/statements/2026-11.csv", 404)
    assert "还没有对账单" in words(read(other, "/points/statements"))


def spreadsheet(text: str) -> tuple[dict[str, list[str]], list[dict[str, str]]]:
    """The head by first cell, and the movements."""
    assert text.startswith("\ufeff")
    cells = list(csv.reader(io.StringIO(text[1:])))
    start = next(n for n, row in enumerate(cells) if row[:1] == ["序号"])
    return {row[0]: row[1:] for row in cells[:start] if row}, [
        dict(zip(cells[start], row, strict=True)) for row in cells[start + 1 :]
    ]


def test_the_spreadsheet_parses_back_and_ties(client: FlaskClient, linan: Ledger, clock: Clock) -> None:
    clock.at = shanghai(10, 8, 9, 30)
    linan.earn(1_000, days=200, reference="=HYPERLINK(1)")
    linan.spend(250)
    linan.earn(80, days=100, active_in=2)
    clock.tick(days=3)
    linan.claw_back(1_000)
    clock.at = shanghai(11, 12)
    head, rows = spreadsheet(read(client, "/points/statements/2026-10.csv"))
    found = told(OCTOBER, linan.dealer_id)
    assert head["经销商"] == ["华东·临安恒泰商贸"]
    assert head["起"] == ["2026-10-01 00:00:00", "Asia/Shanghai"]
    assert head["月份"] == ["2026-10", "已结"]
    assert head["校验码"] == [found.head.hex()]
    names = head["汇总"][1:]
    for name in names:
        at = names.index(name) + 1
        opening, closing = int(head["期初"][at]), int(head["期末"][at])
        assert opening + sum(int(row[f"{name}变动"]) for row in rows) == closing
        assert int(rows[-1][name]) == closing
        kinds = [row for key, row in head.items() if key in {"获得", "在途到账", "兑换", "扣回"}]
        assert len(kinds) == 4
        assert opening + sum(int(row[at]) for row in kinds) == closing
    assert [row["类型"] for row in rows] == ["获得", "兑换", "获得", "在途到账", "扣回"]
    assert rows[0]["记账时间"] == "2026-10-08 09:30:00"
    assert rows[0]["单据"] == "进货单 =HYPERLINK(1)"


def test_the_spreadsheet_of_a_long_month_has_every_movement_and_comes_in_pieces(
    mall: Flask, client: FlaskClient, linan: Ledger
) -> None:
    many(linan.dealer_id, 1_203, points=3)
    head, rows = spreadsheet(read(client, "/points/statements/2026-11.csv"))
    assert [int(row["序号"]) for row in rows] == list(range(1, 1_204))
    assert head["笔数"] == ["1203"]
    assert int(rows[-1]["合计"]) == 3_609 == int(head["期末"][1])
    answer = client.get("/points/statements/2026-11.csv", base_url="https://localhost")
    assert answer.headers["Content-Disposition"] == "attachment; filename=statement-LA0571-2026-11.csv"
    assert answer.content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_text_is_a_formula(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
    assert plain(-5) == -5
    assert plain("进货单 -1") == "进货单 -1"


def test_wechat_is_told_to_open_the_spreadsheet_in_a_browser(client: FlaskClient, linan: Ledger) -> None:
    linan.earn(1, days=9)
    headers = {"User-Agent": WECHAT}
    assert "请在浏览器打开" in words(read(client, "/points/statements/2026-11.csv", **headers))
    page = read(client, "/points/statements/2026-11", **headers)
    assert "data-print" not in page
    assert "微信里不能打印和下载" in words(page)


# The proof.


def checked(tmp_path: Path, proof: str, key: str, digest: str) -> subprocess.CompletedProcess[str]:
    """What the stand-alone script says, in a process that knows nothing of the mall."""
    file = tmp_path / "proof.json"
    file.write_text(proof)
    command = [sys.executable, "-I", str(ROOT / "docs" / "verify_points.py"), str(file), "--key", key, "--hash", digest]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={})


def test_a_statements_proof_is_verified_by_the_stand_alone_script(
    client: FlaskClient, linan: Ledger, clock: Clock, tmp_path: Path
) -> None:
    clock.at = shanghai(9, 8)
    linan.earn(1_000, days=200)
    clock.at = shanghai(11, 2)
    linan.spend(250)
    clock.at = shanghai(11, 12)
    assert "这些积分变动还没有存证" in words(read(client, "/points/statements/2026-11/proof.json", 409))
    signed = Keeper().take()
    assert signed is not None
    key = json.loads(read(client, "/points/statements/2026-11/proof.json"))["public_key"]
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        page = read(client, f"/points/statements/{month:%Y-%m}")
        assert "已由第 1 号签名存证覆盖，存证于 2026年11月12日" in words(page)
        (href,) = re.findall(r'href="(/points/statements/[^"]+/proof\.json)"', page)
        (digest,) = re.findall(r'data-copy="([0-9a-f]{64})"', page)
        proof = read(client, href)
        ran = checked(tmp_path, proof, key, digest)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        found = told(month, linan.dealer_id)
        closing = json.loads(proof)["statement"]["closing"]
        assert (closing["available"], closing["hash"]) == (found.closing.available, found.head.hex())
        assert checked(tmp_path, proof, key, digest[::-1]).returncode == 1


def test_a_proof_whose_checkpoint_cannot_be_read_is_told_so(client: FlaskClient, linan: Ledger) -> None:
    linan.earn(1, days=9)
    keeper = Keeper()
    assert keeper.no() == 1
    shutil.rmtree(keeper.folder.place(1))
    assert "暂时取不到校验文件" in words(read(client, "/points/statements/2026-11/proof.json", 503))


def test_nobody_gets_the_proof_of_another_dealer(mall: Flask, people: Cast, linan: Ledger) -> None:
    linan.earn(1, days=9)
    assert Keeper().no() == 1
    other = mall.test_client()
    sign_in(other, people.other_owner)
    read(other, "/points/statements/2026-11/proof.json", 404)


# At the desk.


@pytest.mark.parametrize("role", [StaffRole.FINANCE, StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR])
def test_the_desk_shows_the_dealers_own_statement(mall: Flask, people: Cast, linan: Ledger, role: StaffRole) -> None:
    linan.earn(100, days=9)
    desk = mall.test_client()
    sign_in(desk, people.staff[role])
    here = "/desk/points/dealers/LA0571"
    assert f'href="{here}/statements/2026-11"' in read(desk, here)
    page = read(desk, f"{here}/statements/2026-11")
    assert "经销商 华东·临安恒泰商贸" in words(page)
    assert f'href="{here}/movements/1"' in page
    assert f'data-copy="{told(NOVEMBER, linan.dealer_id).head.hex()}"' in page
    head, rows = spreadsheet(read(desk, f"{here}/statements/2026-11.csv"))
    assert (head["经销商编号"], len(rows)) == (["LA0571"], 1)
    read(desk, f"{here}/statements/2026-11/proof.json", 409)
    assert Keeper().no() == 1
    assert json.loads(read(desk, f"{here}/statements/2026-11/proof.json"))["statement"]["last_seq"] == 1
    for path in (f"{here}/statements/2026-10", "/desk/points/dealers/XX/statements/2026-11"):
        read(desk, path, 404)
    read(desk, "/desk/points/dealers/NB0574/statements/2026-11", 404)
