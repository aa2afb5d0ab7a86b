"""What sending costs: by province, first and further pieces, free from so many, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from mall.audit.models import AuditEntry
from mall.base.refused import Malformed
from mall.catalog.actions import put_freight_template, send_by
from mall.catalog.models import FreightTemplate, Item, NoSuchItem, NoSuchTemplate, NotDelivered
from mall.catalog.queries.freight import freight_of
from mall.catalog.rules.freight import PROVINCES, Rule, fee, rules_from, sound
from mall.web.db import reading, transact
from tests.catalog.conftest import statements

REST = Rule(first=1, first_fen=800, further=2, further_fen=300, free_from=10)
FAR = Rule(provinces=("新疆", "内蒙古"), first=2, first_fen=2_800, further=1, further_fen=1_500)
NEVER = Rule(provinces=("西藏",), delivered=False)
RULES = (FAR, NEVER, REST)
HANGZHOU, URUMQI, LHASA = "浙江省/杭州市/临安区/锦城街道", "新疆维吾尔自治区/乌鲁木齐市", "西藏自治区/拉萨市"


@pytest.mark.parametrize(
    ("pieces", "region", "fen"),
    [(1, HANGZHOU, 800), (2, HANGZHOU, 1_100), (3, HANGZHOU, 1_100), (4, HANGZHOU, 1_400), (9, HANGZHOU, 2_000),
     (10, HANGZHOU, 0), (1, URUMQI, 2_800), (2, URUMQI, 2_800), (3, URUMQI, 4_300), (12, URUMQI, 17_800)],
)  # fmt: skip
def test_first_pieces_and_each_further_step_begun_are_paid(pieces: int, region: str, fen: int) -> None:
    assert fee(RULES, pieces=pieces, region=region) == fen


def test_a_province_nothing_goes_to_is_named() -> None:
    with pytest.raises(NotDelivered) as refusal:
        fee(RULES, pieces=1, region=LHASA)
    assert refusal.value.params == {"province": "西藏自治区"}


@given(st.integers(1, 500), st.sampled_from([HANGZHOU, URUMQI]))
def test_more_pieces_never_cost_less_but_for_the_free_ones(pieces: int, region: str) -> None:
    assert rules_from([vars_of(rule) for rule in RULES]) == RULES
    less, more = (fee(RULES, pieces=n, region=region) for n in (pieces, pieces + 1))
    assert more >= less or (region == HANGZHOU and pieces == 9)


def vars_of(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in Rule.__dataclass_fields__}


def test_rules_that_make_no_template() -> None:
    assert sound(RULES)
    assert not sound(())
    assert not sound((FAR,))
    assert not sound((REST, FAR))
    assert not sound((REST, REST))
    assert not sound((FAR, FAR, REST))
    assert not sound((replace(FAR, provinces=("纽约",)), REST))
    assert not sound((replace(REST, first=0),))
    assert not sound((replace(REST, further=0),))
    assert not sound((replace(REST, free_from=0),))
    assert not sound((replace(REST, first_fen=-1),))
    assert not sound((*(replace(FAR, provinces=(name,)) for name in PROVINCES), REST))


def test_provinces_are_told_apart_by_how_they_begin() -> None:
    assert len(PROVINCES) == 31
    assert not [(a, b) for a in PROVINCES for b in PROVINCES if a != b and a.startswith(b)]


def put(code: str = "far", name: str = "偏远加价", rules: tuple[Rule, ...] = RULES) -> int:
    return transact(put_freight_template, code=code, name=name, rules=rules, actor="staff:1")


def test_pieces_of_one_template_travel_together_and_templates_add_up(stocked: Flask) -> None:
    far, other = put(), put("other", "另一个", (Rule(first_fen=500, further_fen=500),))
    session = reading()
    with statements() as seen:
        lines = [(far, 1), (other, 2), (far, 1), (None, 7)]
        assert freight_of(session, lines=lines, region=HANGZHOU) == 1_100 + 1_000
    assert len(seen) == 1
    assert freight_of(session, lines=[(None, 3)], region=LHASA) == 0
    assert freight_of(session, lines=[], region=LHASA) == 0
    with pytest.raises(NotDelivered):
        freight_of(session, lines=[(other, 1), (far, 1)], region=LHASA)


def test_a_template_is_written_once_however_often_it_is_sent(stocked: Flask) -> None:
    first = put()
    assert put() == first
    assert put(name="改名了") == first
    session = reading()
    assert session.scalars(select(FreightTemplate.name)).one() == "改名了"
    assert session.scalar(select(func.count()).where(AuditEntry.act == "freight.put")) == 2
    for wrong in ({"rules": (FAR,)}, {"name": ""}, {"code": ""}):
        with pytest.raises(Malformed):
            put(**wrong)  # type: ignore[arg-type]


def test_a_reward_is_sent_by_a_template_or_free(stocked: Flask) -> None:
    far = put()
    transact(send_by, item_code="TB-750-TI", template_code="far", actor="staff:1")
    chosen = select(Item.freight_template_id).where(Item.code == "TB-750-TI")
    assert reading().scalars(chosen).one() == far
    reading().rollback()
    transact(send_by, item_code="TB-750-TI", template_code="", actor="staff:1")
    assert reading().scalars(chosen).one() is None
    reading().rollback()
    with pytest.raises(NoSuchTemplate):
        transact(send_by, item_code="TB-750-TI", template_code="none", actor="staff:1")
    with pytest.raises(NoSuchItem):
        transact(send_by, item_code="NOTHING", template_code="", actor="staff:1")
