"""A dealer's addresses: sealed, chosen step by step or by name, pasted, kept for an outlet; theirs alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from mall.audit.models import AuditEntry
from mall.base.seal import Seal
from mall.dealers.actions import add_address
from mall.dealers.actions.addresses import MOST
from mall.dealers.models import Address
from mall.dealers.queries.addresses import region_shown
from mall.web.db import db, reading, transact
from tests.cast import Cast, SomeMember, cast, sign_in
from tests.conftest import SECRET, Clock
from tests.divisions import LINAN, load_some
from tests.processes import at_once

LEVELS = ("province", "city", "district", "town")
REGION = dict(zip(LEVELS, LINAN, strict=True))
PLACE = {"recipient": "沈立诚", "phone": "138 0571 6207", "street": "长桥路 18 号", **REGION}
PASTED = "方晓棠 139-0571-1188 杭州临安锦城街道钱王街 826 号"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def people(app: Flask) -> Cast:
    transact(load_some)
    return transact(cast, seal=app.extensions["seal"])


def client_of(app: Flask, who: SomeMember) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client


def draft(client: FlaskClient, **data: Any) -> str:
    answer = client.post("/me/addresses/new", data=data)
    assert answer.status_code == 200
    return answer.text


def select_of(page: str, name: str) -> str:
    return page.split(f'<select class="field__input" id="{name}"')[1].split("</select>", 1)[0]


def test_addresses_are_kept_sealed_and_listed_masked(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    assert client.post("/me/addresses", data=PLACE).status_code == 303
    page = client.get("/me/addresses").text
    assert "138 **** 6207" in page
    for secret in ("13805716207", "138 0571 6207", "沈立诚", "长桥路 18 号"):
        assert secret not in page
    row = reading().scalars(select(Address)).one()
    assert row.preferred_at is not None
    assert (row.region, row.code) == ("浙江省/杭州市/临安区/锦城街道", "330112006")
    for value in reading().execute(text("SELECT * FROM address")).one():
        plain = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for secret in ("13805716207", "沈立诚", "长桥路"):
            assert secret.encode() not in plain
    whole = client.get(f"/me/addresses/{row.id}").text
    assert "13805716207" in whole
    assert "长桥路 18 号" in whole


def test_an_address_is_changed_preferred_and_removed(app: Flask, people: Cast, clock: Clock) -> None:
    client = client_of(app, people.buyer)
    for street in ("一号仓库路 1 号", "二号仓库路 2 号"):
        clock.tick(seconds=1)
        client.post("/me/addresses", data={**PLACE, "street": street})
    first, second = reading().scalars(select(Address.id).order_by(Address.id))

    def preferred() -> list[int]:
        return list(reading().scalars(select(Address.id).where(Address.preferred_at.is_not(None))))

    assert preferred() == [first]
    for _press in range(2):
        assert client.post(f"/me/addresses/{second}/preference").status_code == 303
        assert preferred() == [second]
    moved = {**PLACE, "street": "三号仓库路 3 号", "next": "/orders/new?sku=7"}
    answer = client.post(f"/me/addresses/{second}", data=moved)
    assert answer.location == f"/orders/new?sku=7&address={second}"
    assert "三号仓库路" in client.get(f"/me/addresses/{second}").text
    asked = client.get(f"/me/addresses/{second}/removal").text
    assert f'action="/me/addresses/{second}/removal"' in asked
    assert "三号仓库路 3 号" not in asked, "masked, as in the list"
    assert preferred() == [second], "asking removes nothing"
    for _press in range(2):
        assert client.post(f"/me/addresses/{second}/removal").status_code == 303, "a second press finds it gone"
        assert preferred() == [first]
    assert client.get(f"/me/addresses/{second}").status_code == 404
    assert client.post(f"/me/addresses/{second}", data=PLACE).status_code == 404
    acts = reading().scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("address."))).all()
    assert sorted(acts) == ["address.add", "address.add", "address.change", "address.prefer", "address.remove"]


def test_the_way_back_to_a_checkout_names_the_new_address_alone(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    answer = client.post("/me/addresses", data={**PLACE, "next": "/orders/new?sku=7&address=12&quantity=2"})
    kept = reading().scalar(select(Address.id))
    assert answer.location == f"/orders/new?sku=7&quantity=2&address={kept}"
    answer = client.post("/me/addresses", data={**PLACE, "street": "新路 1 号", "next": "https://evil.example/"})
    assert answer.location == "/me/addresses"


def test_the_same_address_saved_twice_is_one(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    for _press in range(2):
        assert client.post("/me/addresses", data=PLACE).status_code == 303
    client.post("/me/addresses", data={**PLACE, "outlet": "青山湖门店"})
    assert reading().scalar(select(func.count()).select_from(Address)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "12345"}, {"phone": "一三八"}, {"recipient": "  "}, {"street": "长" * 121}, {"outlet": "店" * 61},
        {"province": ""}, {"district": ""}, {"city": "3302"}, {"province": "浙江省"}, {"district": "330203"},
    ],
)  # fmt: skip
def test_a_wrong_address_is_handed_back_as_typed(app: Flask, people: Cast, wrong: dict[str, str]) -> None:
    client = client_of(app, people.owner)
    answer = client.post("/me/addresses", data={**PLACE, **wrong, "act": "save"})
    assert answer.status_code == 422
    assert "长桥路 18 号" in answer.text or "长长" in answer.text
    assert reading().scalar(select(Address.id)) is None


def test_a_district_is_enough_and_a_landline_too(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    assert client.post("/me/addresses", data={**PLACE, "town": "", "phone": "(0571) 63721234"}).status_code == 303
    row = reading().scalars(select(Address)).one()
    assert (row.region, row.code) == ("浙江省/杭州市/临安区", "330112")
    assert "0571-63721234" in client.get(f"/me/addresses/{row.id}").text


def test_an_address_keeps_its_outlet_and_its_label(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    client.post("/me/addresses", data={**PLACE, "outlet": "青山湖门店", "label": "仓库"})
    listed = client.get("/me/addresses").text
    assert "青山湖门店" in listed
    assert "仓库" in listed
    kept = reading().scalar(select(Address.id))
    assert 'value="青山湖门店"' in client.get(f"/me/addresses/{kept}").text


def adds(dealer_id: int, street: str) -> int:
    return transact(
        add_address, dealer_id=dealer_id, recipient="沈立诚", phone="13805716207", region="浙江省/杭州市/临安区",
        street=street, seal=Seal(SECRET), actor="test",
    )  # fmt: skip


def test_two_hands_at_once_keep_one_address_and_one_default(
    app: Flask, people: Cast, database_url: str, clock: Clock
) -> None:
    dealer = people.linan.id
    ids = at_once(database_url, clock(), adds, [(dealer, "长桥路 18 号")] * 3 + [(dealer, "苕溪南路 9 号")] * 2)
    db.session.rollback()
    assert len(set(ids)) == 2
    assert sorted(reading().scalars(select(Address.id))) == sorted(set(ids))
    assert reading().scalar(select(func.count()).where(Address.preferred_at.is_not(None))) == 1


def test_fifty_are_kept_and_no_more(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    said = {"region": "浙江省/杭州市/临安区", "seal": app.extensions["seal"], "actor": "test"}
    for at in range(MOST):
        transact(
            add_address, dealer_id=people.linan.id, recipient="沈立诚", phone="13805716207", street=f"{at} 号", **said
        )
    answer = client.post("/me/addresses", data=PLACE)
    assert answer.status_code == 409
    assert "最多保存 50 个地址" in answer.text
    listed = client.get("/me/addresses").text
    assert "删除不用的才能再添加" in listed
    first = reading().scalar(select(func.min(Address.id)))
    client.post(f"/me/addresses/{first}/removal")
    assert client.post("/me/addresses", data=PLACE).status_code == 303


def test_a_region_is_chosen_step_by_step_without_script(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    page = client.get("/me/addresses/new").text
    assert "浙江省" in select_of(page, "province")
    assert "disabled" in select_of(page, "city")
    page = draft(client, act="choose", recipient="沈立诚", province="33")
    assert 'value="沈立诚"' in page, "what was typed stays"
    assert "杭州市" in select_of(page, "city")
    assert "disabled" in select_of(page, "district")
    page = draft(client, act="choose", province="33", city="3301")
    assert "临安区" in select_of(page, "district")
    page = draft(client, act="choose", province="33", city="3301", district="330112")
    assert "锦城街道" in select_of(page, "town")
    page = draft(client, act="choose", province="11", city="3301", district="330112")
    assert "东城区" in select_of(page, "district"), "a new province begins anew; its one city is chosen"
    assert 'value="330112"' not in page
    page = draft(client, act="choose", province="44")
    assert "南城街道" in select_of(page, "town"), "东莞 has no districts, and is the only city of this small table"
    assert reading().scalar(select(Address.id)) is None


def test_the_steps_of_an_address_that_is_changed_lead_back_to_it(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    client.post("/me/addresses", data=PLACE)
    kept = reading().scalar(select(Address.id))
    page = draft(client, act="choose", address_id=str(kept), **{**PLACE, "province": "11"})
    assert f'action="/me/addresses/{kept}"' in page
    page = draft(client, act="choose", address_id="9" * 5_000)
    assert 'action="/me/addresses"' in page
    answer = client.post(f"/me/addresses/{kept}", data={**PLACE, "phone": "1"})
    assert (answer.status_code, f'action="/me/addresses/{kept}"' in answer.text) == (422, True)


def test_htmx_gets_the_region_alone(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    answer = client.get("/me/addresses/divisions?province=33&city=3301", headers=HTMX)
    assert answer.text.lstrip().startswith("<fieldset")
    assert "临安区" in answer.text
    assert "沈立诚" not in answer.text
    picked = client.get("/me/addresses/divisions?pick=330112006", headers=HTMX).text
    assert '<option value="330112006" selected>' in picked
    assert client.get("/me/addresses/divisions?pick=99&q=%25", headers=HTMX).status_code == 200
    assert client.get("/me/addresses/divisions").location == "/me/addresses/new"


@pytest.mark.parametrize("typed", ["临安", "linan", "laq", "LinAn", " 临 安 "])
def test_a_division_is_found_by_name_pinyin_or_initials(app: Flask, people: Cast, typed: str) -> None:
    client = client_of(app, people.owner)
    found = client.get("/me/addresses/divisions", query_string={"q": typed}, headers={**HTMX, "HX-Target": "found"})
    assert "浙江省 杭州市 临安区" in found.text
    assert 'value="330112"' in found.text
    page = draft(client, act="find", q=typed, recipient="沈立诚")
    assert 'value="330112"' in page
    page = draft(client, pick="330112", recipient="沈立诚")
    assert "锦城街道" in select_of(page, "town")
    assert 'value="沈立诚"' in page


def test_enter_in_the_search_field_searches_and_saves_nothing(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    said = {"recipient": "沈立诚", "phone": "13805716207", "street": "长桥路 18 号", "q": "临安"}
    answer = client.post("/me/addresses", data=said)
    assert 'value="330112"' in answer.text
    assert "没有找到" in client.post("/me/addresses/new", data={"q": "%_%", "act": "find"}).text
    assert reading().scalar(select(Address.id)) is None


def test_a_pasted_address_fills_the_form_and_is_not_kept_yet(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    page = draft(client, act="read", paste=PASTED, next="/orders/new?sku=7")
    assert 'value="方晓棠"' in page
    assert 'value="13905711188"' in page
    assert 'value="钱王街 826 号"' in page
    assert '<option value="330112006" selected>' in page
    assert "已识别：收货人、电话、所在地区、详细地址" in page
    assert 'value="/orders/new?sku=7"' in page
    assert reading().scalar(select(Address.id)) is None
    part = client.post("/me/addresses/new", data={"act": "read", "paste": PASTED}, headers=HTMX).text
    assert part.lstrip().startswith('<div id="address-form"')


def test_what_was_not_recognised_is_said_and_what_was_typed_stays(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    page = draft(client, act="read", paste="浙江杭州 文三路 90 号", recipient="何小满", label="家")
    assert "已识别：详细地址" in page
    assert "没有认出：收货人、电话、所在地区" in page
    assert 'value="何小满"' in page
    assert 'value="家"' in page
    assert '<option value="3301" selected>' in page
    page = draft(client, act="read", paste="")
    assert "没有认出：收货人、电话、所在地区、详细地址" in page


def test_a_district_of_several_is_asked_for(app: Flask, people: Cast) -> None:
    page = draft(client_of(app, people.owner), act="read", paste="鼓楼区中山北路 88 号 方晓棠 13905711188")
    assert "同名" in page
    assert "江苏省 南京市 鼓楼区" in page
    assert "江苏省 徐州市 鼓楼区" in page
    assert 'value="中山北路 88 号"' in page


def test_what_is_pasted_is_shown_as_text(app: Flask, people: Cast) -> None:
    page = draft(client_of(app, people.owner), act="read", paste='"><script>alert(1)</script> 13905711188')
    assert "<script>alert" not in page


def test_an_address_from_before_divisions_opens_with_its_region(app: Flask, people: Cast) -> None:
    kept = transact(
        add_address, dealer_id=people.linan.id, recipient="沈立诚", phone="13805716207", region="浙江省/杭州市/临安区",
        street="锦城街道长桥路 18 号", seal=app.extensions["seal"], actor="test",
    )  # fmt: skip
    page = client_of(app, people.owner).get(f"/me/addresses/{kept}").text
    assert '<option value="330112" selected>' in page
    assert "锦城街道长桥路 18 号" in page


@pytest.mark.parametrize(
    ("region", "shown"),
    [
        ("浙江省/杭州市/临安区/锦城街道", "浙江省 杭州市 临安区 锦城街道"),
        ("北京市/北京市/海淀区", "北京市 海淀区"),
        ("广东省/东莞市/东莞市/南城街道", "广东省 东莞市 南城街道"),
        ("湖北省/省直辖县级行政区划/仙桃市/沙嘴街道", "湖北省 仙桃市 沙嘴街道"),
        ("浙江省/杭州市/临安区", "浙江省 杭州市 临安区"),
    ],
)
def test_a_region_is_written_as_people_do(region: str, shown: str) -> None:
    assert region_shown(region) == shown


def test_a_clerk_sees_addresses_masked_and_changes_none(app: Flask, people: Cast) -> None:
    client_of(app, people.owner).post("/me/addresses", data=PLACE)
    address = reading().scalar(select(Address.id))
    clerk = client_of(app, people.clerk)
    assert "138 **** 6207" in clerk.get("/me/addresses").text
    assert clerk.get(f"/me/addresses/{address}").status_code == 403
    assert clerk.get("/me/addresses/divisions").status_code == 403
    assert clerk.post("/me/addresses/new", data={"act": "read", "paste": PASTED}).status_code == 403
    assert clerk.post(f"/me/addresses/{address}/removal").status_code == 403


def test_another_dealers_address_is_not_found(app: Flask, people: Cast) -> None:
    client_of(app, people.owner).post("/me/addresses", data=PLACE)
    address = reading().scalar(select(Address.id))
    other = client_of(app, people.other_owner)
    assert other.get(f"/me/addresses/{address}").status_code == 404
    assert other.get(f"/me/addresses/{address}/removal").status_code == 404
    for act in ("", "/preference", "/removal"):
        assert other.post(f"/me/addresses/{address}{act}", data=PLACE).status_code == 404


def test_an_address_sealed_in_one_row_does_not_open_in_another(app: Flask, people: Cast) -> None:
    client = client_of(app, people.owner)
    client.post("/me/addresses", data=PLACE)
    row = reading().scalars(select(Address)).one()
    with pytest.raises(ValueError, match="another place"):
        app.extensions["seal"].open(row.phone_sealed, f"address:phone:{row.id + 1}")
