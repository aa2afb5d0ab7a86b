"""The desk's corrections, accounts and closing of months, as pages; and how a dealer reads what was put right."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mall.audit.models import AuditEntry
from mall.dealers.models import StaffRole
from mall.points.actions import capture, claw_back, hold, open_book, void, write
from mall.points.models import Correction, CorrectionState, Journal, Kind, Programme
from mall.points.queries import balance
from mall.web.db import now, reading, transact
from tests.cast import Cast, Visitor, cast, give_points, sign_in

NEW = "/desk/points/corrections"


@pytest.fixture
def people(mall: Flask) -> Cast:
    mall.test_client_class = Visitor
    return transact(cast, seal=mall.extensions["seal"])


@pytest.fixture
def finance(mall: Flask, people: Cast) -> FlaskClient:
    return staff(mall, people, StaffRole.FINANCE)


@pytest.fixture
def administrator(mall: Flask, people: Cast) -> FlaskClient:
    return staff(mall, people, StaffRole.ADMINISTRATOR)


def staff(mall: Flask, people: Cast, role: StaffRole) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.staff[role])
    return client


def typed(kind: str = "add", points: str = "6,000", **more: str) -> dict[str, str]:
    usual = {"kind": kind, "dealer": "LA0571", "points": points, "note": "依据 DD-0241", "key": "k" * 20}
    if kind == "add":
        usual |= {"until": "2027-11-30", "fund": "brand", "worth": "0.01", "reason": "goodwill"}
    return usual | {"reason": "correction"} | usual | more


def previewed(client: FlaskClient, **fields: str) -> tuple[TestResponse, dict[str, str]]:
    answer = client.post(NEW, data=fields)
    seen = re.search(r'name="seen" value="(\w*)"', answer.text)
    return answer, fields | {"seen": seen[1] if seen else ""}


def filed(client: FlaskClient, **fields: str) -> int:
    _page, again = previewed(client, **fields)
    answer = client.post(NEW, data=again)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def state(number: int) -> CorrectionState:
    return reading().scalars(select(Correction.state).where(Correction.id == number)).one()


def available(dealer_id: int) -> int:
    return balance(reading(), dealer_id, now()).available


def test_nothing_is_done_before_it_was_shown(finance: FlaskClient, people: Cast) -> None:
    page, again = previewed(finance, **typed(points="800"))
    assert page.status_code == 200
    assert "确认入账" in page.text
    assert "+800" in page.text
    assert available(people.linan.id) == 0
    changed = finance.post(NEW, data=again | {"points": "900"})
    assert changed.status_code == 200, "what is changed after it was shown is shown again"
    assert available(people.linan.id) == 0
    assert finance.post(NEW, data=again).status_code == 303
    assert finance.post(NEW, data=again).status_code == 303, "the same form again is the same correction"
    assert available(people.linan.id) == 800


def test_a_large_one_is_approved_by_somebody_else(
    finance: FlaskClient, administrator: FlaskClient, people: Cast
) -> None:
    page, _again = previewed(finance, **typed())
    assert "提交，等待复核" in page.text
    number = filed(finance, **typed())
    own, other = finance.get(f"{NEW}/{number}").text, administrator.get(f"{NEW}/{number}").text
    assert ("通过并入账" in own, "撤回申请" in own) == (False, True)
    assert ("通过并入账" in other, "撤回申请" in other) == (True, False)
    assert finance.post(f"{NEW}/{number}/approval").status_code == 403
    assert administrator.post(f"{NEW}/{number}/withdrawal").status_code == 403
    assert state(number) is CorrectionState.WAITING
    assert administrator.post(f"{NEW}/{number}/approval").status_code == 303
    assert administrator.post(f"{NEW}/{number}/approval").status_code == 303
    assert available(people.linan.id) == 6_000
    shown = finance.get(f"{NEW}/{number}").text
    assert "复核通过并入账，苏望舒" in shown
    assert "192.0.2" in shown or "127.0.0.1" in shown


def test_the_side_counts_what_waits_for_who_is_here(
    mall: Flask, people: Cast, finance: FlaskClient, administrator: FlaskClient
) -> None:
    filed(finance, **typed())
    link = re.compile(r'href="/desk/points/corrections"[^>]*>.*?更正单(<span class="side__n">1</span>)?</a>', re.S)
    counted = {}
    manager = staff(mall, people, StaffRole.ACCOUNT_MANAGER)
    for name, client in (("finance", finance), ("administrator", administrator), ("manager", manager)):
        found = link.search(client.get(NEW).text)
        assert found is not None
        counted[name] = bool(found[1])
    assert counted == {"finance": False, "administrator": True, "manager": False}


def test_account_managers_look_and_do_nothing(mall: Flask, people: Cast, finance: FlaskClient) -> None:
    number = filed(finance, **typed())
    manager = staff(mall, people, StaffRole.ACCOUNT_MANAGER)
    shown = manager.get(f"{NEW}/{number}").text
    assert "在等财务或管理员复核" in shown
    assert "通过并入账" not in shown
    assert manager.get("/desk/points/dealers/LA0571").status_code == 200
    for act in ("approval", "declining", "withdrawal"):
        assert manager.post(f"{NEW}/{number}/{act}", data={"answer": "不"}).status_code == 403
    for page in ("/desk/points/corrections/new", "/desk/points/periods"):
        assert manager.get(page).status_code == 403


def test_declining_needs_a_reason_and_keeps_it(finance: FlaskClient, administrator: FlaskClient) -> None:
    number = filed(finance, **typed())
    assert administrator.post(f"{NEW}/{number}/declining", data={"answer": " "}).status_code == 422
    answer = administrator.post(f"{NEW}/{number}/declining", data={"answer": "问 13805716207"})
    assert answer.status_code == 422
    assert "个人信息" in answer.text
    assert administrator.post(f"{NEW}/{number}/declining", data={"answer": "没有单据"}).status_code == 303
    assert "没有单据" in finance.get(f"{NEW}/{number}").text
    assert administrator.post(f"{NEW}/{number}/approval").status_code == 409


def test_points_spent_meanwhile_are_told_before_and_after_the_press(
    finance: FlaskClient, administrator: FlaskClient, people: Cast
) -> None:
    give_points(people.linan.id, 7_000)
    number = filed(finance, **typed("take"))
    filed(administrator, **typed("take", "2,000", key="m" * 20))
    assert "现在复核会被拒绝：积分不足" in administrator.get(f"{NEW}/{number}").text
    answer = administrator.post(f"{NEW}/{number}/approval")
    assert answer.status_code == 409
    assert "积分不足" in answer.text
    assert state(number) is CorrectionState.WAITING


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"points": "0"}, "大于 0 的整数"),
        ({"points": "1.5"}, "大于 0 的整数"),
        ({"points": "-5"}, "大于 0 的整数"),
        ({"points": "9" * 18}, "大于 0 的整数"),
        ({"until": "2026-11-11"}, "不能早于今天"),
        ({"until": ""}, "最后可用的日子"),
        ({"until": "9999-12-31"}, "最后可用的日子"),
        ({"fund": "a b"}, "费用来源"),
        ({"fund": ""}, "费用来源"),
        ({"worth": "NaN"}, "最多六位小数"),
        ({"worth": "0.0000001"}, "最多六位小数"),
        ({"worth": "-1"}, "最多六位小数"),
        ({"worth": "1e999999999"}, "最多六位小数"),
        ({"reason": "merger"}, "请选择适用的原因"),
        ({"note": ""}, "请填写"),
        ({"note": "长" * 121}, "最多 120"),
        ({"key": ""}, ""),
    ],
)
def test_what_cannot_be_meant_is_handed_back(finance: FlaskClient, changed: dict[str, str], said: str) -> None:
    answer, again = previewed(finance, **typed() | changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert finance.post(NEW, data=again).status_code == 422
    assert reading().scalars(select(Correction)).all() == []


@pytest.mark.parametrize("changed", [{"kind": "gift"}, {"kind": ""}, {"dealer": "NOBODY"}, {"dealer": ""}])
def test_what_is_not_there_is_not_found(finance: FlaskClient, changed: dict[str, str]) -> None:
    assert finance.post(NEW, data=typed() | changed).status_code == 404


def test_the_receiver_is_found_by_code_or_words(finance: FlaskClient, people: Cast) -> None:
    give_points(people.linan.id, 7_000)
    for to, said in (
        ("", "请填写经销商的编号或名称"),
        ("北京", "没有这家经销商"),
        ("LA0571", "不能转给自己"),
        ("华东", "NB0574 华东·宁波海曙五金"),
    ):
        answer, _again = previewed(finance, **typed("transfer", "300", to=to))
        assert answer.status_code == 422
        assert said in answer.text
    page, again = previewed(finance, **typed("transfer", "300", to="宁波"))
    assert page.status_code == 200
    assert finance.post(NEW, data=again | {"to": "NB0574"}).status_code == 303
    assert (available(people.linan.id), available(people.ningbo.id)) == (6_700, 300)


def clawed(session: Session, at: Any, dealer_id: int) -> None:
    book = open_book(session, at, dealer_id)
    claw_back(
        book, points=400, reference=None, source="test", key="return/1", effective_at=at, actor="partner:test",
        why={"what": "return"},
    )  # fmt: skip
    write(session, [book])


def test_a_clawback_offers_its_reinstatement_once(finance: FlaskClient, people: Cast) -> None:
    give_points(people.linan.id, 1_000)
    transact(clawed, dealer_id=people.linan.id)
    account = finance.get("/desk/points/dealers/LA0571").text
    offered = re.search(r'href="([^"]*kind=reinstate[^"]*)"', account)
    assert offered is not None
    form = finance.get(unescape(offered[1])).text
    assert "恢复这笔扣回的全部 400 积分" in form
    journal = reading().scalars(select(Journal.journal_id).where(Journal.kind == Kind.CLAWBACK)).one()
    number = filed(finance, **typed("reinstate", "400", journal=str(journal), reason="mistaken"))
    assert available(people.linan.id) == 1_000
    assert "kind=reinstate" not in finance.get("/desk/points/dealers/LA0571").text
    assert "恢复的扣回" in finance.get(f"{NEW}/{number}").text
    again = finance.post(NEW, data=typed("reinstate", "400", journal=str(journal), reason="mistaken", key="n" * 20))
    assert again.status_code == 409
    for odd in ("", "x", "0", "9" * 19, "9" * 30):
        assert finance.get(f"{NEW}/new?dealer=LA0571&kind=reinstate&journal={odd}").status_code == 404


def test_filters_stand_in_the_address_and_odd_ones_do_no_harm(finance: FlaskClient, administrator: FlaskClient) -> None:
    number = filed(finance, **typed())
    done = filed(finance, **typed(points="10", key="p" * 20))
    listed = {
        "": set(),
        "?view=mine": {number, done},
        "?view=waiting": {number},
        "?view=posted": {done},
        "?view=all&kind=take": set(),
        "?view=all&dealer=临安": {number, done},
        "?view=all&dealer=NB0574": set(),
        "?view=all&dealer=linan&size=100&columns=fund": {number, done},
        f"?view=all&sort=made&before={number}": {done},
        "?view=all&reason=goodwill": {number, done},
        "?view=all&reason=merger": set(),
        "?view=declined": set(),
        "?view=nonsense&kind=x&before=abc": set(),
        f"?view=all&before={number}": set(),
        "?view=all&before=99999999999999999999": {number, done},
    }
    for query, wanted in listed.items():
        found = re.findall(r"/desk/points/corrections/(\d+)", finance.get(NEW + query).text)
        assert {int(each) for each in found} == wanted, query
    assert str(number) in administrator.get(NEW).text


def test_a_dealers_account_tells_balances_lots_funds_and_who_did_what(
    finance: FlaskClient, administrator: FlaskClient, people: Cast
) -> None:
    number = filed(finance, **typed())
    administrator.post(f"{NEW}/{number}/approval")
    page = finance.get("/desk/points/dealers/LA0571").text
    for said in ("6,000", "brand", "¥0.01", "秦知微", "复核 苏望舒", "积分调整", "2027年11月30日", "关怀补偿"):
        assert said in page, said
    why = finance.get("/desk/points/dealers/LA0571/movements/1").text
    for said in ("关怀补偿", f"/desk/points/corrections/{number}", "秦知微", "苏望舒"):
        assert said in why, said
    assert finance.get("/desk/points/dealers/LA0571/movements/2").status_code == 404
    assert finance.get("/desk/points/dealers/nobody").status_code == 404
    assert "还没有过积分" in finance.get("/desk/points/dealers/NB0574").text


def test_dealers_are_found_by_code_name_and_pinyin(finance: FlaskClient) -> None:
    none = (("%", 0), ("_", 0), ("北京", 0), ("beijing", 0))
    for words, there in (("", 2), ("LA", 1), ("la05", 1), ("海曙", 1), ("haishu", 1), ("hswj", 1), *none):
        page = finance.get("/desk/points/dealers", query_string={"q": words}).text
        assert len(re.findall(r'href="/desk/points/dealers/[A-Z]', page)) == there, words


def held(session: Session, at: Any, dealer_id: int) -> None:
    book = open_book(session, at, dealer_id)
    until = at + timedelta(days=1)
    first, second = (
        hold(book, points=points, until=until, source="mall", key=f"hold/{points}", actor="member:1", why={})
        for points in (700, 300)
    )
    capture(
        book, hold_journal=first.journal_id, points=600, source="mall", key="capture/1", actor="member:1", why={}
    )
    void(book, hold_journal=second.journal_id, source="mall", key="void/1", actor="system", why={})
    write(session, [book])


def test_a_dealer_reads_what_was_put_right_and_why(mall: Flask, people: Cast, finance: FlaskClient) -> None:
    give_points(people.linan.id, 5_000)
    filed(finance, **typed(points="100"))
    filed(finance, **typed("take", "50", key="t" * 20, reason="settled"))
    filed(finance, **typed("transfer", "2,000", to="NB0574", key="x" * 20, reason="merger"))
    transact(clawed, dealer_id=people.linan.id)
    journal = reading().scalars(select(Journal.journal_id).where(Journal.kind == Kind.CLAWBACK)).one()
    filed(finance, **typed("reinstate", "400", journal=str(journal), reason="mistaken", key="y" * 20))
    transact(held, dealer_id=people.linan.id)
    owner, other = mall.test_client(), mall.test_client()
    sign_in(owner, people.owner)
    sign_in(other, people.other_owner)
    page = owner.get("/points").text
    for said in (
        "积分调整", "关怀补偿", "2027年11月30日 到期", "协商处理",
        "转出积分", "转给 华东·宁波海曙五金", "经销商合并",
        "恢复积分", "误扣恢复",
        "冻结积分", "冻结转兑换", "没有用到的，解除冻结", "解除冻结",
    ):  # fmt: skip
        assert said in page, said
    received = other.get("/points").text
    for said in ("转入积分", "来自 华东·临安恒泰商贸", "经销商合并"):
        assert said in received, said
    assert "秦知微" not in page + received, "the brand's people are not named to dealers"
    for client, most in ((owner, 9), (other, 1)):
        for seq in range(1, most + 1):
            assert client.get(f"/points/movements/{seq}").status_code == 200, seq
        assert client.get("/points/lots").status_code == 200


def test_a_month_is_closed_by_a_press_that_is_meant(finance: FlaskClient) -> None:
    where = "/desk/points/periods"
    assert "还没有关闭过账期" in finance.get(where).text
    assert finance.post(where, data={"month": "2026-10"}).status_code == 422
    assert finance.post(where, data={"month": "x", "sure": "y"}).status_code == 422
    assert finance.post(where, data={"month": "2026-11", "sure": "y"}).status_code == 422, "it is running"
    assert finance.post(where, data={"month": "2026-10", "sure": "y"}).status_code == 303
    assert finance.post(where, data={"month": "2026-09", "sure": "y"}).status_code == 422, "never back"
    shown = finance.get(where).text
    assert "已关闭到 10月31日（含）" in shown
    assert "关闭账期，秦知微" in shown
    assert reading().scalars(select(AuditEntry.address).where(AuditEntry.act == "points.close_period")).all() == [
        "127.0.0.1"
    ]


def test_the_threshold_is_the_administrators(finance: FlaskClient, administrator: FlaskClient) -> None:
    where = "/desk/points/terms"
    assert finance.post(where, data={"grace": "9", "threshold": "99999"}).status_code == 303
    programme = reading().get_one(Programme, 1)
    assert (programme.grace_days, programme.approval_points) == (9, 5_000)
    assert administrator.post(where, data={"grace": "9", "threshold": "x"}).status_code == 422
    assert administrator.post(where, data={"grace": "400", "threshold": "1"}).status_code == 422
    assert administrator.post(where, data={"grace": "9", "threshold": "8,000"}).status_code == 303
    assert "单人更正上限：5,000 → 8,000" in administrator.get("/desk/points/periods").text


def test_a_command_closes_a_month(mall: Flask, people: Cast) -> None:
    runner = mall.test_cli_runner()
    assert "closed up to 2026-10-31 16:00" in runner.invoke(args=["points", "close", "2026-10"]).output
    assert runner.invoke(args=["points", "close", "2026-11"]).exit_code == 1
    assert runner.invoke(args=["points", "close", "soon"]).exit_code == 2


def test_accounts_are_narrowed_and_put_in_order(finance: FlaskClient) -> None:
    def shown(query: str) -> list[str]:
        page = finance.get(f"/desk/points/dealers?{query}").text
        return re.findall(r'href="/desk/points/dealers/([A-Z]+0\d+)"', page)

    assert shown("sort=code") == ["LA0571", "NB0574"]
    assert shown("sort=-code") == ["NB0574", "LA0571"]
    assert shown("sort=posted&size=25&columns=posted,tier") != []
    assert shown("sort=-available")[0] == "LA0571"
    assert shown("state=suspended") == shown("state=debt") == shown("region=华北") == []
    assert "清除" in finance.get("/desk/points/dealers?state=debt").text
