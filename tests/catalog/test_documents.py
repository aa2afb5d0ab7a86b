"""The document of a reward: its one form, differences, two people's changes together, its checks, what is cleaned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mall.base.rich import kept, plain
from mall.catalog.models import Admission, Kind
from mall.catalog.rules.checks import Facts, checks, failing
from mall.catalog.rules.differences import differences, merged, words
from mall.catalog.rules.document import NOW, blank, document, flat, whole
from mall.catalog.rules.papers import type_of
from mall.catalog.rules.terms import SERVICES, SYSTEMS, TERMS, wrong_terms
from mall.rewards.models.voucher import SERVICES as REWARDS_SERVICES
from mall.rewards.rules.voucher import SERVICE_SYSTEMS

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


def sku(code: str, colour: str = "", **more: Any) -> dict[str, Any]:
    attributes = [{"name": {"zh_Hans": "颜色"}, "value": {"zh_Hans": colour}}] if colour else []
    return {"code": code, "attributes": attributes, "cost_fen": 31_200, "picture": ""} | more


def thermos(**more: Any) -> dict[str, Any]:
    return document(
        {
            "category": "cups",
            "kind": "physical",
            "names": {"zh_Hans": "钛合金保温杯 750ml", "en": "Titanium thermos"},
            "descriptions": {"zh_Hans": "纯钛内胆。"},
            "pictures": ["thermos"],
            "skus": [sku("TB-GREY", "钛灰"), sku("TB-PINE", "松绿")],
            "supplier": "SUP-1",
            **more,
        }
    )


def facts(**more: Any) -> Facts:
    known: dict[str, Any] = {
        "now": AT,
        "categories": {"cups"},
        "suppliers": {"SUP-1": Admission.ADMITTED, "SUP-2": Admission.SUSPENDED},
        "priced": {"TB-GREY", "TB-PINE"},
    }
    return Facts(**known | more)


def failed(found: dict[str, Any], known: Facts | None = None) -> set[str]:
    return {check.code for check in failing(checks(found, known or facts()))}


def test_a_document_falls_into_parts_and_comes_together_again() -> None:
    assert whole(flat(thermos())) == thermos()
    assert flat(thermos())["skus/TB-PINE/cost_fen"] == 31_200
    assert document(thermos()) == thermos()


def test_a_whole_document_passes_and_a_blank_one_is_told_all_that_is_missing() -> None:
    assert not failed(thermos())
    assert failed(blank(category="", kind=Kind.TOP_UP, name="")) == {"pictures", "name", "category", "skus", "terms"}


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({"category": "gone"}, "category"),
        ({"skus": [sku("TB-GREY", "钛灰"), sku("TB-GREY", "松绿")]}, "skus"),
        ({"skus": [sku("TB-GREY", "钛灰"), sku("TB-PINE", "钛灰")]}, "skus"),
        ({"skus": [sku("TB GREY", "钛灰")]}, "skus"),
        ({"skus": [sku("TAKEN", "钛灰")]}, "skus"),
        ({"supplier": "SUP-2"}, "supplier"),
        ({"supplier": "NOBODY"}, "supplier"),
        ({"delivery": "instant"}, "delivery"),
        ({"kind": "coupon", "terms": {"fen": 0, "days": 60}}, "terms"),
        ({"shelved_at": (AT - timedelta(hours=1)).isoformat()}, "shelf"),
        ({"off_at": (AT + timedelta(hours=1)).isoformat()}, "shelf"),
        ({"shelved_at": NOW, "off_at": AT.isoformat()}, "shelf"),
        ({"pictures": []}, "pictures"),
    ],
)
def test_what_cannot_be_published_is_said(changed: dict[str, Any], fails: str) -> None:
    assert failed(thermos(**changed), facts(taken={"TAKEN"})) == {fails}


def test_a_moment_that_is_live_already_may_lie_in_the_past() -> None:
    began = (AT - timedelta(days=30)).isoformat()
    assert not failed(thermos(shelved_at=began), facts(live_shelved_at=began))


def test_a_missing_price_is_told_and_keeps_nobody_from_publishing() -> None:
    found = {check.code: check for check in checks(thermos(), facts(priced=set()))}
    assert not found["prices"].good
    assert not found["prices"].fails


def test_differences_are_told_by_part_and_word_by_word() -> None:
    after = thermos(names={"zh_Hans": "钛合金保温杯 500ml"}, skus=[sku("TB-GREY", "钛灰", cost_fen=30_000)])
    assert {one.path for one in differences(thermos(), after)} == {
        "names/zh_Hans", "names/en", "skus", "skus/TB-GREY/cost_fen",
    }  # fmt: skip
    assert ("gone", "750ml") in words("保温杯 750ml", "保温杯 500ml")
    assert ("same", "保温杯 ") in words("保温杯 750ml", "保温杯 500ml")


def test_two_peoples_changes_come_together_and_a_quarrel_keeps_both_texts() -> None:
    mine = thermos(names={"zh_Hans": "我的名称", "en": "Titanium thermos"}, brand="临泉")
    theirs = thermos(names={"zh_Hans": "对方的名称", "en": "Titanium thermos"}, list_price_fen=69_900)
    together = merged(thermos(), mine, theirs)
    assert together.document["names"]["zh_Hans"] == "我的名称"
    assert together.document["brand"] == "临泉"
    assert together.document["list_price_fen"] == 69_900
    assert [(one.path, one.before, one.after) for one in together.both] == [("names/zh_Hans", "对方的名称", "我的名称")]
    assert [one.path for one in together.taken] == ["list_price_fen"]


def test_skus_that_either_added_are_all_there() -> None:
    base, grey, pine = thermos(), sku("TB-GREY", "钛灰"), sku("TB-PINE", "松绿")
    mine = thermos(skus=[grey, pine, sku("TB-WHITE", "暖白")])
    theirs = thermos(skus=[grey, pine, sku("TB-BLUE", "湖蓝")])
    codes = [one["code"] for one in merged(base, mine, theirs).document["skus"]]
    assert codes == ["TB-GREY", "TB-PINE", "TB-WHITE", "TB-BLUE"]
    assert [one["code"] for one in merged(base, thermos(skus=[grey]), base).document["skus"]] == ["TB-GREY"]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("第一段\r\n第二段", "第一段\n第二段"),
        ("<p>好<script>alert(1)</script></p>", "<p>好</p>"),
        ('<p onclick="x()">好 <img src=x onerror=y></p>', "<p>好 </p>"),
        ('<a href="javascript:alert(1)">点</a>', "<a>点</a>"),
        ('<a href="//evil.example">点</a>', "<a>点</a>"),
        ('<a href="/catalog">点</a>', '<a href="/catalog">点</a>'),
        ("5 < 6 & 7", "5 < 6 & 7"),
    ],
)
def test_descriptions_keep_plain_tags_alone(typed: str, left: str) -> None:
    assert kept(typed) == left
    assert kept(kept(typed)) == kept(typed)


def test_a_rich_text_is_compared_by_its_words() -> None:
    assert plain("<h3>特点</h3><ul><li>轻</li><li>保温 &amp; 耐摔</li></ul>") == "特点\n轻\n保温 & 耐摔"


def test_long_texts_of_few_words_are_compared_at_once() -> None:
    before, after = "啊吧" * 2_000, "吧啊呀" * 1_400  # every sign against every other would take minutes
    found = words(before, after)
    assert "".join(text for what, text in found if what != "come") == before
    assert "".join(text for what, text in found if what != "gone") == after


def test_terms_say_what_handing_out_asks_for() -> None:
    assert {service.value: name for service, name in REWARDS_SERVICES.items()} == SERVICES
    assert set(SYSTEMS) == set(SERVICE_SYSTEMS)
    assert not wrong_terms(Kind.TOP_UP, {"account": "phone", "product": "PHONE-100", "fen": 10_000})
    assert [term.name for term in wrong_terms(Kind.COUPON, {"fen": "5000"})] == ["fen", "days"]
    assert set(TERMS) == set(Kind)


def test_a_paper_is_what_its_content_is() -> None:
    assert type_of(b"%PDF-1.7 ... %%EOF\n") == "application/pdf"
    assert type_of(b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82") == "image/png"
    assert type_of(b"<html>%PDF-</html>") is None
    assert type_of(b"MZ\x90\x00") is None
