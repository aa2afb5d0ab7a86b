"""我的权益 and the desk's lists: each sees what is theirs, by its life; finance sets terms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall.catalog.models import Kind
from mall.dealers.models import StaffRole
from mall.outbox.models import System
from mall.rewards.actions.vouchers import use
from mall.rewards.models import Voucher
from mall.rewards.queries.rebates import terms_in_force
from mall.web.db import now, reading, transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import Clock
from tests.rewards.vouching import COUPON, RUSH, bought, come_back, line, terms, vouchers


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


@pytest.fixture
def owner(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.owner)
    return client


@pytest.fixture
def administrator(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.ADMINISTRATOR])
    return client


def held(people: Cast) -> list[Voucher]:
    """Two benefits and two coupons of 临安恒泰商贸, one of 宁波海曙五金."""
    bought(line(people.linan.id, 1, Kind.SERVICE, quantity=2, terms=RUSH))
    bought(line(people.linan.id, 2, Kind.COUPON, quantity=2, terms=COUPON))
    bought(line(people.ningbo.id, 3, Kind.COUPON, terms=COUPON))
    return sorted(vouchers(), key=lambda voucher: (voucher.order_id, voucher.piece_no))


def test_vouchers_are_listed_by_their_life(owner: FlaskClient, people: Cast, clock: Clock) -> None:
    first, second, third, *_, others = held(people)
    transact(use, no=first.no, systems=list(System), reference="SO-77", order_fen=None, actor="partner:dms")
    transact(come_back, one=line(people.linan.id, 2, Kind.COUPON, quantity=2, terms=COUPON), quantity=1)
    page = owner.get("/rewards").text
    assert second.number_shown in page
    assert third.number_shown in page
    assert first.number_shown not in page
    assert others.number_shown not in page
    assert first.number_shown in owner.get("/rewards?life=used").text
    assert owner.get("/rewards?life=returned").text.count("ticket--over") == 1
    clock.at = second.expires_at
    sign_in(owner, people.owner)
    assert second.number_shown in owner.get("/rewards?life=expired").text
    assert second.number_shown not in owner.get("/rewards").text
    assert "张可用" in owner.get("/me").text


def test_a_voucher_shows_its_code_while_it_can_be_used(owner: FlaskClient, people: Cast) -> None:
    first, second, third, *_ = held(people)
    page = owner.get(f"/rewards/{third.no}").text
    assert "下一张订货单满 ¥1,000 减 ¥50" in page
    drawn = owner.get(f"/rewards/{third.no}/qr.svg")
    assert (drawn.status_code, drawn.content_type) == (200, "image/svg+xml")
    assert drawn.headers["Cache-Control"] == "no-store"
    transact(use, no=first.no, systems=list(System), reference="SO-77", order_fen=None, actor="partner:dms")
    page = owner.get(f"/rewards/{first.no}").text
    assert "SO-77" in page
    assert "qr.svg" not in page
    assert owner.get(f"/rewards/{first.no}/qr.svg").status_code == 404
    assert owner.get(f"/rewards/{second.no.lower()}").status_code == 200


def test_what_is_another_dealers_is_not_there(owner: FlaskClient, people: Cast) -> None:
    others = held(people)[-1]
    assert owner.get(f"/rewards/{others.no}").status_code == 404
    assert owner.get(f"/rewards/{others.no}/qr.svg").status_code == 404


def test_many_vouchers_come_in_pages(owner: FlaskClient, people: Cast) -> None:
    bought(line(people.linan.id, 1, Kind.SERVICE, quantity=45, terms=RUSH))
    seen: list[str] = []
    onward = "/rewards"
    while onward:
        page = owner.get(onward).text
        seen += [part.split('"')[0] for part in page.split('class="ticket" href="/rewards/')[1:]]
        onward = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&") if 'hx-get="/rewards' in page else ""
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize("query", ["life=nonsense", "after=1-", "after=-", f"after={10**19}-1", "life=used&after=7-7"])
def test_an_address_that_makes_no_sense_shows_the_list(owner: FlaskClient, people: Cast, query: str) -> None:
    held(people)
    assert owner.get(f"/rewards?{query}").status_code == 200


def test_the_desk_finds_vouchers_by_number_dealer_and_order(administrator: FlaskClient, people: Cast) -> None:
    first, *_, others = held(people)
    assert "没有符合条件的券" in administrator.get("/desk/vouchers?state=used").text
    for words in (first.number_shown.lower(), first.no, "LA0571", "临安", first.order_no):
        page = administrator.get("/desk/vouchers", query_string={"q": words}).text
        assert first.number_shown in page
        assert others.number_shown not in page
    assert administrator.get("/desk/vouchers?system=tms&before=x").status_code == 200


def test_finance_sets_terms_and_sees_them_in_force(administrator: FlaskClient, people: Cast) -> None:
    assert "还没有返利比例" in administrator.get("/desk/rebates").text
    said = {"from_on": "2026-11-12", "ratio": "100", "monthly": "2,000", "yearly": "10000.50", "note": "年度政策"}
    assert administrator.post("/desk/rebates/terms", data=said).status_code == 303
    in_force = terms_in_force(reading(), now())
    assert in_force is not None
    assert (in_force.points_per_yuan, in_force.monthly_cap_fen, in_force.yearly_cap_fen) == (100, 200_000, 1_000_050)
    bought(line(people.linan.id, 1, Kind.CASH_REBATE, points=12_345))
    page = administrator.get("/desk/rebates").text
    assert "¥123.45" in page
    assert "¥1,876.55" in page
    assert "苏望舒" in page
    assert "没有找到" in administrator.get("/desk/rebates?q=海曙").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"ratio": "0"}, {"ratio": "很多"}, {"monthly": "-1"}, {"monthly": "1.234"}, {"yearly": "0"}, {"note": " "},
        {"from_on": "2026-11-11"}, {"from_on": "明天"}, {"from_on": "2026-02-30"},
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_handed_back(administrator: FlaskClient, wrong: dict[str, str]) -> None:
    said = {"from_on": "2026-11-12", "ratio": "100", "monthly": "", "yearly": "", "note": "年度政策"} | wrong
    answer = administrator.post("/desk/rebates/terms", data=said)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert terms_in_force(reading(), now() + timedelta(days=999)) is None


def test_a_cap_is_shown_as_used_up(administrator: FlaskClient, people: Cast) -> None:
    terms(month=10_000)
    bought(line(people.linan.id, 1, Kind.CASH_REBATE))
    page = administrator.get("/desk/rebates").text
    assert "已用上限的 100%" in page
