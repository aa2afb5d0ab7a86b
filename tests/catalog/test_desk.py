"""The desk's pages of prices and freight, as a merchandiser uses them, with script and without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.catalog.models import FreightTemplate, Item, PricePlan, Sku
from mall.catalog.queries.plans import plans_of
from mall.catalog.rules.plans import Plan
from mall.dealers.models import StaffRole, Tier
from mall.web.db import reading
from tests.cast import Cast
from tests.catalog.conftest import NOVEMBER, statements, words
from tests.conftest import Clock

PINE = "TB-750-PINE"
HTMX = {"HX-Request": "true"}


def kept(code: str = PINE) -> list[Plan]:
    session = reading()
    sku = session.scalars(select(Sku.id).where(Sku.code == code)).one()
    found = list(plans_of(session, [sku])[sku])
    session.rollback()
    return found


def add(desk: FlaskClient, **form: str) -> Any:
    return desk.post(f"/desk/prices/{PINE}/plans", data={"step": "0", **form})


def test_prices_are_found_by_words_code_category_and_missing_cost(desk: FlaskClient) -> None:
    everything = words(desk.get("/desk/prices"))
    assert "51 个规格" in everything
    found = words(desk.get("/desk/prices?q=baowen"))
    assert "钛合金保温杯" in found
    assert "28,600 积分" in found
    assert "办公本册" not in found
    assert PINE in words(desk.get(f"/desk/prices?q={PINE}"))
    assert "1 个规格" in words(desk.get("/desk/prices?category=virtual"))
    assert "51 个规格" in words(desk.get("/desk/prices?cost=none"))
    assert "没有找到规格" in words(desk.get("/desk/prices?q=%25"))
    assert "没有找到规格" in words(desk.get("/desk/prices?q=zzz"))


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "", "9" * 30])
def test_any_page_number_gives_a_page(desk: FlaskClient, page: str) -> None:
    words(desk.get(f"/desk/prices?page={page}"))


def test_a_page_of_prices_costs_few_statements(desk: FlaskClient) -> None:
    desk.get("/desk/prices")
    with statements() as seen:
        desk.get("/desk/prices")
    assert len(seen) <= 12, "\n".join(seen)


def test_a_price_is_added_and_told(desk: FlaskClient) -> None:
    answer = add(desk, step="1", points="9,900", cash="199", tier="core", region="华东/浙江", until="2026-12-31")
    assert answer.status_code == 303
    [_standing, plan] = kept()
    assert (plan.step, plan.points, plan.cash_fen, plan.tier) == (1, 9_900, 19_900, Tier.CORE)
    assert plan.region == "华东/浙江"
    assert plan.ends_at is not None
    assert plan.ends_at.isoformat() == "2026-12-31T16:00:00+00:00"
    html = words(desk.get(f"/desk/prices/{PINE}"))
    assert "核心级 华东 浙江" in html
    assert "加价格" in html


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"points": "0"}, "请填写大于 0 的整数"),
        ({"points": "1.5"}, "请填写大于 0 的整数"),
        ({"points": ""}, "请填写"),
        ({"points": "100", "step": "1"}, "要有现金"),
        ({"points": "100", "cash": "5"}, "全积分的价格没有现金"),
        ({"points": "100", "step": "1", "cash": "5.555"}, "最多两位小数"),
        ({"points": "100", "step": "1", "cash": "-5"}, "最多两位小数"),
        ({"points": "100", "step": "7", "cash": "5"}, "请选择兑换方式"),
        ({"points": "100", "tier": "gold"}, "请选择等级"),
        ({"points": "100", "region": "华"}, "没有这个区域的经销商"),
        ({"points": "100", "since": "2026-12-02", "until": "2026-12-01"}, "不能早于起始日"),
        ({"points": "100", "until": "2026-11-01"}, "填写的内容有误"),
        ({"points": "100", "until": "9999-12-31"}, "日期太远了"),
        ({"points": "100", "since": "0001-01-01"}, "日期太远了"),
    ],
)
def test_what_is_no_price_is_told_at_its_field(desk: FlaskClient, form: dict[str, str], told: str) -> None:
    assert told in words(add(desk, **form), status=422)
    assert len(kept()) == 1


def test_a_price_below_cost_waits_for_a_second_person_with_its_reason(desk: FlaskClient) -> None:
    assert desk.post(f"/desk/prices/{PINE}/cost", data={"cost": "200", "template": ""}).status_code == 303
    refused = words(add(desk, points="20000"), status=409)
    assert "至少要 22,600 积分" in refused
    assert "交给另一位同事复核" in refused
    assert "请写明原因" in words(add(desk, points="20000", sure="y"), status=422)
    assert add(desk, points="20000", sure="y", why="清库存").status_code == 303
    assert len(kept()) == 1
    assert "等待复核" in words(desk.get(f"/desk/prices/{PINE}"))


def test_a_cost_that_was_taken_away_still_judges_and_the_page_says_until_when(desk: FlaskClient) -> None:
    desk.post(f"/desk/prices/{PINE}/cost", data={"cost": "200"})
    desk.post(f"/desk/prices/{PINE}/cost", data={"cost": "0"})
    assert "仍按以前的 ¥200.00 核对" in words(desk.get(f"/desk/prices/{PINE}"))
    assert "至少要 22,600 积分" in words(add(desk, points="20000"), status=409)
    assert add(desk, points="20000", sure="y", why="清库存").status_code == 303
    assert len(kept()) == 1


def test_what_is_typed_into_the_helper_judges_a_price_only_where_it_makes_it_dearer(desk: FlaskClient) -> None:
    desk.post(f"/desk/prices/{PINE}/cost", data={"cost": "200"})
    words(add(desk, points="21000", tax="0", worth="0.01", freight="0"), status=409)
    words(add(desk, points="20", tax="0", worth="99", freight="0"), status=409)
    assert add(desk, points="22600", tax="0", worth="0.01", freight="0").status_code == 303
    assert "至少要 48,590 积分" in words(add(desk, points="22000", tax="0", worth="0.005", freight="15"), status=409)


def test_the_helper_answers_from_its_address_and_by_fragment(desk: FlaskClient) -> None:
    url = f"/desk/prices/{PINE}?cost=100&freight=8&tax=13&worth=0.01&margin=20"
    page = words(desk.get(url))
    assert "¥122.04" in page
    assert "12,204 积分" in page
    fragment = desk.get(url, headers=HTMX).get_data(as_text=True)
    assert "<html" not in fragment
    assert 'id="helper"' in fragment
    assert 'id="basis" hx-swap-oob="true"' in fragment
    suggestion = re.search(r'href="([^"]+)#add"', fragment)
    assert suggestion
    filled = desk.get(suggestion[1].replace("&amp;", "&")).get_data(as_text=True)
    assert 'value="15500"' in filled


@pytest.mark.parametrize("query", ["cost=x", "worth=0", "tax=-1", "margin=1e9", "freight=1.999", "step=x&points=x"])
def test_a_helper_that_cannot_read_its_question_says_so(desk: FlaskClient, query: str) -> None:
    words(desk.get(f"/desk/prices/{PINE}?{query}"))


def test_a_price_is_withdrawn_and_stays_readable(desk: FlaskClient) -> None:
    add(desk, step="1", points="9900", cash="199")
    standing, cash = kept()
    assert desk.post(f"/desk/prices/{PINE}/plans/{cash.id}/withdrawal").status_code == 303
    assert kept() == [standing]
    assert "撤下的价格" in words(desk.get(f"/desk/prices/{PINE}"))
    last = desk.post(f"/desk/prices/{PINE}/plans/{standing.id}/withdrawal")
    assert "唯一价格" in words(last, status=409)
    assert desk.post(f"/desk/prices/TB-750-GREY/plans/{standing.id}/withdrawal").status_code == 404
    acts = reading().scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert [act for act in acts if act.startswith("plan.")] == ["plan.add", "plan.withdraw"]


def test_a_sku_nobody_knows_is_not_found(desk: FlaskClient) -> None:
    assert desk.get("/desk/prices/NOTHING").status_code == 404
    assert desk.post("/desk/prices/NOTHING/plans", data={"points": "5"}).status_code == 404
    assert desk.post("/desk/prices/NOTHING/cost", data={"cost": "5"}).status_code == 404
    assert desk.post(f"/desk/prices/{PINE}/plans/77/withdrawal").status_code == 404
    assert desk.post(f"/desk/prices/{PINE}/cost", data={"cost": "1.234"}).status_code == 422


TEMPLATE = {
    "code": "far-away-0001", "name": "偏远加价", "new": "1", "groups": "2",
    "0-provinces": ["新疆", "西藏"], "0-first": "1", "0-first_fee": "28", "0-further": "2", "0-further_fee": "9.50",
    "0-free_from": "6", "rest-first": "1", "rest-first_fee": "0", "rest-further": "1", "rest-further_fee": "0",
}  # fmt: skip


def test_a_template_is_made_shown_changed_and_used(desk: FlaskClient) -> None:
    assert "还没有运费模板" in words(desk.get("/desk/freight"))
    words(desk.get("/desk/freight/new"))
    for _ in range(2):
        assert desk.post("/desk/freight", data=TEMPLATE).status_code == 303
    assert "西藏、新疆：前 1 件 ¥28，每加 2 件 ¥9.50，6 件起包邮" in words(desk.get("/desk/freight"))
    assert reading().scalars(select(FreightTemplate.code)).all() == ["far-away-0001"]
    words(desk.get("/desk/freight/far-away-0001"))
    desk.post(f"/desk/prices/{PINE}/cost", data={"cost": "10", "template": "far-away-0001"})
    assert reading().scalars(select(Item.freight_template_id).where(Item.code == "TB-750-TI")).one()
    changed = {**TEMPLATE, "0-delivered": "no", "0-first": "", "name": "不送偏远"}
    assert desk.post("/desk/freight", data=changed).status_code == 303
    assert "西藏、新疆：不送" in words(desk.get("/desk/freight"))
    assert desk.get("/desk/freight/none").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "请填写名称"),
        ({"name": "长" * 61}, "最多 60 个字"),
        ({"0-first": "0"}, "1 至 999 的整数"),
        ({"0-further": "x"}, "1 至 999 的整数"),
        ({"0-free_from": "-1"}, "1 至 999 的整数"),
        ({"rest-first_fee": "-1"}, "金额"),
        ({"rest-further_fee": "999999"}, "最多 10,000 元"),
        ({"code": "../x"}, "请重新打开这一页"),
    ],
)
def test_a_template_with_a_fault_comes_back_as_typed(desk: FlaskClient, wrong: dict[str, str], told: str) -> None:
    assert told in words(desk.post("/desk/freight", data={**TEMPLATE, **wrong}), status=422)
    assert not reading().scalars(select(FreightTemplate.code)).all()


def test_a_province_stands_in_one_group(desk: FlaskClient) -> None:
    twice = {**TEMPLATE, "groups": "3", "1-provinces": ["新疆"], "1-first": "1", "1-further": "1"}
    assert "新疆 已经在前面的分组里" in words(desk.post("/desk/freight", data=twice), status=422)
    more = desk.post("/desk/freight", data={**TEMPLATE, "more": "1"}).get_data(as_text=True)
    assert 'name="1-provinces"' in more
    assert 'name="groups" value="3"' in more
    empty = {**TEMPLATE, "groups": "3", "1-first": "x"}
    assert desk.post("/desk/freight", data=empty).status_code == 303, "a group without provinces is left out"


def test_two_people_who_change_one_template_do_not_overwrite_each_other(desk: FlaskClient, clock: Clock) -> None:
    desk.post("/desk/freight", data=TEMPLATE)
    page = desk.get("/desk/freight/far-away-0001").get_data(as_text=True)
    opened = re.search(r'name="seen" value="([0-9]+)"', page)
    assert opened
    clock.tick(minutes=5)
    mine = {**TEMPLATE, "seen": opened[1], "new": "0", "name": "我改的"}
    assert desk.post("/desk/freight", data={**mine, "name": "先改的"}).status_code == 303
    assert "刚被别人改过" in words(desk.post("/desk/freight", data=mine), status=409)
    assert reading().scalars(select(FreightTemplate.name)).one() == "先改的"
    assert desk.post("/desk/freight", data={**mine, "seen": "x"}).status_code == 303


def test_every_change_names_who_made_it(desk: FlaskClient, people: Cast) -> None:
    add(desk, step="1", points="9900", cash="199")
    desk.post("/desk/freight", data=TEMPLATE)
    actors = set(reading().scalars(select(AuditEntry.actor).where(AuditEntry.act.in_(["plan.add", "freight.put"]))))
    assert actors == {f"staff:{people.staff[StaffRole.MERCHANDISER].id}"}
    assert reading().scalars(select(PricePlan.created_at).order_by(PricePlan.id.desc()).limit(1)).one() == NOVEMBER
