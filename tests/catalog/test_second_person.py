"""Prices below cost: asked for by one merchandiser, agreed to by another, and never by the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from mall.audit.models import AuditEntry
from mall.base.refused import Forbidden, Malformed
from mall.catalog.actions import PlanToPut
from mall.catalog.actions.below_cost import agree_below_cost, ask_below_cost
from mall.catalog.models import NoSuchSku, PricePlan, Sku
from mall.catalog.rules.pricing import Costs
from mall.dealers.models import OutsideScope, Scope, StaffRole
from mall.proposals.actions import decline, withdraw
from mall.proposals.models import NoSuchProposal, OwnProposal, Proposal, ProposalOver
from mall.proposals.queries import decided, proposal, waiting, waiting_for
from mall.web.db import db, now, reading, transact
from tests.cast import Cast, cast, sign_in
from tests.catalog.conftest import stock_up, words
from tests.processes import at_once

PINE = "TB-750-PINE"
DEAR = Costs(cost_fen=20_000, tax_bps=1_300, unit_value=10_000)
XU, LU = "staff:1", "staff:2"
ROLE = StaffRole.MERCHANDISER


@pytest.fixture
def costly(stocked: Flask) -> Flask:
    def cost(session: Any, now: Any) -> None:
        session.execute(update(Sku).where(Sku.code == PINE).values(cost_fen=20_000))

    transact(cost)
    return stocked


def ask(key: str = "form-0001", *, actor: str = XU, scope: Scope | None = None, **plan: Any) -> int:
    put, more = PlanToPut(**{"points": 100} | plan), {"scope": scope} if scope else {}
    made = transact(ask_below_cost, sku_code=PINE, put=put, costs=DEAR, note="清库存", key=key, actor=actor, **more)
    return int(made.id)


def agree(number: int, *, actor: str = LU, role: StaffRole = ROLE, **more: Any) -> None:
    transact(agree_below_cost, proposal_id=number, role=role, actor=actor, **more)


def agreeing(number: int, who: str) -> None:
    agree(number, actor=who)


def prices() -> list[int]:
    session = reading()
    found = session.scalars(
        select(PricePlan.points)
        .join(Sku, Sku.id == PricePlan.sku_id)
        .where(Sku.code == PINE, PricePlan.withdrawn_at.is_(None))
        .order_by(PricePlan.id)
    ).all()
    session.rollback()
    return list(found)


def test_nothing_is_a_price_until_a_second_person_agrees_and_then_it_is_one_once(costly: Flask) -> None:
    number = ask()
    assert ask() == number
    assert prices() == [28_600]
    assert waiting_for(reading(), LU, ["plan.below_cost"]) == 1
    assert waiting_for(reading(), XU, ["plan.below_cost"]) == 0
    reading().rollback()
    for _ in range(2):
        agree(number)
    assert prices() == [100]
    told = reading().execute(select(AuditEntry.act, AuditEntry.actor, AuditEntry.subject).order_by(AuditEntry.id)).all()
    assert [(row.act, row.actor) for row in told[-3:]] == [
        ("proposal.ask", XU), ("proposal.agree", LU), ("plan.add", XU)
    ]  # fmt: skip
    assert len({row.subject for row in told[-3:]}) == 1, "all of it stands on the SKU's trail"
    assert [one.proposal.id for one in decided(reading(), ["plan.below_cost"])] == [number]
    reading().rollback()


def test_nobody_is_their_own_second_person_not_even_in_the_database(costly: Flask) -> None:
    number = ask()
    with pytest.raises(OwnProposal):
        agree(number, actor=XU)
    with pytest.raises(OwnProposal):
        transact(decline, proposal_id=number, answer="不", actor=XU)

    def cheat(session: Any, now: Any) -> None:
        said = {"state": "agreed", "decided_by": XU, "decided_at": now}
        session.execute(update(Proposal).where(Proposal.id == number).values(**said))

    with pytest.raises(IntegrityError):
        transact(cheat)
    db.session.remove()
    assert prices() == [28_600]


def test_what_is_declined_or_taken_back_is_over(costly: Flask) -> None:
    first, second = ask(), ask("form-0002", points=200)
    with pytest.raises(Malformed):
        transact(decline, proposal_id=first, answer="", actor=LU)
    for _ in range(2):
        transact(decline, proposal_id=first, answer="贴得太多", actor=LU)
    with pytest.raises(NoSuchProposal):
        transact(withdraw, proposal_id=second, actor=LU)
    for _ in range(2):
        transact(withdraw, proposal_id=second, actor=XU)
    for number in (first, second):
        with pytest.raises(ProposalOver):
            agree(number, actor="staff:3")
    assert waiting(reading(), ["plan.below_cost"]) == []
    assert proposal(reading(), first).proposal.answer == "贴得太多"
    reading().rollback()
    assert prices() == [28_600]


def test_role_scope_and_reason_are_judged_by_the_verbs(costly: Flask) -> None:
    number = ask(region="华东/浙江", scope=Scope("华东"))
    with pytest.raises(OutsideScope):
        ask("form-0002", scope=Scope("华东"))
    with pytest.raises(Forbidden):
        agree(number, role=StaffRole.FINANCE)
    with pytest.raises(OutsideScope):
        agree(number, scope=Scope("华南"))
    with pytest.raises(Malformed):
        transact(ask_below_cost, sku_code=PINE, put=PlanToPut(points=1), costs=DEAR, note="", key="k", actor=XU)
    with pytest.raises(NoSuchSku):
        transact(ask_below_cost, sku_code="NO", put=PlanToPut(points=1), costs=DEAR, note="x", key="k", actor=XU)


def test_another_price_from_the_same_form_is_another_proposal(costly: Flask) -> None:
    first, again, other = ask(), ask(), ask(points=200)
    assert first == again != other
    for number in (first, other):
        agree(number)
    assert prices() == [200]
    long = "k" * 90
    assert ask(long, points=300) == ask(long, points=300)


def test_two_second_persons_at_once_make_one_price(costly: Flask, database_url: str) -> None:
    number = ask()
    answers = at_once(database_url, now(), agreeing, [(number, LU), (number, "staff:3")])
    assert sorted(map(str, answers)) == ["None", "proposal_over"]
    assert prices() == [100]


@pytest.fixture
def desk(mall: Flask) -> Callable[[StaffRole], FlaskClient]:
    people: Cast = transact(cast, seal=mall.extensions["seal"])
    transact(stock_up)

    def open_as(role: StaffRole) -> FlaskClient:
        client = mall.test_client()
        sign_in(client, people.staff[role])
        return client

    return open_as


def test_the_desk_asks_shows_what_waits_and_lets_another_person_agree(desk: Callable[[StaffRole], FlaskClient]) -> None:
    asker, boss, finance = desk(ROLE), desk(StaffRole.ADMINISTRATOR), desk(StaffRole.FINANCE)
    asker.post(f"/desk/prices/{PINE}/cost", data={"cost": "200", "template": ""})
    typed = {"step": "0", "points": "20000", "sure": "y", "why": "清库存", "key": "form-000001"}
    for _ in range(2):
        assert asker.post(f"/desk/prices/{PINE}/plans", data=typed).status_code == 303
    page = words(asker.get("/desk/waiting"))
    assert f"{PINE} 定价 20,000 积分" in page
    assert "另一位同事" in page
    assert "没有在等复核的事" in words(finance.get("/desk/waiting"))
    assert "等你" in words(boss.get("/desk/waiting"))
    number = waiting(reading(), ["plan.below_cost"])[0].proposal.id
    reading().rollback()
    assert finance.get(f"/desk/waiting/{number}").status_code == 404
    assert "自己提交的要由另一位同事复核" in words(asker.post(f"/desk/waiting/{number}/agreement"), status=403)
    one = words(boss.get(f"/desk/waiting/{number}"))
    for told in ("钛合金保温杯", "全部成本 ¥226.00", "至少要 22,600 积分", "每件贴钱 ¥26.00", "清库存"):
        assert told in one
    assert "请填写" in words(boss.post(f"/desk/waiting/{number}/declining", data={"answer": ""}), status=422)
    assert boss.post(f"/desk/waiting/{number}/agreement").status_code == 303
    assert prices() == [20_000]
    assert "已通过" in words(asker.get("/desk/waiting"))
