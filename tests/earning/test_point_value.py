"""What a point is worth: asked for by one person of finance, agreed to by another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from mall.base.refused import Forbidden, Malformed
from mall.dealers.models import StaffRole
from mall.earning.actions.point_value import agree_value, ask_value
from mall.earning.queries import point_value, point_values
from mall.proposals.models import OwnProposal
from mall.web.db import reading, transact
from tests.cast import cast, sign_in

TODAY = date(2026, 11, 12)
QIN, SU = "staff:1", "staff:2"
FINANCE = StaffRole.FINANCE


def ask(value: int, from_on: date, key: str = "form-0001", **more: Any) -> int:
    said: dict[str, Any] = {"note": "年度测算", "role": FINANCE, "actor": QIN} | more
    return int(transact(ask_value, from_on=from_on, today=TODAY, value=value, key=key, **said).id)


def held(on: date) -> int:
    value = point_value(reading(), on)
    reading().rollback()
    return value


def test_a_value_holds_from_its_day_once_two_people_said_so(earning: Flask) -> None:
    before = held(TODAY)
    number = ask(12_000, date(2026, 12, 1))
    assert ask(12_000, date(2026, 12, 1)) == number
    assert held(date(2026, 12, 1)) == before
    with pytest.raises(OwnProposal):
        transact(agree_value, proposal_id=number, role=FINANCE, actor=QIN)
    for _ in range(2):
        transact(agree_value, proposal_id=number, role=FINANCE, actor=SU)
    assert (held(date(2026, 11, 30)), held(date(2026, 12, 1))) == (before, 12_000)
    later = ask(9_000, date(2026, 12, 1), "form-0002")
    transact(agree_value, proposal_id=later, role=StaffRole.ADMINISTRATOR, actor=SU)
    assert held(date(2027, 1, 1)) == 9_000
    assert [(one.value, one.set_by, one.checked_by) for one in point_values(reading())] == [
        (9_000, QIN, SU), (12_000, QIN, SU)
    ]  # fmt: skip
    reading().rollback()


def test_who_may_not_or_what_no_point_has_is_refused(earning: Flask) -> None:
    with pytest.raises(Forbidden):
        ask(12_000, TODAY, role=StaffRole.MERCHANDISER)
    for value, on in ((0, TODAY), (100_000_001, TODAY), (12_000, date(2026, 11, 11))):
        with pytest.raises(Malformed):
            ask(value, on)
    number = ask(12_000, TODAY)
    with pytest.raises(Forbidden):
        transact(agree_value, proposal_id=number, role=StaffRole.MERCHANDISER, actor=SU)


def test_finance_asks_on_a_page_and_another_person_agrees_on_that_of_what_waits(mall: Flask) -> None:
    people = transact(cast, seal=mall.extensions["seal"])
    finance, boss = mall.test_client(), mall.test_client()
    sign_in(finance, people.staff[FINANCE])
    sign_in(boss, people.staff[StaffRole.ADMINISTRATOR])
    typed = {"key": "form-000001", "worth": "0.012", "from_on": "2026-12-01", "note": "年度测算"}
    faults = (({"worth": "x"}, "之间的金额"), ({"from_on": "2020-01-01"}, "不能早于今天"), ({"note": ""}, "请填写"))
    for wrong, told in faults:
        answer = finance.post("/desk/points/value", data=typed | wrong)
        assert answer.status_code == 422
        assert told in answer.text
    assert finance.post("/desk/points/value", data=typed).status_code == 303
    page = boss.get("/desk/points/value").text
    assert "提交了 ¥0.012" in page
    number = page.split("/desk/waiting/", 1)[1].split('"', 1)[0]
    assert finance.post(f"/desk/waiting/{number}/agreement").status_code == 403
    assert boss.post(f"/desk/waiting/{number}/agreement").status_code == 303
    assert "¥0.012" in finance.get("/desk/points/value").text
    assert held(date(2026, 12, 1)) == 12_000
