"""The back office's orders: the queue with its views and filters, one order with its papers, and who may see what."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.dealers.models import MemberRole, StaffRole
from mall.orders import actions as order_actions
from mall.orders.actions import Placed, cancel, nudge
from mall.orders.models import MAY_SEE, MAY_SEE_ADDRESSES
from mall.orders.staff.orders import ACTS
from mall.payments.models import GatewayName
from mall.web.db import db, transact
from tests.cast import Cast, SomeMember, Visitor, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.conftest import address_of, gathered, visit
from tests.orders.scene import CARD, COOKER, RICE


@pytest.fixture
def people(app: Flask) -> Cast:
    return gathered(app, points=1_000_000)


@pytest.fixture
def desk(app: Flask, people: Cast) -> Visitor:
    """Fulfilment's browser, signed in."""
    client = visit(app)
    back(client, people)
    return client


def back(desk: Visitor, people: Cast) -> None:
    """Sign in again: the desk forgets who was away for long."""
    sign_in(desk, people.staff[StaffRole.FULFILMENT])


def ordered(who: SomeMember, code: str | list[tuple[str, int]] = COOKER, quantity: int = 1, **said: Any) -> Placed:
    address = address_of(who.dealer_id)
    return scene.order(code, quantity, dealer_id=who.dealer_id, member_id=who.id, address_id=address, **said)


def shown(desk: Visitor, query: str = "") -> list[str]:
    """The numbers of the orders in the queue, in their order."""
    page = desk.get(f"/desk/orders{query}")
    assert page.status_code == 200
    return re.findall(r'<a class="link number" href="/desk/orders/[^/]+/(\d+)"', page.text)


@pytest.fixture
def three(desk: Visitor, people: Cast, clock: Clock) -> dict[str, str]:
    """Rice (due in a week), a cooker (in two days), a card (in two hours), placed an hour apart by two dealers."""
    rice = ordered(people.owner, RICE).no
    clock.tick(hours=1)
    cooker = ordered(people.other_owner, COOKER).no
    clock.tick(hours=1)
    card = ordered(people.owner, CARD).no
    back(desk, people)
    return {"rice": rice, "cooker": cooker, "card": card}


def test_the_queue_begins_with_what_is_due_first(desk: Visitor, three: dict[str, str]) -> None:
    assert shown(desk) == [three["card"], three["cooker"], three["rice"]]
    assert shown(desk, "?view=all") == [three["card"], three["cooker"], three["rice"]]
    page = desk.get("/desk/orders").text
    assert "剩 2 小时 0 分" in page
    assert "剩 47 小时" in page
    assert "sla--soon" in page


def test_what_is_late_says_so(desk: Visitor, people: Cast, three: dict[str, str], clock: Clock) -> None:
    clock.tick(hours=5)
    back(desk, people)
    assert shown(desk, "?view=late") == [three["card"]]
    assert "超时 3 小时 0 分" in desk.get("/desk/orders?view=late").text


def test_today_and_what_is_handed_out_have_their_views(desk: Visitor, three: dict[str, str]) -> None:
    assert shown(desk, "?view=today") == [three["card"]]  # at 22:00 in Shanghai it is due by midnight
    assert shown(desk, "?view=hand-out") == [three["card"]]


def test_a_cancelled_order_leaves_the_queue_and_stays_in_the_archive(
    desk: Visitor, people: Cast, three: dict[str, str]
) -> None:
    owner = people.owner
    transact(cancel, dealer_id=owner.dealer_id, member_id=owner.id, role=MemberRole.OWNER, no=three["rice"])
    assert three["rice"] not in shown(desk)
    assert shown(desk, "?view=all&state=cancelled") == [three["rice"]]


FILTERS: list[tuple[str, list[str]]] = [
    ("?kind=card_code", ["card"]),
    ("?kind=physical", ["cooker", "rice"]),
    ("?region=华东/浙江/宁波", ["cooker"]),
    ("?region=华东/浙江", ["card", "cooker", "rice"]),
    ("?region=华东/浙", []),
    ("?dealer=LA0571", ["card", "rice"]),
    ("?dealer=海曙", ["cooker"]),
    ("?dealer=%25", []),
    ("?sku=ck-5l-black", ["cooker"]),
    ("?sku=RICE", ["rice"]),
    ("?q=临安", ["card", "rice"]),
    ("?q=FUEL-500", ["card"]),
    ("?since=2026-11-12&until=2026-11-12", ["card", "cooker", "rice"]),
    ("?since=2026-11-13", []),
    ("?until=2026-11-11", []),
    ("?q=nothing+of+the+kind", []),
    ("?view=nonsense&kind=nonsense&state=nonsense&since=2026-13-45&until=x&after=9-9", ["card", "cooker", "rice"]),
    ("?after=" + "9" * 30 + "-1-1", ["card", "cooker", "rice"]),
]


def test_filters_of_the_address_narrow_the_queue(desk: Visitor, three: dict[str, str]) -> None:
    for query, expected in FILTERS:
        assert shown(desk, query) == [three[name] for name in expected], query


def test_an_order_is_found_by_its_number_or_how_it_begins(desk: Visitor, three: dict[str, str]) -> None:
    no = three["cooker"]
    assert shown(desk, f"?q={no}") == [no]
    assert shown(desk, f"?q={no[:6]}+{no[6:]}") == [no]
    assert no in shown(desk, f"?q={no[:9]}")
    found = desk.get(f"/desk/search?q={no}")
    assert found.location.endswith(f"/desk/orders/NB0574/{no}")
    assert desk.get("/desk/search?q=260101").location.endswith("/desk/orders?view=all&q=260101")


def test_a_long_queue_comes_in_pages_that_lose_and_repeat_nothing(desk: Visitor, people: Cast, clock: Clock) -> None:
    made = []
    for number in range(27):
        clock.tick(minutes=1 if number % 3 else 0)  # some are due at the very same moment
        made.append(ordered(people.owner, RICE).no)
    back(desk, people)
    first = desk.get("/desk/orders").text
    onward = re.search(r'href="(/desk/orders\?after=[^"]+)"', first)
    assert onward
    rest = shown(desk, onward[1].removeprefix("/desk/orders"))
    assert len(shown(desk)) == 25
    assert sorted(shown(desk) + rest) == sorted(made)
    assert "共 27 单" in first


def test_an_order_page_holds_all_that_fulfilment_needs(desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner, COOKER, 2, remark="送货前请致电").no
    page = desk.get(f"/desk/orders/LA0571/{no}")
    for words in ("CK-5L-BLACK", "37,600", "−37,600", "962,400", "沈立诚", "送货前请致电", "提交兑换"):
        assert words in page.text
    for masked in ("周＊", "138 **** 6207"):
        assert masked in page.text
    for secret in ("13812346207", "钱王街", "周敏"):
        assert secret not in page.text


def test_the_address_is_shown_on_demand_and_the_look_is_written_down(desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner).no
    assert desk.get(f"/desk/orders/LA0571/{no}/address").status_code == 405
    page = desk.post(f"/desk/orders/LA0571/{no}/address")
    for words in ("13812346207", "钱王街 826 号", "周敏", "查看收货信息", "贺长风"):
        assert words in page.text
    part = desk.post(f"/desk/orders/LA0571/{no}/address", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    looks = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "order.reveal_address")).all()
    assert [look.actor for look in looks] == [f"staff:{people.staff[StaffRole.FULFILMENT].id}"] * 2
    assert "13812346207" not in str([look.detail for look in looks])


@pytest.mark.parametrize("role", list(StaffRole))
def test_each_role_sees_what_its_work_asks_for(desk: Visitor, people: Cast, role: StaffRole) -> None:
    no = ordered(people.owner).no
    sign_in(desk, people.staff[role])
    sees = 200 if role in MAY_SEE else 403
    assert desk.get("/desk/orders").status_code == sees
    assert desk.get(f"/desk/orders/LA0571/{no}").status_code == sees
    assert desk.get(f"/desk/search?q={no}").status_code == (303 if role in MAY_SEE else 403)
    assert ('action="/desk/search"' in desk.get("/desk/sessions").text) == (role in MAY_SEE)
    reveals = desk.post(f"/desk/orders/LA0571/{no}/address")
    assert reveals.status_code == (200 if role in MAY_SEE_ADDRESSES else 403)
    assert ("13812346207" in reveals.text) == (role in MAY_SEE_ADDRESSES)


def test_a_card_has_no_address_to_show(desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner, CARD).no
    assert desk.get(f"/desk/orders/LA0571/{no}").status_code == 200
    assert desk.post(f"/desk/orders/LA0571/{no}/address").status_code == 404


def test_what_is_not_there_is_not_found(desk: Visitor, people: Cast) -> None:
    for path in ("LA0571/26111200000000", "NOBODY/26111200000000", "LA0571/x", "%00/%00"):
        assert desk.get(f"/desk/orders/{path}").status_code == 404, path


def test_an_order_is_not_found_under_another_dealers_code(desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner).no
    assert desk.get(f"/desk/orders/NB0574/{no}").status_code == 404


def test_a_member_has_no_way_to_the_desk(app: Flask, desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner).no
    phone = app.test_client()
    sign_in(phone, people.owner)
    for path in ("/desk/orders", f"/desk/orders/LA0571/{no}"):
        assert phone.get(path).location.startswith("/desk/sign-in")


def test_the_queue_asks_the_database_as_little_for_many_as_for_one(desk: Visitor, people: Cast) -> None:
    ordered(people.owner)
    desk.get("/desk/orders")  # the look of the mall is read once in a while
    with scene.statements() as one:
        desk.get("/desk/orders")
    for _ in range(8):
        ordered(people.owner, RICE)
    with scene.statements() as many:
        desk.get("/desk/orders")
    assert len(many) == len(one) <= 13, "\n".join(many)  # four of them are the side's counts, one is its views


def test_an_empty_queue_says_that_all_is_done(desk: Visitor) -> None:
    assert "都处理完了" in desk.get("/desk/orders").text
    assert "没有符合条件的订单" in desk.get("/desk/orders?q=zzz").text


def test_which_funds_paid_is_for_those_who_see_money(desk: Visitor, people: Cast, three: dict[str, str]) -> None:
    address = f"/desk/orders/LA0571/{three['rice']}"
    assert "由哪些经费承担" not in desk.get(address).text
    sign_in(desk, people.staff[StaffRole.FINANCE])
    page = desk.get(address).text
    assert "由哪些经费承担" in page
    assert "未标经费" in page


def test_every_act_of_an_order_has_its_word() -> None:
    actions = Path(order_actions.__file__).parent
    named = {
        act for file in actions.rglob("*.py") for act in re.findall(r'"(order\.[a-z_]+)"', file.read_text("utf-8"))
    }
    assert len(named) > 15
    assert named <= set(ACTS), f"name them in ACTS: {sorted(named - set(ACTS))}"


def mixed(people: Cast) -> str:
    return ordered(people.owner, [(COOKER, 1), (CARD, 1)]).no


def test_fulfilment_sends_a_parcel_and_hands_out_the_rest_by_pressing(desk: Visitor, people: Cast) -> None:
    no = mixed(people)
    page = f"/desk/orders/LA0571/{no}"
    for press, words in (("picking", "已拣货"), ("shelf", "已放回"), ("picking", "已拣货")):
        assert desk.post(f"{page}/parts/1/{press}").location == page
        assert words in desk.get(page).text
    said = {"carrier": "shunfeng", "waybill": " ｓｆ1390 4427 01860 "}
    assert desk.post(f"{page}/parts/1/shipment", data=said).location == page
    assert desk.post(f"{page}/parts/2/handover").location == page
    shown = desk.get(page).text
    for words in ("SF1390442701860", "顺丰速运", "待收货", "已发货，贺长风", "登记已发放"):
        assert words in shown
    assert f"{page}/parts" not in shown, "nothing is left to press"


def test_a_shipment_that_is_none_is_told_beside_its_form_and_changes_nothing(desk: Visitor, people: Cast) -> None:
    no = mixed(people)
    before = scene.everything()
    for carrier, waybill, words in (
        ("", "SF1390442701860", "请选择快递公司"),
        ("pigeon", "SF1390442701860", "请选择快递公司"),
        ("shunfeng", "", "请填写运单号"),
        ("shunfeng", "12", "运单号是 6 到 32 位"),
        ("shunfeng", "顺丰1390442701860", "运单号是 6 到 32 位"),
        ("shunfeng", "<script>", "运单号是 6 到 32 位"),
        ("shunfeng", "9" * 33, "运单号是 6 到 32 位"),
        ("shunfeng", "9" * 400, "运单号是 6 到 32 位"),
    ):
        said = {"carrier": carrier, "waybill": waybill}
        answer = desk.post(f"/desk/orders/LA0571/{no}/parts/1/shipment", data=said)
        assert answer.status_code == 422, said
        assert words in answer.text, said
    assert scene.everything() == before


def test_those_who_do_not_send_have_nothing_to_press(desk: Visitor, people: Cast) -> None:
    no = mixed(people)
    sign_in(desk, people.staff[StaffRole.FINANCE])
    assert "/parts/" not in desk.get(f"/desk/orders/LA0571/{no}").text
    assert desk.post(f"/desk/orders/LA0571/{no}/parts/1/picking").status_code == 403


def test_what_a_dealer_asks_after_is_marked_and_first_within_its_limit(desk: Visitor, people: Cast) -> None:
    first, second = ordered(people.owner).no, ordered(people.other_owner).no
    both = shown(desk)
    later = both[1]
    who = people.owner if later == first else people.other_owner
    transact(nudge, dealer_id=who.dealer_id, member_id=who.id, no=later)
    assert {first, second} == set(both)
    assert shown(desk) == [later, both[0]]
    assert shown(desk, "?view=nudged") == [later]
    assert desk.get("/desk/orders").text.count(">催</span>") == 1


def test_the_archives_number_is_of_all_there_is(desk: Visitor, people: Cast, clock: Clock) -> None:
    ordered(people.owner)
    clock.tick(days=1)
    ordered(people.owner)
    back(desk, people)
    page = desk.get("/desk/orders?view=all").text
    tile = re.search(r'view=all" aria-current="page">(.*?)</a>', page, re.S)
    assert tile
    assert '<b class="view__n">2</b>' in tile[1]
    assert "今天新增 1" in tile[1]


def test_an_order_of_two_parts_is_found_as_one(desk: Visitor, people: Cast) -> None:
    no = mixed(people)
    assert shown(desk, "?view=all") == [no, no]
    assert desk.get(f"/desk/search?q={no}").location.endswith(f"/desk/orders/LA0571/{no}")


def test_the_order_page_tells_money_and_every_posting(desk: Visitor, people: Cast) -> None:
    scene.priced_with_cash()
    no = ordered(people.owner, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT).no
    transact(cancel, dealer_id=people.linan.id, member_id=people.owner.id, role=MemberRole.OWNER, no=no)
    page = desk.get(f"/desk/orders/LA0571/{no}").text
    for words in ("挂账", "¥99.00", "已退款", "−2,000", "+2,000", "贵店取消了兑换"):
        assert words in page
