"""The pages before a redemption: whole and as fragments, for those who may redeem and those who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.catalog.models import PricePlan, Sku
from mall.web.db import reading, transact
from tests.cast import Cast, SomeMember, cast, give_points, sign_in
from tests.catalog.conftest import NOVEMBER, statements, stock_up
from tests.conftest import Clock, Databases, running

HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def mall(databases: Databases) -> Iterator[Flask]:
    """One mall for all: these pages only show."""
    url = databases.sqlite()
    yield from running(url, Clock(NOVEMBER))
    databases.take_back(url)


@pytest.fixture(scope="module")
def people(mall: Flask) -> Cast:
    """The small catalogue, and a dealer with 30,000 points, 4,800 of which end this month."""
    everybody = transact(cast, seal=mall.extensions["seal"])
    transact(stock_up)
    give_points(everybody.linan.id, 4_800, months=0)
    give_points(everybody.linan.id, 25_200, months=10)
    return everybody


def browser(mall: Flask, who: SomeMember) -> FlaskClient:
    """Somebody's browser, signed in."""
    client = mall.test_client()
    sign_in(client, who)
    return client


@pytest.fixture(scope="module")
def owner(mall: Flask, people: Cast) -> FlaskClient:
    """The owner's browser."""
    return browser(mall, people.owner)


def get(client: FlaskClient, url: str, *, status: int = 200, htmx: bool = False) -> str:
    answer = client.get(url, headers=HTMX if htmx else {})
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    assert "HX-Request" in answer.headers["Vary"]
    return answer.get_data(as_text=True)


def plan_of(code: str) -> int:
    """The one price of a SKU."""
    found = reading().scalars(select(PricePlan.id).join(Sku, Sku.id == PricePlan.sku_id).where(Sku.code == code)).one()
    reading().rollback()
    return found


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_home_says_how_much_there_is_and_what_is_about_to_be_lost(owner: FlaskClient) -> None:
    html = text_of(get(owner, "/"))
    assert "晚上好，沈立诚" in html
    assert "30,000" in html
    assert "4,800 积分将于 11月30日 过期" in html
    assert "为你推荐" in html
    assert "马上就能兑换" in html
    assert "酒茶礼盒" not in html, "a category without rewards has no door"


def test_home_of_a_dealer_without_points_shows_what_is_next(mall: Flask, people: Cast) -> None:
    client = browser(mall, people.other_owner)
    html = text_of(get(client, "/"))
    assert "再攒一点就能换" in html
    assert "还差 1,000 积分" in html


def test_the_catalogue_is_a_page_and_more_of_it_a_fragment(owner: FlaskClient) -> None:
    whole = get(owner, "/catalog")
    assert "<html" in whole
    assert whole.count('<li class="entry') == 20
    assert 'href="/catalog?page=2"' in whole
    more = get(owner, "/catalog?page=2", htmx=True)
    assert "<html" not in more
    assert more.count('<li class="entry') == 20
    assert "/catalog?page=3" in more
    last = get(owner, "/catalog?page=3", htmx=True)
    assert "page=4" not in last
    assert "已经到底了" in last


def test_filters_stay_in_the_addresses(owner: FlaskClient) -> None:
    html = get(owner, "/catalog?q=办公&in_stock=1&sort=cheapest")
    assert "in_stock=1&amp;sort=cheapest&amp;page=2" in html
    assert 'value="办公"' in html
    assert "36 件" in html


def test_what_can_be_redeemed_follows_the_balance(owner: FlaskClient) -> None:
    html = text_of(get(owner, "/catalog?affordable=1"))
    assert "31 件" in html
    assert "还差" not in html
    assert "还差 1,000 积分" in text_of(get(owner, "/catalog?at_least=31000&sort=cheapest"))


def test_nothing_found_is_no_dead_end(owner: FlaskClient) -> None:
    html = text_of(get(owner, "/catalog?q=🎁&category=home"))
    assert "没有找到“🎁”" in html
    assert "清除筛选" in html
    assert "这些你现在就能兑换" in html


@pytest.mark.parametrize(
    "query",
    ["?page=0", "?page=-3", "?page=abc", "?page=9999999999999999999", "?at_least=９００&at_most=-1", "?at_most=1e9",
     "?sort='", "?category=%27", "?q=%25%27%22", "?at_least=30000&at_most=10000", "?filters=open",
     "?q=" + "保" * 200, "?affordable=yes", "?at_least=" + "9" * 300],
)
def test_any_address_gives_a_page(owner: FlaskClient, query: str) -> None:
    get(owner, f"/catalog{query}")


def test_an_item_tells_price_stock_limit_and_what_is_left_after(owner: FlaskClient) -> None:
    html = text_of(get(owner, "/catalog/TB-750-TI"))
    assert "18,600–28,600" in html
    assert "每个经销商 5 件" in html
    assert "剩 9 件" in html
    assert "兑换后剩 11,400 积分" in html
    assert "立即兑换" in html


def test_an_item_beyond_the_balance_says_how_much_is_missing(owner: FlaskClient) -> None:
    html = get(owner, "/catalog/OF-044")
    assert "还差 14,000 积分" in text_of(html)
    assert re.search(r"<button[^>]*disabled[^>]*>还差 14,000 积分", html)


def test_a_sold_out_item_says_so(owner: FlaskClient) -> None:
    assert re.search(r"<button[^>]*disabled[^>]*>已抢完", get(owner, "/catalog/OF-005"))


@pytest.mark.parametrize("code", ["NOTHING", "HIDDEN-1", "tb-750-ti ", "%00", "x" * 500])
def test_an_item_off_the_shelf_is_not_found_and_shows_a_way_on(owner: FlaskClient, code: str) -> None:
    assert "<a " in get(owner, f"/catalog/{code}", status=404)


def test_a_clerk_may_look_and_is_told_who_may_redeem(mall: Flask, people: Cast) -> None:
    client = browser(mall, people.clerk)
    assert re.search(r"<button[^>]*disabled[^>]*>请老板或采购兑换", get(client, "/catalog/TB-750-TI"))


def test_a_choice_in_the_sheet_changes_sheet_price_and_line(owner: FlaskClient) -> None:
    html = get(owner, "/catalog/TB-750-TI/choice?option-0=松绿&quantity=1", htmx=True)
    assert html.lstrip().startswith("<form")
    assert 'id="item-price" hx-swap-oob="true"' in html
    assert 'id="item-picked"' in html
    words = text_of(html)
    assert "28,600" in words
    assert "500ml无此组合" in words
    assert "暖白缺货" in words


def test_a_choice_without_script_is_the_page_with_the_sheet_open(owner: FlaskClient) -> None:
    html = get(owner, "/catalog/TB-750-TI/choice")
    assert re.search(r'<dialog class="sheet" id="sku"[^>]* open', html)
    assert "更新选择" in html


def test_the_sheet_leads_to_checkout_with_sku_and_quantity(owner: FlaskClient) -> None:
    answer = owner.get("/catalog/TB-750-TI/choice?option-0=钛灰&option-1=500ml&quantity=1&go=1")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/orders/new?sku=TB-500-GREY&quantity=1&plan={plan_of('TB-500-GREY')}"


@pytest.mark.parametrize(("asked", "given"), [("99", 1), ("-1", 1), ("０", 1), ("x", 1), ("", 1)])
def test_a_quantity_out_of_bounds_becomes_one_that_can_be_had(owner: FlaskClient, asked: str, given: int) -> None:
    answer = owner.get(f"/catalog/TB-750-TI/choice?option-0=钛灰&option-1=750ml&quantity={asked}&go=1")
    assert answer.headers["Location"] == f"/orders/new?sku=TB-750-GREY&quantity={given}&plan={plan_of('TB-750-GREY')}"


def test_a_combination_that_does_not_exist_is_refused_with_the_sheet_kept(owner: FlaskClient) -> None:
    html = get(owner, "/catalog/TB-750-TI/choice?option-0=松绿&option-1=500ml&go=1", status=422)
    assert "没有这个规格组合" in html


def test_activities_show_what_ends_by_month_and_what_it_can_become(owner: FlaskClient) -> None:
    html = text_of(get(owner, "/activities"))
    assert "4,800 积分能换这些" in html
    assert "即将上线" in html
    assert "新品上架" in html


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_rewards_are_told_in_the_readers_language(owner: FlaskClient, language: str) -> None:
    name = {"en": "Titanium thermos", "zh-TW": "鈦合金保溫杯 輕量真空"}[language]
    for url in ("/", "/catalog", "/catalog/TB-750-TI"):
        assert name in get(owner, f"{url}?lang={language}")


@pytest.mark.parametrize(
    ("url", "most"),
    [("/", 12), ("/catalog", 11), ("/catalog?q=办公&in_stock=1", 10), ("/catalog/TB-750-TI", 11), ("/activities", 12)],
)
def test_a_page_costs_few_statements_however_much_it_shows(owner: FlaskClient, url: str, most: int) -> None:
    owner.get(url)
    with statements() as seen:
        assert owner.get(url).status_code == 200
    assert len(seen) <= most, "\n".join(seen)


@pytest.mark.parametrize(
    "url", ["/", "/catalog", "/catalog/TB-750-TI", "/catalog/TB-750-TI/choice", "/activities", "/balance"]
)
def test_nobody_sees_a_page_without_signing_in(mall: Flask, url: str) -> None:
    answer = mall.test_client().get(url)
    assert answer.status_code in {302, 303}
    assert "/sign-in" in answer.headers["Location"]
