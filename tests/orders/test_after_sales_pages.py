"""After-sales on the phone: claiming with photos, whose turn it is, sending back, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from mall.dealers.actions import add_address
from mall.dealers.models import Address, StaffRole
from mall.orders.actions import hand_over, receive, ship
from mall.orders.actions.after_sales import accept, agree, decline_claim, lapse_claims, resend
from mall.orders.models import Claim, ClaimPhoto
from mall.orders.views import claiming
from mall.payments.models import GatewayName
from mall.web.db import db, transact
from tests.cast import Cast, SomeMember, Visitor, cast, give_points, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.scene import CARD, COOKER, RICE, SEAL

RETURN_TO = "上海市青浦区华新镇 88 号，售后仓 收，021-50000000"
BACK = {"carrier": "jd", "waybill": "jd 0098765432100"}


@pytest.fixture
def people(app: Flask) -> Cast:
    """The cast, each dealer with points and an address, and the scene's rewards."""
    everybody = transact(cast, seal=app.extensions["seal"])
    transact(scene.stock_up)
    scene.priced_with_cash()
    for dealer in (everybody.linan, everybody.ningbo):
        give_points(dealer.id, 1_000_000)
        transact(
            add_address,
            dealer_id=dealer.id,
            recipient="周敏",
            phone="13812346207",
            region="浙江省/杭州市/临安区",
            street="钱王街 826 号",
            seal=SEAL,
            actor="system",
        )
    return everybody


@pytest.fixture
def phone(app: Flask, people: Cast) -> Visitor:
    """The owner's phone, signed in."""
    app.test_client_class = Visitor
    client = app.test_client()
    assert isinstance(client, Visitor)
    sign_in(client, people.owner)
    return client


Ordered = Callable[..., str]


@pytest.fixture
def arrived(people: Cast) -> Ordered:
    """An order of somebody of 临安恒泰商贸 whose parcels have arrived and whose codes are handed out."""

    def made(code: str | list[tuple[str, int]] = COOKER, quantity: int = 1, **said: Any) -> str:
        who: SomeMember = said.pop("who", people.owner)
        part_nos = said.pop("parts", [1])
        address = db.session.execute(select(Address.id).where(Address.dealer_id == who.dealer_id)).scalar_one()
        own = {"dealer_id": who.dealer_id, "member_id": who.id, "role": who.role}
        no = scene.order(code, quantity, address_id=address, **own, **said).no
        staff = {"staff_id": 1, "role": StaffRole.FULFILMENT, "dealer_code": _code(people, who)}
        for part_no in part_nos:
            if code == CARD or part_no > 1:
                transact(hand_over, no=no, part_no=part_no, **staff)
            else:
                transact(ship, no=no, part_no=part_no, carrier="shunfeng", waybill="SF1390442701860", **staff)
                transact(receive, no=no, **own)
        return no

    return made


def _code(people: Cast, who: SomeMember) -> str:
    return people.linan.code if who.dealer_id == people.linan.id else people.ningbo.code


def by_staff(verb: Any, no: str, **said: Any) -> Claim:
    staff = {"staff_id": 1, "role": StaffRole.FULFILMENT, "dealer_code": "LA0571"}
    return transact(verb, no=no, **staff, **said)


def photo(kind: str = "JPEG", **more: Any) -> tuple[BytesIO, str]:
    out = BytesIO()
    Image.new("RGB", (640, 480), (180, 60, 40)).save(out, kind, **more)
    out.seek(0)
    return out, f"破损.{kind.lower()}"


def form(phone: Visitor, no: str, **said: Any) -> dict[str, Any]:
    """What the form sends, with the key that was minted with it."""
    page = phone.get(f"/orders/{no}/after-sales/new").text
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return {"key": found.group(1), "pieces-1": "1", "kind": "return", "reason": "damaged", "words": "", **said}


def send(phone: Visitor, no: str, data: dict[str, Any]) -> TestResponse:
    return phone.post(f"/orders/{no}/after-sales", data=data, content_type="multipart/form-data")


def claimed(phone: Visitor, no: str, **said: Any) -> str:
    """The number of the claim that the form made."""
    answer = send(phone, no, form(phone, no, **said))
    assert answer.status_code == 303, told(answer)
    return str(answer.location.rpartition("/")[2])


def told(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text.partition("<main")[2]))


def words(phone: Visitor, address: str) -> str:
    page = phone.get(address)
    assert page.status_code == 200
    return told(page)


def onward(phone: Visitor, answer: TestResponse) -> str:
    """The page that an answer leads to."""
    assert answer.status_code == 303
    return phone.get(answer.location).text


def claims() -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(Claim)).scalar_one()


def test_the_road_from_the_order_to_points_that_are_back(phone: Visitor, people: Cast, arrived: Ordered) -> None:
    no = arrived(COOKER, 3, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    before = scene.points_of(people.linan.id)
    order = phone.get(f"/orders/{no}").text
    assert f'href="/orders/{no}/after-sales/new?line=1"' in order
    page = phone.get(f"/orders/{no}/after-sales/new?line=1").text
    assert "可申请 3 件" in page
    assert re.search(r'name="pieces-1" value="1" min="0" max="3"', page)
    for there in ("仅退款", "退货退款", "换货"):
        assert there in page
    assert "补发卡密" not in page

    said = {"pieces-1": "2", "words": "内胆有裂纹", "photos": [photo(), photo("PNG")]}
    claim = claimed(phone, no, **said)
    assert claim == f"{no}-1"
    asked = words(phone, f"/after-sales/{claim}")
    for there in (
        "申请中",
        "前答复",
        "退货退款",
        "收到时已破损",
        "内胆有裂纹",
        "4,000",
        "¥198.00",
        "撤销申请",
        "沈立诚",
    ):
        assert there in asked
    by_staff(agree, claim, seal=SEAL, answer=RETURN_TO)
    page = phone.get(f"/after-sales/{claim}").text
    assert RETURN_TO in page
    assert f'data-copy="{RETURN_TO}"' in page
    assert "轮到你了：请在 11月19日" in page

    wrong = phone.post(f"/after-sales/{claim}/parcel", data={"carrier": "jd", "waybill": "短"})
    assert wrong.status_code == 422
    assert "6 到 32 位" in wrong.text
    assert re.search(r'value="jd" selected', wrong.text)
    for _ in range(2):
        assert phone.post(f"/after-sales/{claim}/parcel", data=BACK).location.endswith(f"/after-sales/{claim}")
    sent = words(phone, f"/after-sales/{claim}")
    for there in ("寄回待验收", "京东物流", "JD0098765432100"):
        assert there in sent
    assert "确认撤销" not in sent

    by_staff(accept, claim, restock=True)
    assert scene.points_of(people.linan.id) == before + 4_000
    done = words(phone, f"/after-sales/{claim}")
    for there in ("已完成", "4,000 积分已退回原批次", "¥198.00 已原路退回", "已退回", "现金退款", "已退款"):
        assert there in done
    order_page = words(phone, f"/orders/{no}")
    assert "已退 2 件" in order_page
    assert "查看售后" in order_page
    assert f"/after-sales/{claim}" in phone.get(f"/orders/{no}").text


def test_the_same_form_sent_again_leads_to_the_claim_it_made(phone: Visitor, arrived: Ordered) -> None:
    no = arrived()
    data = form(phone, no)
    places = {send(phone, no, {**data, "photos": [photo()]}).location for _ in range(3)}
    assert len(places) == 1
    assert claims() == 1
    other = send(phone, no, {**data, "words": "另一份"})
    assert other.status_code == 409
    assert "先前已提交过另一份申请" in other.text
    assert data["key"] not in other.text
    assert claims() == 1


def test_what_anothers_claims_are_is_not_found(phone: Visitor, people: Cast, arrived: Ordered) -> None:
    no = arrived()
    claim = claimed(phone, no, photos=[photo()])
    sign_in(phone, people.other_owner)
    for address in (f"/after-sales/{claim}", f"/after-sales/{claim}/photos/1", f"/orders/{no}/after-sales/new"):
        assert phone.get(address).status_code == 404
    for address in (f"/after-sales/{claim}/withdrawal", f"/after-sales/{claim}/parcel", f"/orders/{no}/after-sales"):
        assert phone.post(address, data={**BACK, "pieces-1": "1"}).status_code == 404
    assert "还没有售后" in words(phone, "/after-sales")
    sign_in(phone, people.owner)
    assert "申请中" in words(phone, f"/after-sales/{claim}")


def test_a_clerk_looks_and_does_nothing(phone: Visitor, people: Cast, arrived: Ordered) -> None:
    no = arrived()
    claim = claimed(phone, no, photos=[photo()])
    sign_in(phone, people.clerk)
    assert "确认撤销" not in words(phone, f"/after-sales/{claim}")
    assert phone.get(f"/after-sales/{claim}/photos/1").status_code == 200
    assert "after-sales/new" not in phone.get(f"/orders/{no}").text
    assert phone.get(f"/orders/{no}/after-sales/new").status_code == 403
    for address in (f"/after-sales/{claim}/withdrawal", f"/after-sales/{claim}/parcel", f"/orders/{no}/after-sales"):
        assert phone.post(address, data=BACK).status_code == 403


WRONG = {
    "no pieces": ({"pieces-1": ""}, "请选择要售后的礼品和件数"),
    "nought": ({"pieces-1": "0"}, "请选择要售后的礼品和件数"),
    "too many": ({"pieces-1": "3"}, "件数请填 1 到 2"),
    "fewer than none": ({"pieces-1": "-1"}, "件数请填 1 到 2"),
    "no number": ({"pieces-1": "两件"}, "件数请填 1 到 2"),
    "very many": ({"pieces-1": "9" * 30}, "件数请填 1 到 2"),
    "no kind": ({"kind": ""}, "请选择售后方式"),
    "a kind of nobody's": ({"kind": "steal"}, "请选择售后方式"),
    "a kind that does not fit": ({"kind": "reissue", "reason": "other"}, "不支持这种售后方式"),
    "no reason": ({"reason": ""}, "请选择原因"),
    "a reason of nobody's": ({"reason": "greed"}, "请选择原因"),
    "a reason that does not fit": ({"kind": "refund_only", "reason": "not_wanted"}, "不想要了 不能申请仅退款"),
    "too many words": ({"words": "破" * 501}, "最多 500 个字"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(phone: Visitor, arrived: Ordered, name: str) -> None:
    no = arrived(COOKER, 2)
    changes, text = WRONG[name]
    data = form(phone, no, **{"words": "盒子压坏了", **changes})
    answer = send(phone, no, data)
    assert answer.status_code == 422
    assert text in told(answer)
    assert data["key"] in answer.text
    assert data["words"] in answer.text
    if data["kind"] == "return":
        assert re.search(r'value="return" checked', answer.text)
    if data["reason"] == "damaged":
        assert re.search(r'value="damaged"[^>]* selected', answer.text)
    assert claims() == 0


def test_a_line_that_is_not_there_or_is_in_a_claim_already_is_refused(phone: Visitor, arrived: Ordered) -> None:
    no = arrived([(COOKER, 1), (RICE, 1)])
    assert send(phone, no, form(phone, no, **{"pieces-7": "1"})).status_code == 409
    data = form(phone, no)
    claimed(phone, no)
    late = send(phone, no, data)
    assert late.status_code == 409
    assert "暂时不能申请售后" in late.text
    page = phone.get(f"/orders/{no}/after-sales/new").text
    assert 'name="pieces-1"' not in page
    assert 'name="pieces-2"' in page


HOSTILE = {
    "HTML": b"<script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "half": photo()[0].getvalue()[:700],
    "nothing": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_picture_is_refused_and_the_form_kept(phone: Visitor, arrived: Ordered, name: str) -> None:
    no = arrived()
    data = form(phone, no, words="照片见附件", photos=[photo(), (BytesIO(HOSTILE[name]), "photo.jpg")])
    answer = send(phone, no, data)
    assert answer.status_code == 422
    assert "打不开" in answer.text
    assert "照片需要重新添加" in answer.text
    assert "照片见附件" in answer.text
    assert claims() == 0
    assert send(phone, no, {**form(phone, no), "key": data["key"], "words": "照片见附件"}).status_code == 303


def test_seven_photos_are_one_too_many(phone: Visitor, arrived: Ordered) -> None:
    no = arrived()
    answer = send(phone, no, form(phone, no, photos=[photo() for _ in range(7)]))
    assert answer.status_code == 422
    assert "最多放 6 张照片" in answer.text
    claim = claimed(phone, no, photos=[photo() for _ in range(6)])
    assert phone.get(f"/after-sales/{claim}").text.count('class="shot__picture"') == 6


def test_what_is_too_heavy_is_refused_in_words(
    phone: Visitor, arrived: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    no = arrived()
    monkeypatch.setattr(claiming, "MOST_BYTES", 2000)
    heavy, name = photo("PNG", pnginfo=None)
    answer = send(phone, no, form(phone, no, photos=[(BytesIO(heavy.getvalue() + bytes(4000)), name)]))
    assert answer.status_code == 422
    assert "每张照片不要超过" in answer.text
    whole = send(phone, no, form(phone, no, photos=[(BytesIO(bytes(claiming.BODY)), "photo.jpg")]))
    assert whole.status_code == 413
    assert "内容太大" in whole.text
    assert claims() == 0


def test_photos_are_drawn_anew_sealed_and_for_this_phone_alone(phone: Visitor, arrived: Ordered) -> None:
    no = arrived()
    exif = Image.Exif()
    exif[0x010F] = "Maker-7731"
    claim = claimed(phone, no, photos=[photo(exif=exif, comment=b"note-7731")])
    answer = phone.get(f"/after-sales/{claim}/photos/1")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("private")
    assert b"7731" not in answer.data
    assert Image.open(BytesIO(answer.data)).size == (640, 480)
    sealed = db.session.execute(select(ClaimPhoto.image_sealed)).scalar_one()
    assert answer.data[:200] not in sealed
    for position in (0, 2, 10**19):
        assert phone.get(f"/after-sales/{claim}/photos/{position}").status_code == 404


def test_forms_with_photos_come_only_so_fast(phone: Visitor, arrived: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "UPLOADS", claiming.limits.Limit("claim-photos", capacity=2, refill=1))
    no = arrived()
    bad = (BytesIO(b"no"), "photo.jpg")
    answers = [send(phone, no, form(phone, no, photos=[(BytesIO(bad[0].getvalue()), bad[1])])) for _ in range(3)]
    assert [one.status_code for one in answers] == [422, 422, 429]
    assert "尝试次数过多" in answers[-1].text


def test_a_claim_is_withdrawn_and_can_be_made_again(phone: Visitor, arrived: Ordered) -> None:
    no = arrived()
    claim = claimed(phone, no)
    assert phone.get(f"/orders/{no}/after-sales/new").location.endswith(f"/orders/{no}")
    for _ in range(2):
        assert phone.post(f"/after-sales/{claim}/withdrawal").location.endswith(f"/after-sales/{claim}")
    assert "已撤销" in words(phone, f"/after-sales/{claim}")
    again = claimed(phone, no)
    by_staff(decline_claim, again, reason="照片里看不出破损")
    ended = words(phone, f"/after-sales/{again}")
    assert "照片里看不出破损" in ended
    assert "状态刚刚变了" in onward(phone, phone.post(f"/after-sales/{again}/withdrawal"))


def test_what_is_not_sent_back_in_time_says_so(phone: Visitor, people: Cast, arrived: Ordered, clock: Clock) -> None:
    claim = claimed(phone, arrived())
    by_staff(agree, claim, seal=SEAL, answer=RETURN_TO)
    clock.tick(days=8)
    transact(lapse_claims)
    sign_in(phone, people.owner)
    assert "没有按时寄回，已自动关闭" in words(phone, f"/after-sales/{claim}")
    assert "补填运单号" in words(phone, f"/after-sales/{claim}")
    assert "寄回待验收" in onward(phone, phone.post(f"/after-sales/{claim}/parcel", data=BACK)), "told late it goes on"


def test_an_exchange_shows_the_parcel_that_follows(phone: Visitor, people: Cast, arrived: Ordered) -> None:
    no = arrived()
    before = scene.points_of(people.linan.id)
    claim = claimed(phone, no, kind="exchange", reason="quality")
    by_staff(agree, claim, seal=SEAL, answer=RETURN_TO)
    phone.post(f"/after-sales/{claim}/parcel", data=BACK)
    by_staff(accept, claim, restock=False)
    assert "前重新发出" in words(phone, f"/after-sales/{claim}")
    by_staff(resend, claim, carrier="shunfeng", waybill="SF7000000000001")
    done = words(phone, f"/after-sales/{claim}")
    for there in ("新的礼品已经发出", "顺丰速运", "SF7000000000001"):
        assert there in done
    assert scene.points_of(people.linan.id) == before


def test_a_card_that_does_not_work_is_claimed_as_such(phone: Visitor, arrived: Ordered) -> None:
    no = arrived(CARD)
    page = phone.get(f"/orders/{no}/after-sales/new?kind=reissue").text
    assert re.search(r'value="reissue" checked', page)
    assert re.search(r'name="pieces-1" value="1" checked', page)
    assert "退货退款" not in page
    assert "卡密无法使用" in page
    assert "收到时已破损" not in page
    claim = claimed(phone, no, kind="reissue", reason="code_invalid")
    asked = words(phone, f"/after-sales/{claim}")
    assert "补发卡密" in asked
    assert "已退回" not in asked


def test_what_still_waits_of_an_order_half_sent_can_be_given_back(phone: Visitor, arrived: Ordered) -> None:
    no = arrived([(COOKER, 1), (CARD, 2)], parts=[1])
    page = phone.get(f"/orders/{no}/after-sales/new").text
    assert "还没有发放，只能整项退款" in page
    assert re.search(r'name="pieces-2" value="2"', page)
    half = form(phone, no, **{"pieces-1": "", "pieces-2": "1", "kind": "refund_only", "reason": "not_wanted"})
    answer = send(phone, no, half)
    assert answer.status_code == 422
    assert "要整项申请，共 2 件" in answer.text
    assert send(phone, no, {**half, "pieces-2": "2"}).status_code == 303


def test_nothing_to_claim_leads_back_to_the_order(phone: Visitor, people: Cast, arrived: Ordered) -> None:
    no = arrived(parts=[])
    assert "after-sales/new" not in phone.get(f"/orders/{no}").text
    assert "暂时不能申请售后" in onward(phone, phone.get(f"/orders/{no}/after-sales/new"))


def test_the_list_tells_what_is_under_way_and_what_was(phone: Visitor, arrived: Ordered) -> None:
    assert "还没有售后" in words(phone, "/after-sales")
    no = arrived(COOKER, 30)
    for _ in range(2):
        phone.post(f"/after-sales/{claimed(phone, no)}/withdrawal")
    assert "没有进行中的售后" in words(phone, "/after-sales")
    for _ in range(11):
        claimed(phone, no)
    page = phone.get("/after-sales").text
    tabs = dict(re.findall(r'<a class="tab"[^>]*>([^<]+)<span class="tab__n">(\d+)</span>', page))
    assert tabs == {"进行中": "11", "全部": "13"}
    assert page.count('class="order__no"') == 10
    more = re.search(r'href="(/after-sales\?before=[^"]+)"', page)
    assert more is not None
    onward = phone.get(more.group(1)).text
    assert onward.count('class="order__no"') == 1
    assert phone.get("/after-sales?tab=all&before=x").text.count('class="order__no"') == 10
    assert "11 笔售后在处理" in words(phone, "/orders")
    assert re.search(r'href="/after-sales">.*?售后.*?<span class="count">11', phone.get("/me").text, re.S)


def test_lists_ask_the_database_as_little_for_many_as_for_one(phone: Visitor, arrived: Ordered) -> None:
    no = arrived([(COOKER, 20), (RICE, 20)])
    claimed(phone, no)
    seen: dict[str, list[int]] = {"/after-sales": [], f"/orders/{no}": [], "/orders": []}
    for _ in range(2):
        for address, many in seen.items():
            with scene.statements() as asked:
                phone.get(address)
            many.append(len(asked))
        for _ in range(5):
            claimed(phone, no, **{"pieces-2": "1"})
    assert [many[0] for many in seen.values()] == [many[1] for many in seen.values()], seen


def test_a_claim_that_is_late_says_so(phone: Visitor, people: Cast, arrived: Ordered, clock: Clock) -> None:
    claim = claimed(phone, arrived())
    db.session.execute(update(Claim).values(due_at=clock()))
    db.session.commit()
    clock.tick(minutes=1)
    assert "比承诺的晚了" in words(phone, f"/after-sales/{claim}")
