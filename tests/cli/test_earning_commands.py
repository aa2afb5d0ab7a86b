"""Commands for partners, rules and dead letters."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from mall.earning.actions import deliver
from mall.earning.models import Partner, PointValue
from mall.earning.queries import rule_versions
from mall.web.db import reading, transact
from tests.earning.conftest import body


def run(app: Flask, *args: str, fails: bool = False) -> str:
    answer = app.test_cli_runner().invoke(args=args)
    assert bool(answer.exit_code) == fails, answer.output
    assert answer.exception is None or isinstance(answer.exception, SystemExit)
    return answer.output


def test_a_partner_gets_a_key_that_is_shown_once(mall: Flask) -> None:
    said = run(mall, "partners", "add", "dms-east", "--name", "华东 DMS", "--unknown-dealers", "park")
    key_id = re.search(r"key id  (mk_\w+)", said)
    assert key_id is not None
    assert reading().scalars(select(Partner.key_id)).all() == [key_id[1]]
    assert "已经存在" in run(mall, "partners", "add", "dms-east", "--unknown-dealers", "create", fails=True)
    assert key_id[1] not in run(mall, "partners", "rotate", "dms-east")
    run(mall, "partners", "disable", "dms-east")
    run(mall, "partners", "rotate", "nobody", fails=True)


@pytest.mark.parametrize("source", ["DMS", "a b", "中", "x" * 33, "-x"])
def test_a_source_is_a_plain_word(mall: Flask, source: str) -> None:
    run(mall, "partners", "add", "--unknown-dealers", "park", "--", source, fails=True)


def test_rules_get_versions_and_are_listed(mall: Flask) -> None:
    run(mall, "partners", "add", "dms", "--unknown-dealers", "create")
    add = ("rules", "add", "standard", "--from", "2026-01-01")
    assert run(mall, *add, "--flag", "custom_made=1.5", "--category", "doors=1.25").strip() == "standard/1"
    assert run(mall, *add, "--source", "dms", "--per-yuan", "0.5", "--cap", "500").strip() == "standard/2"
    assert run(mall, *add, "--fund", "channel-rebate").strip() == "standard/3"
    listed = run(mall, "rules", "list")
    assert "channel-rebate" in listed
    assert "doors ×1.25, custom_made ×1.5" in listed
    assert "0.5 per 1.00" in listed
    run(mall, *add, "--source", "nobody", fails=True)
    run(mall, *add, "--fund", "x" * 41, fails=True)


def test_what_a_point_is_worth_is_not_for_one_person_at_a_shell(mall: Flask) -> None:
    add = ("rules", "add", "standard", "--from", "2026-01-01")
    run(mall, *add, "--unit-value", "20000")
    run(mall, *add, "--unit-value", "20000", "--months", "12")
    said = run(mall, *add, "--unit-value", "90000", fails=True)
    assert "20000" in said
    assert "积分价值" in said
    run(mall, *add)
    assert [rule.unit_value for rule in rule_versions(reading())] == [20_000] * 3
    transact(lambda session, at: session.add(_agreed(at, 30_000)))
    run(mall, *add)
    run(mall, *add, "--unit-value", "20000", fails=True)
    assert [rule.unit_value for rule in rule_versions(reading())][-1] == 30_000


def _agreed(at: datetime, value: int) -> PointValue:
    return PointValue(
        id=1, from_on=at.date(), value=value, note="成本测算", set_at=at, set_by="staff:1", checked_by="staff:2"
    )


@pytest.mark.parametrize("wrong", ["x", "custom_made", "custom_made=", "a=1.00001", "a=-1", "a=NaN", "a=901", "=2"])
def test_a_coefficient_that_is_none_is_refused(mall: Flask, wrong: str) -> None:
    run(mall, "rules", "add", "standard", "--from", "2026-01-01", "--flag", wrong, fails=True)


def test_dead_documents_are_listed_and_posted_again_once_their_cause_has_gone(mall: Flask) -> None:
    run(mall, "partners", "add", "dms", "--unknown-dealers", "create")
    assert run(mall, "documents", "retry").strip() == "nothing to retry"
    deliver(transact, source="dms", bodies=[body("A"), body("B"), body("C", lines=[])])
    assert run(mall, "documents", "list").count("no_rule") == 2
    run(mall, "rules", "add", "standard", "--from", "2026-01-01")
    assert run(mall, "documents", "retry").strip() == "1 dead, 2 posted"
    assert run(mall, "documents", "list", "--source", "dms").count("malformed") == 1
    assert "D-1,0,200,0,0" in run(mall, "points", "balances")
