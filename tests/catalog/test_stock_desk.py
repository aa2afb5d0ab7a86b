"""The desk's pages of stock: what is typed, what is told, and what they cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall.dealers.models import StaffRole
from mall.web.db import transact
from tests.cast import Cast, Visitor, cast, sign_in
from tests.catalog.conftest import statements
from tests.catalog.conftest import stock_up as fill
from tests.catalog.stocktaking import FAR, MAIN, all_ties, begin, count_all, deliver, houses, left, level, lies
from tests.conftest import Clock

GREY, PINE, CARD = "TB-750-GREY", "TB-750-PINE", "CARD-500-1"


@pytest.fixture
def people(mall: Flask) -> Cast:
    """The cast, a catalogue, two warehouses."""
    everybody = transact(cast, seal=mall.extensions["seal"])
    transact(fill)
    transact(houses)
    deliver(GREY, 10)
    return everybody


@pytest.fixture
def desk(mall: Flask, people: Cast) -> Callable[[StaffRole], FlaskClient]:
    """A browser at the desk, signed in as somebody of a role."""

    def open_as(role: StaffRole) -> FlaskClient:
        visitor: Visitor = mall.test_client()  # type: ignore[assignment]
        sign_in(visitor, people.staff[role])
        return visitor

    return open_as


@pytest.fixture
def buyer(desk: Callable[[StaffRole], FlaskClient]) -> FlaskClient:
    return desk(StaffRole.MERCHANDISER)


@pytest.fixture
def keeper(desk: Callable[[StaffRole], FlaskClient]) -> FlaskClient:
    return desk(StaffRole.FULFILMENT)


def supply(key: str = "delivery-0001", **said: str) -> dict[str, str]:
    return {"key": key, "pieces": "6", "warehouse": MAIN, "reference": "SH-1"} | said


def test_a_delivery_is_taken_in_once(buyer: FlaskClient) -> None:
    for _ in range(2):
        assert buyer.post(f"/desk/stock/{PINE}/supply", data=supply()).status_code == 303
    assert (left(PINE), lies(PINE)) == (8, {MAIN: 6})
    page = buyer.get(f"/desk/stock/{PINE}").text
    assert "SH-1" in page
    assert "到货" in page


@pytest.mark.parametrize("pieces", ["", "0", "-3", "1.5", "many", "9" * 30])
def test_what_is_no_number_of_pieces_is_told_at_the_field(buyer: FlaskClient, pieces: str) -> None:
    answer = buyer.post(f"/desk/stock/{PINE}/supply", data=supply(pieces=pieces, reference="SH-7"))
    assert answer.status_code == 422
    assert "请填写 1 至 1000000 的整数" in answer.text
    assert "SH-7" in answer.text, "what was typed stays"
    assert left(PINE) == 2


def test_a_warehouse_that_is_not_there_and_codes_are_told_in_words(buyer: FlaskClient) -> None:
    answer = buyer.post(f"/desk/stock/{PINE}/supply", data=supply(warehouse="NO-1"))
    assert (answer.status_code, "没有这个仓库" in answer.text) == (409, True)
    answer = buyer.post(f"/desk/stock/{CARD}/supply", data=supply(key="delivery-0002"))
    assert (answer.status_code, "卡密库" in answer.text) == (409, True)
    assert buyer.get("/desk/stock/NO-SUCH").status_code == 404


def test_a_correction_wants_a_reason_that_fits(keeper: FlaskClient) -> None:
    said = {"key": "correct-0001", "way": "more", "pieces": "1", "reason": "damaged", "remark": "x", "warehouse": MAIN}
    answer = keeper.post(f"/desk/stock/{GREY}/adjustment", data=said)
    assert (answer.status_code, "对不上" in answer.text) == (422, True)
    assert keeper.post(f"/desk/stock/{GREY}/adjustment", data=said | {"remark": ""}).status_code == 422
    assert keeper.post(f"/desk/stock/{GREY}/adjustment", data=said | {"way": "less"}).status_code == 303
    answer = keeper.post(
        f"/desk/stock/{GREY}/adjustment", data=said | {"way": "less", "pieces": "10", "key": "correct-0002"}
    )
    assert (answer.status_code, "只有 9 件" in answer.text) == (409, True)
    assert left(GREY) == 13


def test_levels_are_kept_and_a_stale_form_is_not(buyer: FlaskClient, keeper: FlaskClient) -> None:
    said = {"warning": "20", "safety": "5", "lead_days": "10", "pack_size": "6", "revision": "0"}
    assert buyer.post(f"/desk/stock/{GREY}/levels", data=said | {"warning": "4"}).status_code == 422
    assert buyer.post(f"/desk/stock/{GREY}/levels", data=said).status_code == 303
    assert buyer.post(f"/desk/stock/{GREY}/levels", data=said | {"safety": "6"}).status_code == 409
    page = buyer.get("/desk/stock?state=warning").text
    assert GREY in page
    assert PINE not in page
    assert '<span class="side__n">1</span>' in page
    at_safety = said | {"safety": str(left(GREY)), "revision": "1"}
    assert buyer.post(f"/desk/stock/{GREY}/levels", data=at_safety).status_code == 303
    page = buyer.get("/desk/stock?state=safety").text
    assert GREY in page
    assert "到了安全库存" in page
    assert "低于" not in page
    assert buyer.post(f"/desk/stock/{GREY}/levels", data=said | {"revision": "2"}).status_code == 303
    assert "预警线 20，安全库存 5" in keeper.get(f"/desk/stock/{GREY}").text


def test_what_is_on_its_way_arrives(buyer: FlaskClient, keeper: FlaskClient) -> None:
    said = supply(key="coming-00001") | {"expected_on": "2026-11-20"}
    assert buyer.post(f"/desk/stock/{PINE}/incoming", data=said).status_code == 303
    page = keeper.get(f"/desk/stock/{PINE}").text
    arrival = page.split('/arrival"')[0].rsplit('action="', 1)[1] + "/arrival"
    assert keeper.post(arrival, data={"arrived": "no"}).status_code == 422
    assert keeper.post(arrival, data={"arrived": "5"}).status_code == 303
    assert keeper.post(arrival, data={"arrived": "6"}).status_code == 404
    assert left(PINE) == 7


def test_a_sheet_is_filled_in_finished_and_posted(keeper: FlaskClient, buyer: FlaskClient, clock: Clock) -> None:
    answer = keeper.post(
        "/desk/stock/counts", data={"key": "count-000001", "warehouse": MAIN, "codes": f"{GREY} {PINE}"}
    )
    assert answer.status_code == 303
    sheet = answer.location
    assert "数完显示" in keeper.get(sheet).text
    clock.tick(minutes=3)
    said = {f"n-{GREY}": "9", f"n-{PINE}": "", "moment": "2026-11-12T20:02:00"}
    bad = keeper.post(f"{sheet}/numbers", data=said | {f"n-{PINE}": "some"})
    assert (bad.status_code, 'value="some"' in bad.text, 'value="9"' in bad.text) == (422, True, True)
    for moment in ("2026-11-12T19:00:00", "2026-11-12T21:00:00", "", "now"):
        assert keeper.post(f"{sheet}/numbers", data=said | {"moment": moment}).status_code == 422
    assert keeper.post(f"{sheet}/numbers", data=said | {"finish": "1"}).status_code == 303
    assert keeper.post(f"{sheet}/posting", data={"revision": "1"}).status_code == 409
    page = keeper.get(sheet).text
    revision = page.split('name="revision" value="')[1].split('"')[0]
    assert "过账" not in buyer.get(sheet).text.split("<main")[1].split("第二个人过账")[1]
    assert keeper.post(f"{sheet}/posting", data={"revision": revision}).status_code == 303
    assert (left(GREY), left(PINE), lies(GREY)) == (13, 2, {MAIN: 9})
    assert "已过账" in keeper.get("/desk/stock/counts").text
    all_ties()


def test_a_sheet_opened_on_the_minute_is_sent_at_once(keeper: FlaskClient, clock: Clock) -> None:
    clock.tick(seconds=0.3)
    sheet = keeper.post("/desk/stock/counts", data={"key": "count-000001", "warehouse": MAIN, "codes": GREY}).location
    clock.tick(seconds=0.3)
    as_of = keeper.get(sheet).text.split('name="as_of" value="')[1].split('"')[0]
    said = {f"n-{GREY}": "9", "as_of": as_of, "moment": "2026-11-12T20:00"}  # so a browser writes 20:00:00
    assert keeper.post(f"{sheet}/numbers", data=said).status_code == 303


def test_who_may_not_count_is_told_who_does(keeper: FlaskClient, buyer: FlaskClient) -> None:
    assert "选一个仓库开第一张盘点单" in keeper.get("/desk/stock/counts").text
    shown = buyer.get("/desk/stock/counts").text
    assert "履约或管理员开了盘点单" in shown
    assert "开一张盘点单" not in shown
    assert "选一个仓库" not in shown


def test_a_code_that_is_none_is_told_at_its_field(keeper: FlaskClient) -> None:
    said = {"key": "count-000002", "warehouse": MAIN, "codes": "NO-SUCH"}
    answer = keeper.post("/desk/stock/counts", data=said)
    assert (answer.status_code, "有货号不存在" in answer.text, "NO-SUCH" in answer.text) == (422, True, True)
    empty = keeper.post("/desk/stock/counts", data=said | {"codes": "", "warehouse": FAR, "key": "count-000003"})
    assert empty.status_code == 422
    sheet = f"/desk/stock/counts/{begin()}"
    assert keeper.post(f"{sheet}/skus", data={"codes": "NO-SUCH"}).status_code == 422
    assert keeper.post(f"{sheet}/skus", data={"codes": PINE}).status_code == 303
    assert keeper.get("/desk/stock/counts/PD0").status_code == 404


def test_a_warehouse_is_written_and_changed(buyer: FlaskClient) -> None:
    said = {"code": "GZ-1", "name": "广州分仓", "position": "5", "region": "华南", "revision": "0"}
    assert buyer.post("/desk/stock/warehouses", data=said | {"code": "广州"}).status_code == 422
    assert buyer.post("/desk/stock/warehouses", data=said).status_code == 303
    assert buyer.post("/desk/stock/warehouses", data=said | {"name": "别的"}).status_code == 409
    assert 'value="广州分仓"' in buyer.get("/desk/stock/warehouses?edit=GZ-1").text
    assert buyer.post("/desk/stock/warehouses", data=said | {"revision": "1", "closed": "y"}).status_code == 303
    assert "已停用" in buyer.get("/desk/stock/warehouses").text


@pytest.mark.parametrize(
    ("address", "most"), [("/desk/stock?q=baowenbei&state=alarm", 14), (f"/desk/stock/{GREY}", 15), ("sheet", 13)]
)
def test_a_page_costs_few_statements(keeper: FlaskClient, address: str, most: int) -> None:
    level(GREY, 20, 30)
    no = begin()
    count_all(no, {GREY: 3})
    path = f"/desk/stock/counts/{no}" if address == "sheet" else address
    keeper.get(path)
    with statements() as seen:
        assert keeper.get(path).status_code == 200
    assert len(seen) <= most, "\n".join(seen)
