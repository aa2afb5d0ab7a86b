"""The country's divisions, loaded from their package as often as one likes, on both databases."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from mall.cli.divisions import load_now
from mall.dealers.actions.divisions import BadDivisions, DivisionRow, Loaded, load_divisions
from mall.dealers.models import Division, Level
from mall.dealers.queries.divisions import line_by_path, line_of, picker
from mall.web.db import reading, transact
from tests.divisions import LINAN, country

SMALL = (
    DivisionRow("33", "", Level.PROVINCE, "浙江省", "浙江省", "zhejiangsheng zjs"),
    DivisionRow("3301", "33", Level.CITY, "杭州市", "浙江省/杭州市", "hangzhoushi hzs"),
    DivisionRow("330112", "3301", Level.DISTRICT, "临安区", "浙江省/杭州市/临安区", "linanqu laq"),
    DivisionRow("330112006", "330112", Level.STREET, "锦城街道", "浙江省/杭州市/临安区/锦城街道", ""),
)


def counted() -> int:
    return reading().scalar(select(func.count()).select_from(Division)) or 0


def test_the_whole_country_is_loaded_in_seconds_and_again_without_a_change(app: Flask) -> None:
    began = time.monotonic()
    assert "44,702 added" in load_now()
    assert time.monotonic() - began < 20
    assert counted() == len(country()) == 44_702
    assert "nothing changed" in load_now()
    deep = reading().get_one(Division, "330112006")
    assert (deep.parent, deep.level, deep.path) == ("330112", Level.STREET, "浙江省/杭州市/临安区/锦城街道")


def test_the_command_says_what_it_did(mall: Flask) -> None:
    ran = FlaskCliRunner(mall).invoke(args=["divisions", "load"])
    assert (ran.exit_code, ran.output) == (0, "divisions: 44,702 added, 0 changed, 0 removed\n")


def test_every_division_lies_in_one_that_is_there() -> None:
    rows = {row.code: row for row in country()}
    for row in rows.values():
        if row.level is Level.PROVINCE:
            assert not row.parent
        else:
            over = rows[row.parent]
            assert over.level == row.level - 1
            assert row.path == f"{over.path}/{row.name}"
    assert not [row.path for row in rows.values() if "市辖区" in row.path.split("/")]
    assert rows["500229"].path == "重庆市/重庆市/城口县", "Chongqing is one city, its counties too"


def test_what_differs_is_changed_and_what_is_no_more_goes(app: Flask) -> None:
    assert transact(load_divisions, rows=SMALL) == Loaded(4, 0, 0)
    other = replace(SMALL[3], code="330112007", name="锦北街道", path="浙江省/杭州市/临安区/锦北街道")
    renamed = replace(SMALL[2], name="临安市", path="浙江省/杭州市/临安市")
    assert transact(load_divisions, rows=[*SMALL[:2], renamed, other]) == Loaded(1, 1, 1)
    assert sorted(reading().scalars(select(Division.name))) == sorted(["浙江省", "杭州市", "临安市", "锦北街道"])


@pytest.mark.parametrize("rows", [(), SMALL[:3], SMALL[1:], [*SMALL[:2], replace(SMALL[2], parent="9"), SMALL[3]]])
def test_half_a_country_is_refused_and_changes_nothing(app: Flask, rows: list[DivisionRow]) -> None:
    transact(load_divisions, rows=SMALL)
    with pytest.raises(BadDivisions):
        transact(load_divisions, rows=rows)
    assert counted() == 4


def test_the_only_choice_is_made_by_itself_and_a_wrong_one_is_none(app: Flask) -> None:
    transact(load_divisions, rows=country())
    session = reading()
    beijing = picker(session, ["11"])
    assert [step.chosen for step in beijing.steps] == ["11", "1101", "", ""]
    assert not beijing.complete
    dongguan = picker(session, ["44", "4419"])
    assert (dongguan.code, dongguan.complete) == ("441900", True)
    assert picker(session, ["44", "3301", "330112"]).code == "44"
    for row in country()[:: len(country()) // 40]:
        line = line_of(session, row.code)
        assert picker(session, line).region.startswith(row.path)
        assert line_by_path(session, row.path)[: row.level] == line
    assert line_of(session, "99") == ()
    assert picker(session, LINAN).finished
