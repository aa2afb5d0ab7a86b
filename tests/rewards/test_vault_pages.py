"""The vault at the desk: a list looked at, then taken in as it was shown; a code masked, shown, replaced."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall.dealers.models import StaffRole
from mall.rewards.models import CardBatch, CodeState
from mall.rewards.rules.codes import MOST_ROWS
from mall.web.db import db, transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import Clock
from tests.rewards.scene import CARD, DINNER, SEAL, brought, codes, count, line, listed, order, pay, set_up, stock

BASE = "https://localhost"
PART = {"HX-Request": "true"}


@pytest.fixture
def people(mall: Flask) -> Cast:
    transact(set_up)
    return transact(cast, seal=SEAL)


@pytest.fixture
def desk(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.FULFILMENT])
    return client


def look_at(desk: FlaskClient, raw: bytes | None = None, **said: Any) -> Any:
    data = {"sku": CARD, "text": "", "until": ""} | said
    if raw is not None:
        data["file"] = (io.BytesIO(raw), said.get("name", "到货.csv"))
    data.pop("name", None)
    return desk.post("/desk/vault/batches", data=data, base_url=BASE, content_type="multipart/form-data")


def text_of(desk: FlaskClient, url: str) -> str:
    answer = desk.get(url, base_url=BASE)
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def held(people: Cast, order_id: int = 1) -> Any:
    """A code that 临安恒泰 holds."""
    one = [line(order_id, dealer_id=people.linan.id)]
    transact(order, lines=one)
    transact(pay, lines=one)
    return codes(CodeState.ISSUED)[-1]


def test_a_list_is_shown_row_by_row_and_taken_in_as_it_was_shown(desk: FlaskClient) -> None:
    answer = look_at(desk, "卡号,卡密\n1,AAAA-1\n2,AAAA-2\n3,AAAA-1\n4,X\n".encode("gb18030"))
    assert answer.status_code == 303
    where = answer.location
    shown = text_of(desk, where)
    assert "可以导入 2 个" in shown
    assert "读到 4 行，其中 2 行不会导入" in shown
    assert "和前面的一行重复 （第 2 行）" in shown
    assert "AAAA-1" not in shown, "codes are masked on the desk too"
    assert stock() == 0
    assert desk.post(f"{where}/taking", data={"good": "2"}, base_url=BASE).status_code == 303
    assert (stock(), count(CodeState.FREE)) == (2, 2)
    assert "已导入" in text_of(desk, where)


def test_the_list_of_what_was_not_taken_can_be_kept_before_and_after(desk: FlaskClient) -> None:
    where = look_at(desk, "卡密\nAAAA-1\n=cmd|'/c calc'!A1\u0001\n".encode()).location
    answer = desk.get(f"{where}/faults.csv", base_url=BASE)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = answer.text.lstrip("\ufeff").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("3,是公式，不是卡密")
    assert ",=" not in answer.text, "no cell is a formula"
    desk.post(f"{where}/taking", data={"good": "1"}, base_url=BASE)
    assert desk.get(f"{where}/faults.csv", base_url=BASE).text.splitlines()[1].startswith("3,是公式，不是卡密")


def test_a_number_that_does_not_fit_what_is_there_takes_nothing_in(desk: FlaskClient) -> None:
    where = look_at(desk, b"AAAA-1\nAAAA-2\n").location
    for good, status in (("1", 409), ("3", 409), ("0", 422), ("-1", 422), ("", 422), ("9" * 30, 422), ("٣", 422)):
        answer = desk.post(f"{where}/taking", data={"good": good}, base_url=BASE)
        assert answer.status_code == status, good
    assert stock() == 0


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"PK\x03\x04" + b"\x00" * 200, "不是真正的 .xlsx"),
        (b"\x00" * 64, "请上传 .xlsx、CSV 或 TXT"),
        (b"\xff\xfe\x00", "请上传 .xlsx、CSV 或 TXT"),
        ("\n".join(f"CODE{n}" for n in range(MOST_ROWS + 1)).encode(), "一批最多 50,000 行"),
        (b" \n\r\n", "请上传 .xlsx、CSV 或 TXT"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(desk: FlaskClient, raw: bytes, says: str) -> None:
    answer = look_at(desk, raw)
    assert answer.status_code == 422
    assert says in answer.text
    assert db.session.get(CardBatch, 1) is None


def test_twenty_thousand_rows_come_as_a_file_or_pasted(desk: FlaskClient) -> None:
    where = look_at(desk, listed(20_000).encode()).location
    assert "可以导入 20,000 个" in text_of(desk, where)
    assert desk.post(f"{where}/taking", data={"good": "20000"}, base_url=BASE).status_code == 303
    assert stock() == 20_000
    assert "读到 20,000 行，其中 20,000 行不会导入" in text_of(desk, look_at(desk, text=listed(20_000)).location)


def test_a_file_beyond_the_limit_is_refused(desk: FlaskClient) -> None:
    assert look_at(desk, b"A" * (9 * 1024 * 1024)).status_code == 413


def test_neither_or_both_of_file_and_paste_is_said_at_the_field(desk: FlaskClient) -> None:
    for raw, text in ((None, "  "), (b"AAAA-1", "BBBB-1")):
        answer = look_at(desk, raw, text=text)
        assert answer.status_code == 422
        assert "请上传一个文件，或粘贴卡密" in answer.text


@pytest.mark.parametrize("said", [{"sku": "NO-SUCH"}, {"sku": ""}, {"until": "2026-13-40"}, {"until": "9999-12-31"}])
def test_what_is_no_choice_or_no_day_is_refused(desk: FlaskClient, said: dict[str, str]) -> None:
    assert look_at(desk, b"AAAA-1", **said).status_code == 422


@pytest.mark.parametrize("name", ["../../etc/passwd", "<script>alert(1)</script>.csv", "名" * 300, "a\x00b", "=1+1"])
def test_a_files_name_is_only_words(desk: FlaskClient, name: str) -> None:
    answer = look_at(desk, b"AAAA-1", name=name)
    assert answer.status_code == 303
    assert "<script>alert" not in desk.get(answer.location, base_url=BASE).text


def test_a_list_that_is_dropped_is_gone(desk: FlaskClient) -> None:
    where = look_at(desk, b"AAAA-1").location
    assert desk.post(f"{where}/dropping", base_url=BASE).status_code == 303
    assert desk.get(where, base_url=BASE).status_code == 404


def test_what_runs_out_is_counted_at_the_side_and_told_on_the_page(desk: FlaskClient) -> None:
    brought(listed(25))
    brought(listed(3, "DINNER"), sku=DINNER)
    assert "需要补货" in text_of(desk, "/desk/vault")
    side = desk.get("/desk/top-ups", base_url=BASE).text
    assert re.search(r'href="/desk/vault"[^>]*>.*?<span class="side__n">1</span>', side)
    assert desk.post(f"/desk/vault/skus/{DINNER}/alarm", data={"warn_at": "2"}, base_url=BASE).status_code == 303
    assert 'class="side__n"' not in desk.get("/desk/vault", base_url=BASE).text
    for wrong in ("", "-1", "1.5", "x", "9999999"):
        answer = desk.post(f"/desk/vault/skus/{DINNER}/alarm", data={"warn_at": wrong}, base_url=BASE)
        assert answer.status_code == 422, wrong


def test_a_code_is_found_by_itself_its_number_or_its_order_and_is_masked(desk: FlaskClient, people: Cast) -> None:
    brought("卡号,卡密\n8001,FIND-ME-1\n8002,FIND-ME-2")
    code = held(people)
    for words in ("FIND-ME-1", "8001", code.order_no):
        answer = desk.post("/desk/vault/search", data={"q": words}, base_url=BASE)
        assert answer.location == f"/desk/vault/codes/{code.id}", words
    page = text_of(desk, f"/desk/vault/codes/{code.id}")
    assert "FIND-ME" not in page
    assert "华东·临安恒泰商贸" in page
    for words in ("NOWHERE", "", "%", "' OR 1=1 --"):
        assert desk.post("/desk/vault/search", data={"q": words}, base_url=BASE).location == "/desk/vault"


def test_a_code_is_shown_by_a_press_alone_and_the_look_is_told(desk: FlaskClient, people: Cast) -> None:
    brought("卡密\nSHOW-ME-1")
    code = held(people)
    url = f"/desk/vault/codes/{code.id}/reveal"
    assert desk.get(url, base_url=BASE).status_code == 405
    part = desk.post(url, base_url=BASE, headers=PART)
    assert "SHOW-ME-1" in part.text
    assert "<html" not in part.text
    whole = desk.post(url, base_url=BASE)
    assert "SHOW-ME-1" in whole.text
    assert whole.headers["Cache-Control"] == "no-store"
    assert "查看卡密，贺长风" in text_of(desk, f"/desk/vault/codes/{code.id}")


def test_a_free_code_is_shown_to_nobody(desk: FlaskClient) -> None:
    brought("卡密\nFREE-1")
    code = codes()[0]
    answer = desk.post(f"/desk/vault/codes/{code.id}/reveal", base_url=BASE)
    assert answer.status_code == 409
    assert "FREE-1" not in answer.text


def test_looking_at_very_many_codes_is_slowed_down(desk: FlaskClient, people: Cast) -> None:
    brought("卡密\nSHOW-ME-1")
    code = held(people)
    told = [desk.post(f"/desk/vault/codes/{code.id}/reveal", base_url=BASE).status_code for _ in range(31)]
    assert told == [200] * 30 + [429]


def test_a_bad_code_is_replaced_with_the_reason_and_the_new_one_shown(desk: FlaskClient, people: Cast) -> None:
    brought("卡号,卡密\n1,BAD-1\n2,GOOD-2")
    code = held(people)
    assert desk.post(f"/desk/vault/codes/{code.id}/replacement", data={"reason": " "}, base_url=BASE).status_code == 422
    answer = desk.post(f"/desk/vault/codes/{code.id}/replacement", data={"reason": "已被使用"}, base_url=BASE)
    assert answer.location != f"/desk/vault/codes/{code.id}"
    assert "作废，贺长风 已被使用" in text_of(desk, f"/desk/vault/codes/{code.id}")
    assert desk.post(f"{answer.location}/replacement", data={"reason": "也不行"}, base_url=BASE).status_code == 409


def test_a_dealer_sees_a_code_by_a_tap_with_and_without_script(mall: Flask, people: Cast, clock: Clock) -> None:
    brought("卡号,卡密\n6001,TAP-ME-1")
    code = held(people)
    client = mall.test_client()
    sign_in(client, people.buyer)
    url = f"/rewards/{code.order_id}/codes/{code.id}"
    part = client.post(url, base_url=BASE, headers=PART)
    assert "TAP-ME-1" in part.text
    assert 'data-copy="TAP-ME-1"' in part.text
    assert "<html" not in part.text
    whole = client.post(url, base_url=BASE)
    assert "TAP-ME-1" in whole.text
    assert f'href="/orders/{code.order_no}"' in whole.text
    assert whole.headers["Cache-Control"] == "no-store"
    assert client.get(url, base_url=BASE).status_code == 405
    for other in (f"/rewards/{code.order_id + 1}/codes/{code.id}", f"/rewards/{code.order_id}/codes/{code.id + 1}"):
        assert client.post(other, base_url=BASE).status_code == 404


def test_a_clerk_and_another_dealer_see_nothing(mall: Flask, people: Cast) -> None:
    brought("卡密\nTAP-ME-1")
    code = held(people)
    for who, status in ((people.clerk, 403), (people.other_owner, 404)):
        client = mall.test_client()
        sign_in(client, who)
        assert client.post(f"/rewards/{code.order_id}/codes/{code.id}", base_url=BASE).status_code == status
    assert codes()[0].revealed_at is None
