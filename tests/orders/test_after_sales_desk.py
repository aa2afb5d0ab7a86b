"""After-sales at the desk: the queue, each kind of claim from page to page to its end, two people, what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from mall.audit.models import AuditEntry
from mall.catalog.actions import restock
from mall.catalog.models import Because, Reason
from mall.dealers.actions import add_address
from mall.dealers.models import Notice, StaffRole
from mall.orders.actions import after_sales, receive, ship
from mall.orders.actions.after_sales import Photo, Wanted, apply, close_refunded, send_back, withdraw_claim
from mall.orders.models import MAY_SEE, MAY_SEND, Claim, ClaimKind, ClaimReason, ClaimState
from mall.orders.staff.after_sales import ACTS, MOVES
from mall.payments.models import GatewayName
from mall.rewards.actions.vault import look, take_in
from mall.rewards.models import CardCode, CodeState
from mall.web.db import db, transact
from tests.cast import Cast, SomeMember, Visitor, cast, give_points, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.claiming import nothing_is_wrong
from tests.orders.scene import CARD, COOKER, RICE, SEAL
from tests.orders.test_desk import ordered

SF: dict[str, Any] = {"carrier": "shunfeng", "waybill": "SF1390442701860"}
BACK: dict[str, Any] = {"carrier": "jd", "waybill": "JD0098765432100"}
SEND_TO = "退货组 收，0571-8800 6200，杭州市余杭区良渚街道 128 号"
JPEG = b"\xff\xd8 a picture of a carton \xff\xd9"
KIND, REASON = ClaimKind, ClaimReason


@pytest.fixture
def people(app: Flask) -> Cast:
    """The cast, each dealer with points and an address, the scene's rewards, a cooker that may be paid in part."""
    everybody = transact(cast, seal=app.extensions["seal"])
    transact(scene.stock_up)
    scene.priced_with_cash()
    for dealer in (everybody.linan, everybody.ningbo):
        give_points(dealer.id, 1_000_000)
        who = {"recipient": "周敏", "phone": "13812346207"}
        place: dict[str, Any] = {"region": "浙江省/杭州市/临安区", "street": "钱王街 826 号", **who}
        transact(add_address, dealer_id=dealer.id, seal=SEAL, actor="system", **place)
    return everybody


@pytest.fixture
def desk(app: Flask, people: Cast) -> Visitor:
    """Fulfilment's browser, signed in."""
    return at_desk(app, people, StaffRole.FULFILMENT)


def at_desk(app: Flask, people: Cast, role: StaffRole) -> Visitor:
    app.test_client_class = Visitor
    client = app.test_client()
    assert isinstance(client, Visitor)
    sign_in(client, people.staff[role])
    return client


def arrived(people: Cast, code: str | list[tuple[str, int]] = COOKER, quantity: int = 1, **said: Any) -> str:
    """The number of an order that has arrived."""
    owner, no = people.owner, ordered(people.owner, code, quantity, **said).no
    if code != CARD:
        staff: dict[str, Any] = {"staff_id": people.staff[StaffRole.FULFILMENT].id, "role": StaffRole.FULFILMENT}
        transact(ship, dealer_code="LA0571", no=no, part_no=1, **SF, **staff)
        transact(receive, **whose(owner), no=no)
    return no


def whose(who: SomeMember) -> dict[str, Any]:
    return {"dealer_id": who.dealer_id, "member_id": who.id, "role": who.role}


def claimed(
    people: Cast,
    kind: ClaimKind = KIND.REFUND_ONLY,
    reason: ClaimReason = REASON.DAMAGED,
    *,
    no: str = "",
    pieces: int = 1,
    photos: int = 0,
    **said: Any,
) -> str:
    """The number of a claim of 临安恒泰商贸 about the first line of an order that has arrived."""
    no = no or arrived(people, **said)
    pictures = (Photo(JPEG, 640, 480),) * photos
    wanted = Wanted(pieces={1: pieces}, kind=kind, reason=reason, words="壶身裂了 <b>", photos=pictures)
    made = transact(apply, **whose(people.owner), no=no, key=f"key-{no}", wanted=wanted, seal=SEAL)
    return made.no


def sent_back(people: Cast, no: str) -> None:
    transact(send_back, **whose(people.owner), no=no, **BACK)


def path(no: str, rest: str = "") -> str:
    return f"/desk/after-sales/LA0571/{no}{rest}"


def press(desk: Visitor, no: str, step: str, **data: Any) -> TestResponse:
    return desk.post(path(no, f"/{step}"), data=data)


def state(no: str) -> ClaimState:
    db.session.rollback()
    db.session.expunge_all()
    return db.session.scalars(select(Claim.state).where(Claim.no == no)).one()


def shown(desk: Visitor, query: str = "") -> list[str]:
    page = desk.get(f"/desk/after-sales{query}")
    assert page.status_code == 200, query
    return re.findall(r'<a class="link number" href="/desk/after-sales/[^/]+/([\d-]+)"', page.text)


def points_of(people: Cast) -> int:
    return scene.points_of(people.linan.id)


def test_a_refund_is_told_before_it_is_pressed_and_then_done(desk: Visitor, people: Cast) -> None:
    no = claimed(people, quantity=2)
    before, stock = points_of(people), scene.stock_of()
    page = desk.get(path(no)).text
    for words in ("退回 18,800 积分", "没有现金要退", "已经发出且不寄回，报损", "同意并退回"):
        assert words in page
    assert "壶身裂了 &lt;b&gt;" in page
    assert "1 / 2" in page
    answer = press(desk, no, "agreement", answer="抱歉，已为你退回")
    assert answer.location == path(no)
    assert state(no) is ClaimState.DONE
    assert points_of(people) == before + 18_800
    assert scene.stock_of() == stock
    page = desk.get(path(no)).text
    for words in ("已完成", "18,800 积分", "已报损", "抱歉，已为你退回", "贺长风"):
        assert words in page
    assert press(desk, no, "agreement").location == path(no)
    assert points_of(people) == before + 18_800
    nothing_is_wrong()


def test_money_goes_back_the_way_it_came_and_the_page_says_so(desk: Visitor, people: Cast) -> None:
    no = claimed(people, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    assert "退回 ¥99.00，原路退到挂账" in desk.get(path(no)).text
    press(desk, no, "agreement")
    db.session.rollback()
    transact(close_refunded)
    page = desk.get(path(no)).text
    assert "¥99.00" in page
    assert re.search(r"R\w{6,}", page)


def test_a_return_is_awaited_looked_at_and_paid_back(desk: Visitor, people: Cast, clock: Clock) -> None:
    no = claimed(people, KIND.RETURN, REASON.WRONG_ITEM)
    before, stock = points_of(people), scene.stock_of()
    assert press(desk, no, "agreement", answer=" ").status_code == 422
    assert state(no) is ClaimState.APPLIED
    press(desk, no, "agreement", answer=SEND_TO)
    assert state(no) is ClaimState.RETURN_AWAITED
    assert points_of(people) == before
    assert press(desk, no, "acceptance", restock="1").status_code == 409
    sent_back(people, no)
    page = desk.get(path(no)).text
    for words in ("验收通过并退回", "京东物流", "JD0098765432100", SEND_TO):
        assert words in page
    wrong = press(desk, no, "acceptance")
    assert wrong.status_code == 422
    assert "请选择放回库存还是报损" in wrong.text
    press(desk, no, "acceptance", restock="1")
    assert state(no) is ClaimState.DONE
    assert points_of(people) == before + 18_800
    assert scene.stock_of() == stock + 1
    assert "已放回库存" in desk.get(path(no)).text
    nothing_is_wrong()


def test_the_next_return_is_asked_for_at_the_same_place(desk: Visitor, people: Cast) -> None:
    first = claimed(people, KIND.RETURN, REASON.QUALITY)
    press(desk, first, "agreement", answer=SEND_TO)
    assert SEND_TO in desk.get(path(claimed(people, KIND.EXCHANGE, REASON.QUALITY))).text
    refund = desk.get(path(claimed(people, KIND.REFUND_ONLY))).text
    assert SEND_TO not in refund


def test_an_exchange_takes_another_out_of_stock_and_ends_with_its_waybill(desk: Visitor, people: Cast) -> None:
    no = claimed(people, KIND.EXCHANGE, REASON.QUALITY)
    stock = scene.stock_of()
    press(desk, no, "agreement", answer=SEND_TO)
    sent_back(people, no)
    press(desk, no, "acceptance", restock="0")
    assert state(no) is ClaimState.RESENDING
    assert scene.stock_of() == stock - 1
    assert press(desk, no, "resending", carrier="pigeon", waybill="1").status_code == 422
    for _ in range(2):
        assert press(desk, no, "resending", **SF).location == path(no)
    assert state(no) is ClaimState.DONE
    assert "SF1390442701860" in desk.get(path(no)).text
    assert press(desk, no, "resending", **BACK).status_code == 409
    nothing_is_wrong()


def test_where_no_other_is_left_an_exchange_is_paid_back(desk: Visitor, people: Cast) -> None:
    no = claimed(people, KIND.EXCHANGE, REASON.QUALITY)
    press(desk, no, "agreement", answer=SEND_TO)
    sent_back(people, no)
    because = Because(Reason.DAMAGED, "", "test")
    transact(restock, sku_code=COOKER, by=-scene.stock_of(), because=because)
    before = points_of(people)
    page = desk.get(path(no)).text
    assert "库存只剩 0 件，没有可换的" in page
    assert 'name="instead" value="1"' in page
    assert press(desk, no, "acceptance", restock="0").status_code == 409
    press(desk, no, "acceptance", restock="0", instead="1")
    assert state(no) is ClaimState.DONE
    assert points_of(people) == before + 18_800
    nothing_is_wrong()


def test_bad_codes_are_ticked_and_replaced(desk: Visitor, people: Cast) -> None:
    transact(_codes, count=60)
    no = claimed(people, KIND.REISSUE, REASON.CODE_INVALID, code=CARD, quantity=2)
    held = select(CardCode.id).where(CardCode.dealer_id == people.linan.id, CardCode.state == CodeState.ISSUED)
    codes = db.session.scalars(held.order_by(CardCode.piece_no)).all()
    free = db.session.scalars(select(CardCode.id).where(CardCode.state == CodeState.FREE)).first()
    page = desk.get(path(no)).text
    assert page.count('name="code"') == 2
    assert "CODE-" not in page
    for ticked, words in (([], "请勾选"), ([free], "请勾选"), (list(codes), "最多 1 张"), (["x"], "请勾选")):
        answer = press(desk, no, "agreement", code=ticked)
        assert answer.status_code == 422, ticked
        assert words in answer.text, ticked
    press(desk, no, "agreement", code=[codes[1]])
    assert state(no) is ClaimState.DONE
    bad = db.session.get_one(CardCode, codes[1])
    assert bad.void
    assert bad.void_reason == "code_invalid"
    assert press(desk, no, "agreement", code=[codes[1]]).location == path(no)
    nothing_is_wrong()


def _codes(session: Any, at: Any, *, count: int) -> None:
    said: dict[str, Any] = {"zone": "Asia/Shanghai", "seal": SEAL, "actor": "staff:1"}
    text = "卡密\n" + "\n".join(f"CODE-{number:04d}" for number in range(count))
    batch = look(session, at, sku_code=CARD, name="到货.csv", expires_on=None, text=text, **said)
    take_in(session, at, batch_id=batch, good=count, **said)


def test_a_code_that_was_seen_is_not_refunded_and_the_page_says_why(desk: Visitor, people: Cast) -> None:
    transact(_codes, count=60)
    no = claimed(people, KIND.REFUND_ONLY, REASON.OTHER, code=CARD)
    code = db.session.scalars(select(CardCode).where(CardCode.dealer_id == people.linan.id)).one()
    code.revealed_at, code.revealed_by = code.issued_at, "member:1"
    db.session.commit()
    answer = press(desk, no, "agreement")
    assert answer.status_code == 409
    assert 'class="notice notice--negative"' in answer.text
    assert state(no) is ClaimState.APPLIED


def test_a_refusal_needs_a_reason_which_the_dealer_reads(desk: Visitor, people: Cast) -> None:
    no = claimed(people)
    assert "请写明原因" in press(desk, no, "refusal", reason=" ").text
    assert press(desk, no, "refusal", reason="字" * 301).status_code == 422
    assert press(desk, no, "refusal", reason="照片里看不出破损").location == path(no)
    assert state(no) is ClaimState.DECLINED
    told = db.session.scalars(select(Notice.facts).where(Notice.what == "claim_declined")).one()
    assert told["answer"] == "照片里看不出破损"
    assert press(desk, no, "refusal", reason="照片里看不出破损").status_code == 303
    assert press(desk, no, "agreement").status_code == 409
    assert state(no) is ClaimState.DECLINED


def test_what_came_back_otherwise_is_refused(desk: Visitor, people: Cast) -> None:
    no = claimed(people, KIND.RETURN, REASON.QUALITY)
    press(desk, no, "agreement", answer=SEND_TO)
    assert press(desk, no, "refusal", reason="还没寄回").status_code == 409
    sent_back(people, no)
    before = points_of(people)
    press(desk, no, "refusal", reason="寄回的是另一台")
    assert state(no) is ClaimState.SENDING_HOME
    assert "寄还原件" in desk.get(path(no)).text
    press(desk, no, "resending", carrier="shunfeng", waybill="SF1390442701860")
    assert state(no) is ClaimState.DECLINED
    assert points_of(people) == before


def test_much_money_takes_two_people(app: Flask, desk: Visitor, people: Cast) -> None:
    cash: dict[str, Any] = {"plan_id": scene.cash_plan(), "gateway": GatewayName.ON_ACCOUNT}
    no = claimed(people, quantity=6, pieces=6, **cash)
    assert "还需另一位同事复核" in desk.get(path(no)).text
    press(desk, no, "agreement")
    assert state(no) is ClaimState.CHECKING
    page = desk.get(path(no)).text
    assert "复核须由另一位同事完成" in page
    assert "/agreement" not in page
    again = press(desk, no, "agreement")
    assert again.status_code == 409
    assert "需要另一位同事复核" in again.text
    assert shown(desk) == []
    assert shown(desk, "?view=checking") == [no]
    other = at_desk(app, people, StaffRole.ADMINISTRATOR)
    assert shown(other) == [no]
    page = other.get(path(no)).text
    assert "贺长风 已同意，等另一位同事复核；你同意后立即生效。" in page
    press(other, no, "agreement")
    assert state(no) in (ClaimState.REFUNDING, ClaimState.DONE)
    page = other.get(path(no)).text
    assert "复核人" in page
    nothing_is_wrong()


STEPS: list[tuple[str, dict[str, str]]] = [
    ("agreement", {}),
    ("refusal", {"reason": "不符合"}),
    ("acceptance", {"restock": "1"}),
    ("resending", SF),
]
LOOK: tuple[str, dict[str, str]] = ("photos", {})


@pytest.mark.parametrize("role", list(StaffRole))
def test_each_role_sees_and_does_what_its_work_asks_for(app: Flask, people: Cast, role: StaffRole) -> None:
    no = claimed(people, photos=1)
    visitor = at_desk(app, people, role)
    before = scene.everything()
    sees = 200 if role in MAY_SEE else 403
    assert visitor.get("/desk/after-sales").status_code == sees
    page = visitor.get(path(no))
    assert page.status_code == sees
    assert ("/agreement" in page.text) == (role in MAY_SEND)
    assert ("显示照片" in page.text) == (role in MAY_SEND)
    assert ('href="/desk/after-sales"' in visitor.get("/desk/sessions").text) == (role in MAY_SEE)
    assert visitor.get(path(no, "/photos/1")).status_code == (303 if role in MAY_SEND else 403)
    if role not in MAY_SEND:
        for step, data in (*STEPS, LOOK):
            assert press(visitor, no, step, **data).status_code == 403, step
        assert scene.everything() == before


def test_a_step_that_is_not_the_next_one_is_refused_and_nothing_moves(desk: Visitor, people: Cast) -> None:
    no = claimed(people)
    before = scene.everything()
    for step, data in STEPS[2:]:
        answer = press(desk, no, step, **data)
        assert answer.status_code == 409, step
        assert "状态刚刚变了" in answer.text
    assert scene.everything() == before
    transact(withdraw_claim, **whose(people.owner), no=no)
    for step, data in STEPS:
        assert press(desk, no, step, **data).status_code == 409, step
    assert state(no) is ClaimState.WITHDRAWN


def test_what_is_not_there_is_not_found(desk: Visitor, people: Cast) -> None:
    no = claimed(people, photos=1)
    for wrong in (f"NB0574/{no}", "LA0571/26111200000000-1", f"NOBODY/{no}", "LA0571/%00"):
        assert desk.get(f"/desk/after-sales/{wrong}").status_code == 404, wrong
        assert desk.post(f"/desk/after-sales/{wrong}/refusal", data={"reason": "x"}).status_code == 404, wrong
    for position in ("0", "2", "7", "99999", "9" * 19):
        assert desk.get(path(no, f"/photos/{position}")).status_code == 404, position


def test_photos_are_shown_by_a_press_that_is_written_down_once(desk: Visitor, people: Cast) -> None:
    no = claimed(people, photos=3)
    assert "/photos/1" not in desk.get(path(no)).text
    assert desk.get(path(no, "/photos/1")).location == path(no, "#photos")
    for _ in range(2):
        assert press(desk, no, "photos").location == path(no, "#photos")
    assert "/photos/3" in desk.get(path(no)).text
    for position in (1, 2, 3):
        answer = desk.get(path(no, f"/photos/{position}"))
        assert answer.data == JPEG
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
    looks = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "claim.look")).all()
    assert [one.actor for one in looks] == [f"staff:{people.staff[StaffRole.FULFILMENT].id}"]
    assert "查看照片" in desk.get(path(no)).text


@pytest.fixture
def four(desk: Visitor, people: Cast, clock: Clock) -> dict[str, str]:
    """A refund, a return awaited, one sent back, and a declined one, an hour apart."""
    made: dict[str, str] = {}
    kinds = {"refund": KIND.REFUND_ONLY, "awaited": KIND.RETURN, "back": KIND.EXCHANGE, "declined": KIND.REFUND_ONLY}
    for name, kind in kinds.items():
        made[name] = claimed(people, kind, REASON.QUALITY, code=RICE if name == "refund" else COOKER)
        if kind.sends_back:
            press(desk, made[name], "agreement", answer=SEND_TO)
        clock.tick(minutes=5)
    sent_back(people, made["back"])
    press(desk, made["declined"], "refusal", reason="不符合")
    return made


def test_the_queue_has_what_waits_for_the_brand_by_its_limit(desk: Visitor, four: dict[str, str]) -> None:
    assert shown(desk) == [four["refund"], four["back"]]
    assert shown(desk, "?view=return-awaited") == [four["awaited"]]
    assert shown(desk, "?view=all") == [four["declined"], four["back"], four["awaited"], four["refund"]]
    page = desk.get("/desk/after-sales").text
    assert re.findall(r'<b class="view__n">(\d+)</b>', page) == ["2", "0", "0", "1", "0", "4"]
    assert re.search(r'售后<span class="side__n">2</span>', page)


def test_what_is_late_says_so(desk: Visitor, people: Cast, four: dict[str, str], clock: Clock) -> None:
    clock.tick(hours=48)
    sign_in(desk, people.staff[StaffRole.FULFILMENT])
    assert shown(desk, "?view=late") == [four["refund"]]
    assert "超时" in desk.get(path(four["refund"])).text


def test_filters_of_the_address_narrow_the_queue(desk: Visitor, four: dict[str, str]) -> None:
    for query, expected in (
        ("?kind=exchange", ["back"]),
        ("?region=华东/浙江/杭州", ["refund", "back"]),
        ("?region=华东/浙江/宁波", []),
        ("?dealer=LA0571", ["refund", "back"]),
        ("?dealer=海曙", []),
        (f"?q={four['back']}", ["back"]),
        (f"?q={four['refund'][:-2]}", ["refund"]),
        (f"?q={four['back'][:6]}+{four['back'][6:]}", ["back"]),
        ("?q=jd0098765432100", ["back"]),
        ("?q=临安", ["refund", "back"]),
        ("?q=%25", []),
        ("?view=nonsense&kind=nonsense&after=9-9", ["refund", "back"]),
        ("?after=" + "9" * 30 + "-1-1", ["refund", "back"]),
    ):
        assert shown(desk, query) == [four[name] for name in expected], query
    assert "没有符合条件的售后" in desk.get("/desk/after-sales?q=zzz").text


def test_a_long_queue_comes_in_pages_that_lose_and_repeat_nothing(desk: Visitor, people: Cast, clock: Clock) -> None:
    made = [claimed(people) for _ in range(2)]
    order = arrived(people, RICE, 20)
    made += [_again(people, order, number) for number in range(20)]
    other = arrived(people, RICE, 20)
    for number in range(5):
        clock.tick(minutes=1)
        made += [_again(people, other, number)]
    for view in ("ours", "all"):
        first = desk.get(f"/desk/after-sales?view={view}").text
        onward = re.search(r'href="(/desk/after-sales\?[^"]*after=[^"]+)"', first)
        assert onward
        rest = shown(desk, onward[1].replace("&amp;", "&").removeprefix("/desk/after-sales"))
        assert len(rest) == 2
        assert sorted(shown(desk, f"?view={view}") + rest) == sorted(made)
        assert "共 27 笔" in first


def _again(people: Cast, order: str, number: int) -> str:
    wanted = Wanted(pieces={1: 1}, kind=KIND.REFUND_ONLY, reason=REASON.DAMAGED)
    made = transact(apply, **whose(people.owner), no=order, key=f"{order}-{number}", wanted=wanted, seal=SEAL)
    return made.no


def test_the_pages_ask_the_database_as_little_for_many_as_for_one(desk: Visitor, people: Cast) -> None:
    order = arrived(people, RICE, 20)
    no = _again(people, order, 0)
    desk.get("/desk/after-sales")  # the look of the mall is read once in a while
    with scene.statements() as one:
        desk.get("/desk/after-sales")
    for number in range(1, 9):
        _again(people, order, number)
    with scene.statements() as many:
        desk.get("/desk/after-sales")
    assert len(many) == len(one) <= 13, "\n".join(many)
    with scene.statements() as single:
        desk.get(path(no))
    assert len(single) <= 21, "\n".join(single)


def test_an_orders_page_names_its_claims(desk: Visitor, people: Cast) -> None:
    no = claimed(people, KIND.RETURN, REASON.QUALITY)
    order = no.rsplit("-", 1)[0]
    page = desk.get(f"/desk/orders/LA0571/{order}").text
    assert f'href="{path(no)}"' in page
    assert "退货退款" in page


def test_every_step_of_a_claim_has_its_word() -> None:
    actions = Path(after_sales.__file__).parent
    named = {
        act for file in actions.rglob("*.py") for act in re.findall(r'"(claim\.[a-z_]+)"', file.read_text("utf-8"))
    }
    assert named <= set(ACTS), named - set(ACTS)
    assert set(MOVES) == set(ClaimState) - {ClaimState.APPLIED}
