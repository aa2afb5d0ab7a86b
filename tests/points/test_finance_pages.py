"""Finance's pages: what they show, what they refuse, and spreadsheets whose numbers are numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from mall.base.seal import Seal
from mall.dealers.models import StaffRole
from mall.points.actions import Part, earn, open_book, spend, write
from mall.points.models import Checkpoint, ExpectedRate, ProofRun, Scope
from mall.web.db import db, transact
from tests.cast import Cast, Visitor, cast, sign_in
from tests.conftest import SECRET, Clock

ADDRESSES = (
    "/desk/points/proof",
    "/desk/points/liability",
    "/desk/points/roll-forward",
    "/desk/points/roll-forward?by=cohort",
    "/desk/points/breakage",
    "/desk/points/breakage?by=year",
    "/desk/points/funding",
)
SHEETS = (
    "/desk/points/liability.xlsx",
    "/desk/points/roll-forward.xlsx",
    "/desk/points/roll-forward.xlsx?by=cohort",
    "/desk/points/breakage.xlsx",
    "/desk/points/funding.xlsx",
)
NONSENSE = "?since=9999-99-99&until=-1&first=x&last=0001-01&on=0001-01-01&by=%F0%9F%92%A9"


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=Seal(SECRET))


@pytest.fixture
def desk(mall: Flask, people: Cast) -> Visitor:
    """Finance's browser, signed in."""
    client = mall.test_client()
    assert isinstance(client, Visitor)
    sign_in(client, people.staff[StaffRole.FINANCE])
    return client


@pytest.fixture
def points(people: Cast, clock: Clock) -> int:
    """临安恒泰商贸 earns 12,800 points of one fund at 0.0125, and spends 2,300; its code looks like a formula."""

    def happen(session: Any, at: datetime) -> int:
        book = open_book(session, at, people.linan.id)
        earn(
            book,
            parts=[Part(12_800)],
            source="test",
            key="gift",
            reference="DD-1",
            earned_at=at,
            expires_at=at + timedelta(days=200),
            rule_version="test/1",
            fund_code="=2+3",
            unit_value=12_500,
            actor="system",
            why={"what": "test"},
        )
        spent = spend(book, points=2_300, source="test", key="spend", actor="system", why={"what": "test"})
        write(session, book)
        return spent.journal_id

    return transact(happen)


def sheet(desk: Visitor, address: str, number: int = 1) -> list[dict[str, Any]]:
    """The rows of a sheet: by column letter what stands there, numbers as numbers."""
    answer = desk.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert ".xlsx" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
        assert b"<f>" not in book.read(f"xl/worksheets/sheet{number}.xml")
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows = []
    for row in tree.iter(f"{space}row"):
        cells: dict[str, Any] = {}
        for cell in row.iter(f"{space}c"):
            letter = "".join(sign for sign in cell.attrib["r"] if sign.isalpha())
            words = "".join(x.text or "" for x in cell.iter(f"{space}t"))
            value = cell.findtext(f"{space}v")
            cells[letter] = words if cell.attrib.get("t") == "inlineStr" else float(value) if value else None
        rows.append(cells)
    return rows


def test_pages_without_any_points_teach(desk: Visitor) -> None:
    for address in ADDRESSES:
        page = desk.get(address)
        assert page.status_code == 200, address
    assert "还没有做过" in desk.get("/desk/points/proof").text
    assert "没有未兑换的积分" in desk.get("/desk/points/liability").text
    assert "还没有发放过积分" in desk.get("/desk/points/breakage").text
    assert "这段时间没有经费往来" in desk.get("/desk/points/funding").text


def test_pages_tell_points_and_their_worth(desk: Visitor, points: int) -> None:
    liability = desk.get("/desk/points/liability").text
    assert "10,500" in liability
    assert "¥131.25" in liability
    assert "2027年5月" in liability
    funds = desk.get("/desk/points/funding").text
    assert "=2+3" in funds
    assert "−¥28.75" in funds
    proof = desk.get("/desk/points/proof").text
    assert "已对平" in proof
    assert "−2,300" in proof
    assert "逐格对平" in desk.get("/desk/points/roll-forward?by=cohort").text
    assert "已对平" in desk.get("/desk/points/roll-forward").text


def test_a_past_day_is_told_as_of_its_end(desk: Visitor, people: Cast, points: int, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)
    sign_in(desk, people.staff[StaffRole.FINANCE])
    assert "截至 2026年11月11日 24:00" in desk.get("/desk/points/liability?on=2026-11-11").text
    assert "10,500" not in desk.get("/desk/points/liability?on=2026-11-11").text
    assert "10,500" in desk.get("/desk/points/liability?on=2026-11-12").text
    assert "截至 此刻" in desk.get("/desk/points/liability?on=2026-11-14").text  # today is not over


def test_nonsense_in_the_address_is_not_asked(desk: Visitor, points: int) -> None:
    for address in (*ADDRESSES, *SHEETS):
        assert desk.get(address.partition("?")[0] + NONSENSE).status_code == 200, address


def test_others_are_refused_and_see_no_way_there(mall: Flask, people: Cast) -> None:
    for role in (StaffRole.FULFILMENT, StaffRole.MERCHANDISER, StaffRole.ACCOUNT_MANAGER):
        client = mall.test_client()
        sign_in(client, people.staff[role])
        for address in (*ADDRESSES, *SHEETS):
            assert client.get(address).status_code == 403
        rate = {"from_on": "2026-11-01", "percent": "97", "note": "curves"}
        assert client.post("/desk/points/breakage/rates", data=rate).status_code == 403
        assert 'href="/desk/points/liability"' not in client.get("/desk/sessions").text


def test_what_does_not_tie_is_shown(desk: Visitor, people: Cast, points: int) -> None:
    with db.engine.connect().execution_options(writer=True) as connection, connection.begin():
        connection.execute(text("UPDATE points_account SET held = held + 7"))
    page = desk.get("/desk/points/proof").text
    assert "2 处不平" in page
    assert "没有对上的数字" in page
    assert "+7" in page


def test_a_proofs_faults_are_told_in_plain_words_with_the_dealer(desk: Visitor, people: Cast, points: int) -> None:
    dealer = people.linan

    def found(session: Any, at: datetime) -> None:
        fault = {"code": "hash", "dealer": dealer.id, "dealer_code": dealer.code, "seq": 2, "lot": None,
                 "found": "aa", "expected": "bb", "text": "…"}  # fmt: skip
        odd = fault | {"code": "of a later version", "dealer": 12345, "dealer_code": "GONE", "seq": None, "lot": 3}
        session.add(
            ProofRun(
                id=1, started_at=at - timedelta(seconds=72, milliseconds=340), ended_at=at, scope=Scope.FULL,
                accounts=4_812, entries=190_233, checkpoints=3, faults=2, found=[fault, odd],
            )
        )  # fmt: skip
        session.add(
            Checkpoint(
                no=7, taken_at=at - timedelta(hours=3), leaves=4_812, root=b"r" * 32, previous=b"p" * 32,
                hash=b"h" * 32, key_id="ab12cd34", signature=b"s" * 64,
            )
        )  # fmt: skip

    transact(found)
    page = desk.get("/desk/points/proof").text
    for words in ("记录与其哈希不符", dealer.name, "第 2 条记录", "批次 #3", "GONE", "72.3", "190,233", "第 7 号",
                  "ab12cd34", (b"r" * 32).hex(), "距上次存证已超过两小时", "of a later version"):  # fmt: skip
        assert words in page, words


def test_what_is_new_is_proven_at_the_press_of_a_button(desk: Visitor, people: Cast, points: int) -> None:
    assert "校验新增的 2 条记录" in desk.get("/desk/points/proof").text
    assert desk.post("/desk/points/proof/runs").status_code == 303
    page = desk.get("/desk/points/proof").text
    assert "没有新增记录" in page
    assert "没有差错" in page
    assert desk.post("/desk/points/proof/runs").status_code == 303  # once more changes nothing but the record
    assert [(x.scope, x.entries, x.faults) for x in db.session.scalars(select(ProofRun).order_by(ProofRun.id))] == [
        (Scope.CHANGED, 2, 0),
        (Scope.CHANGED, 0, 0),
    ]


def test_the_rate_is_set_superseded_and_shown_with_its_history(desk: Visitor, people: Cast, points: int) -> None:
    rate = {"from_on": "2026-11-01", "percent": "97.5", "note": "历年兑换曲线"}
    answer = desk.post("/desk/points/breakage/rates?first=2026-11&last=2026-11&by=year", data=rate)
    assert answer.status_code == 303
    assert "by=year" in answer.headers["Location"]
    assert desk.post("/desk/points/breakage/rates", data=rate).status_code == 303  # the same again
    again = desk.post("/desk/points/breakage/rates", data=rate | {"percent": "96"})
    assert again.status_code == 409
    assert "已有预计兑换率 97.50%" in again.text
    assert 'value="96"' in again.text
    mended = rate | {"percent": "96", "supersede": "y"}
    assert desk.post("/desk/points/breakage/rates", data=mended).status_code == 303
    page = desk.get("/desk/points/breakage").text
    assert "96.00%" in page
    assert "已被取代" in page
    assert people.staff[StaffRole.FINANCE].name in page
    # 2,300 of the 12,288 expected, of 160.00
    assert "¥29.95" in page
    assert [(x.no, x.rate_bps) for x in db.session.scalars(select(ExpectedRate).order_by(ExpectedRate.no))] == [
        (1, 9_750),
        (2, 9_600),
    ]


WRONG: tuple[dict[str, str], ...] = (
    {"from_on": "2026-13-01"}, {"from_on": ""}, {"from_on": "0001-01-01"}, {"percent": "0"}, {"percent": "100.01"},
    {"percent": "97.123"}, {"percent": "NaN"}, {"percent": "-3"}, {"percent": "１２"}, {"percent": ""},
    {"note": " "}, {"note": "x" * 201},
)  # fmt: skip


def test_a_rate_that_makes_no_sense_is_refused(desk: Visitor, points: int) -> None:
    for wrong in WRONG:
        sent = {"from_on": "2026-11-01", "percent": "97", "note": "curves"} | wrong
        answer = desk.post("/desk/points/breakage/rates", data=sent)
        assert answer.status_code == 422, wrong
        assert "form__error" in answer.text
    assert db.session.scalars(select(ExpectedRate)).all() == []


def test_a_spreadsheet_holds_numbers_as_numbers_and_codes_as_text(desk: Visitor, points: int) -> None:
    by_fund = sheet(desk, "/desk/points/liability.xlsx", 3)
    row = next(row for row in by_fund if row.get("A") == "=2+3")
    assert (row["B"], row["C"], row["D"], row["E"], row["F"]) == (0, 10_500, 0, 10_500, 131.25)
    assert by_fund[-1]["A"] == "合计"
    assert by_fund[0]["A"] == "积分负债"
    funds = sheet(desk, "/desk/points/funding.xlsx")
    row = next(row for row in funds if row.get("A") == "=2+3")
    assert list(row.values())[1:7] == [0, 0, 12_800, 160.0, -2_300, -28.75]
    months = sheet(desk, "/desk/points/roll-forward.xlsx")
    assert months[-2]["A"] == "2026年11月"
    assert (months[-2]["C"], months[-2]["D"], months[-2]["J"]) == (12_800, -2_300, 10_500)
    cohorts = sheet(desk, "/desk/points/roll-forward.xlsx?by=cohort")
    assert (cohorts[-2]["A"], cohorts[-2]["B"], cohorts[-2]["K"]) == ("2026年11月", "2027年5月", 10_500)
    cohort = sheet(desk, "/desk/points/breakage.xlsx")[-2]
    assert (cohort["B"], cohort["C"], cohort["G"], cohort["J"]) == (12_800, 2_300, 160.0, 28.75)


def test_a_report_reads_in_few_statements(desk: Visitor, points: int) -> None:
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    for address in ADDRESSES:
        sent.clear()
        desk.get(address)
        assert len(sent) <= 24, (address, len(sent))
