"""Card codes come in as a spreadsheet by the same dry run: rows keep their numbers, what was lost is told."""

from __future__ import annotations

import io
import re
import time
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall.dealers.models import StaffRole
from mall.rewards.models import CodeState
from mall.rewards.rules.codes import MOST_ROWS
from mall.web.db import transact
from tests.base.xlsx import book, parts, zipped
from tests.cast import cast, sign_in
from tests.rewards.scene import CARD, SEAL, codes, set_up, stock

BASE = "https://localhost"


@pytest.fixture
def desk(mall: Flask) -> FlaskClient:
    transact(set_up)
    people = transact(cast, seal=SEAL)
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.FULFILMENT])
    return client


def look_at(desk: FlaskClient, raw: bytes, name: str = "到货.xlsx") -> Any:
    data = {"sku": CARD, "text": "", "until": "", "file": (io.BytesIO(raw), name)}
    return desk.post("/desk/vault/batches", data=data, base_url=BASE, content_type="multipart/form-data")


def shown(desk: FlaskClient, answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    page = desk.get(answer.location, base_url=BASE)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_a_spreadsheet_goes_the_same_road_and_its_rows_keep_their_numbers(desk: FlaskClient) -> None:
    def write(made: Any, page: Any) -> None:
        page.write_row("A1", ["卡号", "卡密", "有效期至"])
        page.write_row("A2", ["6001", "00012345"])
        page.write_number("B4", 1234567890123456789)
        page.write_formula("B5", '=A2&"-X"', value="6001-X")
        page.write_string("B6", "00012345")
        page.write_number("B7", 987654321)
        page.write_datetime("C7", date(2027, 12, 31), made.add_format({"num_format": 14}))
        page.write_string("B8", "AB\nCD-1234")

    answer = look_at(desk, book(write))
    text = shown(desk, answer)
    assert "可以导入 2 个" in text
    assert "读到 6 行，其中 4 行不会导入" in text
    assert "4 被表格软件改成了科学计数，原来的卡密已经不在里面" in text
    assert "5 是公式，不是卡密" in text
    assert "6 和前面的一行重复 （第 2 行）" in text
    assert "8 卡密里有不该有的字符" in text
    assert "2027年12月31日" in text
    assert stock() == 0
    assert desk.post(f"{answer.location}/taking", data={"good": "2"}, base_url=BASE).status_code == 303
    assert stock() == 2
    free = codes(CodeState.FREE)
    assert sorted(SEAL.open(one.code_sealed, f"card_code:code:{one.id}") for one in free) == ["00012345", "987654321"]


def test_one_column_is_the_code_whatever_signs_are_in_it(desk: FlaskClient) -> None:
    text = shown(desk, look_at(desk, book([["AB,CD;1|2"], ['"Q"-1234'], ["AB\tCD-99"]])))
    assert "可以导入 2 个" in text, "no sign parts what a spreadsheet holds as one"
    assert "3 卡密里有不该有的字符" in text


def test_signs_that_xml_cannot_hold_are_no_part_of_a_code(desk: FlaskClient) -> None:
    cells = ["AB_x0000_CD-1", "AB_xD800_CD-2", "AB_x000A_CD-3", "AB_x0041_CD-4"]
    rows = "".join(f'<row><c t="inlineStr"><is><t>{cell}</t></is></c></row>' for cell in cells)
    text = shown(desk, look_at(desk, parts(rows)))
    assert "可以导入 1 个" in text
    assert "卡密里有不该有的字符 3" in text


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04 and nothing", "它不完整，或不是真正的 .xlsx"),
        (zipped({"word/document.xml": "<w/>"}), "不是真正的 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old .xls", "旧的 .xls 和加密的文件请先另存为 .xlsx"),
        (parts("<row>" + " " * (70 * 1024 * 1024) + "</row>"), "展开后太大"),
        (book([]), "读不出卡密"),
        (book([["x"]] * (MOST_ROWS + 2)), "最多读到第 50,001 行"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(desk: FlaskClient, raw: bytes, said: str) -> None:
    answer = look_at(desk, raw)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.slow
def test_twenty_thousand_codes_are_there_within_seconds(desk: FlaskClient) -> None:
    raw = book([["卡号", "卡密"], *([f"6001{n:08d}", f"PW-{n * 7919:010d}"] for n in range(20_000))])
    begun = time.monotonic()
    answer = look_at(desk, raw)
    assert desk.post(f"{answer.location}/taking", data={"good": "20000"}, base_url=BASE).status_code == 303
    took = time.monotonic() - begun
    assert stock() == 20_000
    print(f"20,000 codes looked at and taken in: {took:.1f} s")
    assert took < 60
