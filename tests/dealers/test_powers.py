"""How far a dealer's people may go: caps, approval, personal use, a second factor; and who sets them."""

from __future__ import annotations

from contextvars import Context
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.base.refused import NotFound
from mall.dealers.actions import begin_member
from mall.dealers.models import MemberRole, OverCap, PersonalUse, SecondFactorNeeded
from mall.dealers.queries import Powers, powers_of
from mall.dealers.rules.powers import PROVEN_FOR
from mall.web.db import reading, transact
from tests.cast import DEVICE, PASSWORD, Cast, SomeMember, cast, sign_in
from tests.conftest import Clock

NOW = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


def powers(role: MemberRole = MemberRole.BUYER, **known: int | datetime | None) -> Powers:
    none = dict.fromkeys(("monthly_cap", "approval_over", "second_factor_over", "personal_at"))
    return Powers(role, **(none | known))  # type: ignore[arg-type]


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


def client_of(app: Flask, who: SomeMember) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client


def of(who: SomeMember) -> Powers:
    return powers_of(reading(), who.dealer_id, who.id)


def noted(act: str) -> AuditEntry:
    return reading().scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id.desc())).first()  # type: ignore[return-value]


def test_a_cap_holds_to_the_point() -> None:
    capped = powers(monthly_cap=5_000)
    capped.judge_cap(4_000, 1_000)
    with pytest.raises(OverCap) as refusal:
        capped.judge_cap(4_000, 1_001)
    assert refusal.value.params == {"cap": 5_000, "left": 1_000}
    assert (capped.left(4_000), capped.left(6_000)) == (1_000, 0)
    with pytest.raises(OverCap):
        powers(monthly_cap=0).judge_cap(0, 1)


def test_without_a_cap_and_for_an_owner_there_is_none() -> None:
    for free in (powers(), powers(MemberRole.OWNER, monthly_cap=1)):
        free.judge_cap(10**9, 10**9)
        assert free.cap is None
        assert free.left(5) is None


def test_more_than_the_limit_waits_for_an_owner_and_not_what_an_owner_places() -> None:
    limited = powers(approval_over=5_000)
    assert [limited.needs_approval(points) for points in (1, 5_000, 5_001)] == [False, False, True]
    assert powers(approval_over=0).needs_approval(1)
    assert not powers().needs_approval(10**9)
    assert not powers(MemberRole.OWNER, approval_over=0).needs_approval(10**9)


@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.BUYER])
def test_a_second_factor_is_asked_of_everybody_and_counts_for_ten_minutes(role: MemberRole) -> None:
    guarded = powers(role, second_factor_over=5_000)
    assert not guarded.needs_second_factor(5_000, None, NOW)
    assert guarded.needs_second_factor(5_001, None, NOW)
    just, old = NOW - PROVEN_FOR + timedelta(seconds=1), NOW - PROVEN_FOR
    guarded.judge_second_factor(5_001, just, NOW)
    with pytest.raises(SecondFactorNeeded):
        guarded.judge_second_factor(5_001, old, NOW)
    assert not powers(role).needs_second_factor(10**9, None, NOW)


def test_personal_use_needs_the_owners_leave() -> None:
    with pytest.raises(PersonalUse):
        powers().judge_personal()
    powers(personal_at=NOW).judge_personal()
    powers(MemberRole.OWNER).judge_personal()
    assert (powers().personal_allowed, powers(MemberRole.OWNER).personal_allowed) == (False, True)


def test_powers_are_those_of_this_dealer_alone(app: Flask, people: Cast) -> None:
    assert of(people.buyer) == powers()
    with pytest.raises(NotFound):
        powers_of(reading(), people.ningbo.id, people.buyer.id)


def test_an_owner_sets_and_lifts_a_cap(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    address = f"/me/members/{people.buyer.id}"
    assert "没有设额度" in owner.get(address).text
    assert owner.post(f"{address}/cap", data={"cap": " ２０000 "}).status_code == 303
    assert of(people.buyer).monthly_cap == 20_000
    assert noted("member.set_cap").detail == {"before": None, "after": 20_000}
    assert 'value="20000"' in owner.get(address).text
    assert owner.post(f"{address}/cap", data={"cap": "0"}).status_code == 303
    assert of(people.buyer).monthly_cap == 0
    assert owner.post(f"{address}/cap", data={"cap": ""}).status_code == 303
    assert of(people.buyer).monthly_cap is None


@pytest.mark.parametrize("nonsense", ["-1", "1.5", "abc", "1000000001", "9" * 40, "1e3", "\x00", "¥5"])
def test_nonsense_is_no_cap_and_no_limit(app: Flask, people: Cast, nonsense: str) -> None:
    owner = client_of(app, people.owner)
    answer = owner.post(f"/me/members/{people.buyer.id}/cap", data={"cap": nonsense})
    assert answer.status_code == 422
    assert "请填写 0 到" in answer.text
    answer = owner.post("/me/powers", data={"approval_over": "5", "second_factor_over": nonsense})
    assert answer.status_code == 422
    assert of(people.buyer) == powers()


def test_personal_use_is_given_and_taken_back_with_its_date(app: Flask, people: Cast, clock: Clock) -> None:
    owner = client_of(app, people.owner)
    address = f"/me/members/{people.buyer.id}"
    for _ in range(2):
        assert owner.post(f"{address}/personal", data={"allowed": "1"}).status_code == 303
        clock.tick(hours=1)
    assert of(people.buyer).personal_at == NOW
    assert "11月12日 20:00 起授权" in owner.get(address).text
    assert noted("member.authorise_personal").actor == f"member:{people.owner.id}"
    assert owner.post(f"{address}/personal", data={"allowed": "0"}).status_code == 303
    assert of(people.buyer).personal_at is None
    assert noted("member.withdraw_personal").subject == f"member:{people.buyer.id}"


def test_only_an_owner_sees_and_changes_powers(app: Flask, people: Cast) -> None:
    for who in (people.buyer, people.clerk):
        client = client_of(app, who)
        assert client.get("/me/powers").status_code == 403
        assert client.post("/me/powers", data={"approval_over": "1"}).status_code == 403
        assert client.post(f"/me/members/{who.id}/cap", data={"cap": "1"}).status_code == 403
        assert client.post(f"/me/members/{who.id}/personal", data={"allowed": "1"}).status_code == 403
    stranger = client_of(app, people.other_owner)
    assert stranger.post(f"/me/members/{people.buyer.id}/cap", data={"cap": "1"}).status_code == 404
    assert stranger.post(f"/me/members/{people.buyer.id}/personal", data={"allowed": "1"}).status_code == 404
    assert of(people.buyer) == powers()


def test_an_owner_sets_both_limits_for_the_dealer(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    assert "现在没有设限" in owner.get("/me/powers").text
    assert owner.post("/me/powers", data={"approval_over": "5000", "second_factor_over": ""}).status_code == 303
    assert of(people.buyer) == powers(approval_over=5_000)
    assert noted("dealer.set_limits").detail == {"approval_over": [None, 5_000], "second_factor_over": [None, None]}
    assert 'value="5000"' in owner.get("/me/powers").text
    assert of(people.other_owner).approval_over is None


def test_what_guards_the_points_is_not_taken_away_from_an_open_phone(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    assert owner.post("/me/powers", data={"second_factor_over": "5000"}).status_code == 303
    answer = owner.post("/me/powers", data={"approval_over": "9", "second_factor_over": ""})
    assert answer.status_code == 403
    assert "/me/second-factor?purpose=powers" in answer.text
    assert 'value="9"' in answer.text
    assert of(people.owner).second_factor_over == 5_000
    assert owner.post("/me/second-factor", data={"password": PASSWORD, "purpose": "powers"}).status_code == 303
    assert owner.post("/me/powers", data={"approval_over": "9", "second_factor_over": ""}).status_code == 303
    assert of(people.owner).second_factor_over is None


def test_a_member_sees_what_is_left_of_the_month(app: Flask, people: Cast) -> None:
    app.extensions["spent_this_month"] = lambda *_: 1_500
    client_of(app, people.owner).post(f"/me/members/{people.buyer.id}/cap", data={"cap": "20000"})
    assert "已用 1,500 / 20,000 积分，还可以兑换 18,500 积分" in client_of(app, people.buyer).get("/me").text
    assert "本月兑换额度" not in client_of(app, people.owner).get("/me").text


def test_owners_and_clerks_have_no_cap_to_set(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    for who in (people.owner, people.clerk):
        assert "每月额度" not in owner.get(f"/me/members/{who.id}").text


def limits_shown(app: Flask, who: SomeMember, points: int, **said: object) -> str:
    token = transact(begin_member, dealer_id=who.dealer_id, member_id=who.id, device=DEVICE)

    def rendered() -> str:
        with app.test_request_context("/", headers={"Cookie": f"__Host-mall={token}"}):
            return render_template("dealers/_limits.html", points=points, onward="/orders/new", **said)

    return Context().run(rendered)  # who is here is kept with the application's context, and the test has one


def test_a_checkout_shows_what_the_owner_set_that_bears_on_it(app: Flask, people: Cast) -> None:
    app.extensions["spent_this_month"] = lambda *_: 1_500
    owner = client_of(app, people.owner)
    owner.post(f"/me/members/{people.buyer.id}/cap", data={"cap": "20000"})
    owner.post("/me/powers", data={"approval_over": "5000", "second_factor_over": "8000"})
    small, large, largest = (limits_shown(app, people.buyer, points) for points in (5_000, 8_001, 18_501))
    assert "老板批准" not in small
    assert "验证本人" not in small
    assert "超过 5,000 积分要老板批准" in large
    assert "验证本人" in large
    assert 'name="next" value="/orders/new"' in large
    assert "超出你本月的兑换额度：还剩 18,500 积分。" in largest
    by_owner = limits_shown(app, people.owner, 18_501, personal=True)
    assert "老板" not in by_owner
    assert "验证本人" in by_owner
    assert "需要贵店老板先授权给你" in limits_shown(app, people.buyer, 1, personal=True)
