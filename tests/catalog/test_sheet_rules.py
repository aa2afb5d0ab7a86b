"""The spreadsheet of rewards, pure: its columns, what cells say, what rows ask for, and rewards said as rows again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mall.base import table as base_table
from mall.catalog.models import Kind
from mall.catalog.queries.sheet_reader import groups
from mall.catalog.rules.bulk import Asked, Slot, applied, begun
from mall.catalog.rules.document import NOW, document
from mall.catalog.rules.sheets import words
from mall.catalog.rules.sheets.cells import EMPTIED, Wrong, value
from mall.catalog.rules.sheets.columns import BY_KEY, COLUMNS, OF_ITEM, OF_SKU
from mall.catalog.rules.sheets.heading import HeadingTwice, NoHeading, heading
from mall.catalog.rules.sheets.known import NEW, Standing
from mall.catalog.rules.sheets.lines import Speaker, lines
from mall.catalog.rules.sheets.rows import asked
from mall.catalog.rules.terms import TERMS
from tests.catalog.sheets import AT, CASE, FLASK, comma_separated, known, table, workbook
from tests.catalog.test_documents import thermos

WHITE = FLASK | {"sku": "TB-750-WHITE", "value_1": "米白"}


def read(raw: bytes, standings: dict[str, Standing] | None = None, **more: Any) -> list[Asked]:
    rows = base_table.rows(raw, most=1000)
    shape = heading(rows)
    seen: dict[str, int] = {}
    return [
        asked(some, known(**more), (standings or {}).get(some[0].item, NEW), seen=seen) for some in groups(rows, shape)
    ]


def said(key: str, cell: str) -> Any:
    return value(BY_KEY[key], cell, known())


def wrong(found: Asked) -> list[tuple[int, str]]:
    return [(one["row"], one["column"]) for one in found.wrong]


def test_every_part_of_a_document_has_a_column_and_every_column_a_heading_with_help() -> None:
    whole = document({"names": {}, "kind": "physical"})
    paths = {column.path.partition("/")[0] for column in OF_ITEM}
    assert paths == set(whole) - {"skus"}
    assert {column.path for column in OF_SKU} | {"attributes", "code"} == {"code", "attributes", "cost_fen", "picture"}
    assert {f"terms/{term.name}" for terms in TERMS.values() for term in terms} <= {one.path for one in OF_ITEM}
    assert set(BY_KEY) == set(words.HEADINGS)
    assert all(column.help for column in COLUMNS)
    for language in range(3):
        assert len({heads[language] for heads in words.HEADINGS.values()}) == len(COLUMNS)
    for column in COLUMNS:
        for term in (term for terms in TERMS.values() for term in terms if column.path == f"terms/{term.name}"):
            assert set(column.choices or ()) == set(term.choices or ())


@pytest.mark.parametrize("language", [0, 1, 2])
def test_headings_are_known_in_each_language_in_any_order(language: int) -> None:
    head, *rows = table(FLASK, language=language)
    shape = heading(iter([(1, head[::-1]), (2, rows[0])]))
    assert shape.line((2, rows[0][::-1])).cells == FLASK
    assert shape.unread == []


def test_a_title_above_stars_beside_and_columns_of_others_do_no_harm() -> None:
    rows = iter([(1, ["十二月上新"]), (3, ["* 礼品货号：", "规格货号 *", "经办人", "原因"]), (4, ["A", "B", "C", "D"])])
    shape = heading(rows)
    assert (shape.no, shape.unread) == (3, ["经办人"])
    assert shape.line(next(rows)).cells == {"item": "A", "sku": "B"}


def test_a_file_without_headings_or_with_one_twice_is_refused() -> None:
    with pytest.raises(NoHeading):
        heading(iter([(1, ["TB-750", "TB-750-PINE"])]))
    with pytest.raises(HeadingTwice):
        heading(iter([(1, ["礼品货号", "规格货号", "名称", "Name"])]))


@pytest.mark.parametrize(
    ("key", "cell", "found"),
    [
        ("list_price", "399", 39_900),
        ("list_price", "¥1,299.5", 129_950),
        ("list_price", "３９９元", 39_900),
        ("list_price", "清空", EMPTIED),
        ("limit", "5", 5),
        ("limit", "5.0", 5),
        ("limit", "Clear", EMPTIED),
        ("kind", "实物", "physical"),
        ("kind", "實物", "physical"),
        ("kind", "card code", "card_code"),
        ("delivery", "48小时内", None),
        ("delivery", "7 天内", "7d"),
        ("personal", "是", True),
        ("personal", "no", False),
        ("tags", "热门、新品", ["hot", "new"]),
        ("category", "生活日用 ／ 杯壶", "cups"),
        ("category", "CUPS-2", "cups-2"),
        ("supplier", "临安恒泰", "SUP-1"),
        ("pictures", "flask,flask-detail", ["flask", "flask-detail"]),
        ("picture", "flask", "flask"),
        ("shelved_at", "立即", NOW),
        ("name", "  钛\u200b合金\n保温杯 ", "钛合金 保温杯"),
        ("subtitle", "'-20% 更轻", "-20% 更轻"),
        ("description", "<p onclick=x>好</p><script>1</script>", "<p>好</p>"),
    ],
)
def test_a_cell_says_what_people_mean(key: str, cell: str, found: Any) -> None:
    got = said(key, cell)
    assert isinstance(got, Wrong) if found is None else got == found


@pytest.mark.parametrize(("key", "cell"), [("subtitle", "\u00ad"), ("description", "<script>1</script>")])
def test_what_nobody_would_see_clears_nothing(key: str, cell: str) -> None:
    assert said(key, cell) is None


@pytest.mark.parametrize(
    "cell", ["2026-12-01 09:00", "2026/12/1 9:00", "2026年12月1日 9:00", "2026-12-01 09:00:00", "2026-12-01T09:00"]
)
def test_a_moment_is_read_as_people_and_programs_write_it_in_the_malls_own_time(cell: str) -> None:
    assert said("shelved_at", cell).isoformat() == "2026-12-01T09:00:00+08:00"


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("list_price", "-5"),
        ("list_price", "一百"),
        ("list_price", "3.999"),
        ("list_price", "1E+15"),
        ("limit", "0"),
        ("limit", "2.5"),
        ("limit", "100001"),
        ("name", "=A1&B1"),
        ("name", "长" * 61),
        ("name", "清空"),
        ("name", "烫\ufffd烫"),
        ("sku", "TB 750"),
        ("sku", "6.9E+12"),
        ("sku", "货号"),
        ("kind", "虚拟"),
        ("category", "杯壶"),
        ("category", "没有的"),
        ("supplier", "没有的"),
        ("pictures", "zebra"),
        ("pictures", "../etc/passwd"),
        ("pictures", " ".join(f"a{n}" for n in range(10))),
        ("shelved_at", "明天"),
        ("shelved_at", "2026-02-30 09:00"),
        ("shelved_at", "2026-12-01 25:00"),
        ("off_at", "0001-01-01 00:00"),
        ("off_at", "9999-12-31"),
        ("off_at", "立即"),
        ("tags", "新品、便宜"),
        ("tags", "、"),
        ("pictures", "，、"),
        ("picture", "、"),
        ("personal", "也许"),
        ("description", "长" * 8_001),
    ],
)
def test_a_cell_that_says_nothing_sensible_says_why(key: str, cell: str) -> None:
    found = said(key, cell)
    assert isinstance(found, Wrong)
    assert found.text % found.params if found.params else found.text


def test_rows_of_a_new_reward_ask_for_one_document_with_prices_and_first_pieces() -> None:
    white = {key: WHITE[key] for key in ("item", "sku", "attribute_1", "value_1", "points")}
    flask, case = read(workbook(FLASK | {"points_beside": "9800", "cash": "99"}, white, CASE))
    assert (flask.no, flask.code, flask.wrong) == (2, "TB-750", [])
    new = applied(begun(flask.parts), flask.parts)
    assert new["names"] == {"zh_Hans": "钛合金保温杯 750 毫升"}
    assert (new["category"], new["delivery"], new["list_price_fen"]) == ("home", "48h", 39_900)
    assert [(sku["code"], sku["cost_fen"]) for sku in new["skus"]] == [("TB-750-PINE", 15_000), ("TB-750-WHITE", 0)]
    assert flask.parts[Slot("TB-750-PINE").path] == [18_600, 0]
    assert flask.parts[Slot("TB-750-PINE", 1).path] == [9_800, 9_900]
    assert (case.no, case.parts["stock/TR-20-STD"]) == (4, 60)


def test_a_workbook_and_a_csv_of_any_encoding_ask_for_the_same() -> None:
    parts = [one.parts for one in read(workbook(FLASK, CASE))]
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        assert [one.parts for one in read(comma_separated(FLASK, CASE, encoding=encoding))] == parts


def test_blank_is_left_the_word_clears_and_what_is_omitted_stays() -> None:
    live = thermos(brand="恒岳", subtitles={"zh_Hans": "轻"}, tags=["hot"], limit_per_dealer=5, list_price_fen=100)
    skus = {sku["code"]: sku["attributes"] for sku in live["skus"]}
    standing = {"TB": Standing(kind=Kind.PHYSICAL, skus=skus)}
    row = {"item": "TB", "sku": "TB-PINE", "brand": "", "subtitle": "清空", "limit": "清空", "tags": "清空"}
    (found,) = read(workbook(row | {"name_en": "清空", "cost": "清空"}), standing)
    assert not found.wrong
    after = applied(live, found.parts)
    assert after == live | {
        "subtitles": {},
        "limit_per_dealer": None,
        "tags": [],
        "names": {"zh_Hans": live["names"]["zh_Hans"]},
        "skus": [live["skus"][0], live["skus"][1] | {"cost_fen": 0}],
    }


def test_one_wrong_cell_keeps_its_reward_whole_out_and_says_which_row_and_column() -> None:
    flask, case = read(workbook(FLASK | {"list_price": "一百"}, WHITE | {"cost": "-1", "list_price": "一百"}, CASE))
    assert wrong(flask) == [(2, "list_price"), (3, "cost")]
    assert not flask.parts
    assert not case.wrong


def test_rows_of_a_reward_that_say_different_things_are_wrong() -> None:
    (found,) = read(workbook(FLASK, WHITE | {"brand": "行远"}))
    assert wrong(found) == [(3, "brand")]


def test_what_a_new_reward_needs_is_asked_for() -> None:
    (found,) = read(workbook({"item": "X-1", "sku": "X-1-A", "brand": "恒岳"}))
    assert wrong(found) == [(2, "name"), (2, "category"), (2, "kind")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"item": "", "sku": "A-1"}, "item"),
        ({"item": "货 1", "sku": "A-1"}, "item"),
        ({"sku": ""}, "sku"),
        ({"kind": "卡密", "freight": "large"}, "freight"),
        ({"kind": "实物", "days": "30"}, "days"),
        ({"points_beside": "9800"}, "cash"),
        ({"cash": "99"}, "points_beside"),
        ({"points_beside": "9800", "cash": "0"}, "cash"),
        ({"value_1": ""}, "value_1"),
        ({"kind": "卡密", "stock": "9"}, "stock"),
    ],
)
def test_what_does_not_go_together_is_told_at_its_cell(row: dict[str, str], column: str) -> None:
    (found,) = read(workbook(FLASK | row))
    assert (2, column) in wrong(found)


def test_a_sku_of_two_rows_is_taken_from_none() -> None:
    flask, other = read(workbook(FLASK, CASE | {"sku": "TB-750-PINE"}))
    assert not flask.wrong
    assert wrong(other) == [(3, "sku")]


def test_a_live_rewards_kind_and_stock_stay_and_its_colours_keep_their_other_languages() -> None:
    pine = {"name": {"zh_Hans": "颜色", "en": "Colour"}, "value": {"zh_Hans": "松绿", "en": "Pine"}, "dot": "#2f6656"}
    standing = {"TB-750": Standing(kind=Kind.PHYSICAL, skus={"TB-750-PINE": [pine]})}
    (found,) = read(workbook(FLASK, WHITE), standing)
    assert found.parts["skus/TB-750-PINE/attributes"] == [pine]
    assert found.parts["skus/TB-750-WHITE/attributes"] == [{"name": pine["name"], "value": {"zh_Hans": "米白"}}]
    (found,) = read(workbook(FLASK | {"kind": "服务", "stock": "5"}), standing)
    assert wrong(found) == [(2, "kind"), (2, "stock")]


def test_what_is_taken_off_the_shelf_comes_off_at_no_later_moment() -> None:
    there = {"TB-750": Standing(kind=Kind.PHYSICAL, shelved_at=AT, off_at=AT + timedelta(days=9))}
    (found,) = read(workbook({"item": "TB-750", "sku": "TB-750-PINE", "shelved_at": "清空"}), there)
    assert (found.wrong, found.parts["shelved_at"], found.parts["off_at"]) == ([], None, None)
    (found,) = read(workbook({"item": "TB-750", "sku": "TB-750-PINE", "brand": "恒岳"}), there)
    assert "off_at" not in found.parts


def test_a_code_that_somebody_is_writing_on_is_left_to_them() -> None:
    (found,) = read(workbook(FLASK), {"TB-750": Standing(being_written=True)})
    assert wrong(found) == [(2, "item")]


def test_a_reward_said_as_rows_and_read_again_is_what_it_was() -> None:
    live = thermos(
        category="cups", supplier="", pictures=["flask"], tags=["hot", "new"],
        list_price_fen=39_950, limit_per_dealer=5, personal=True,
        shelved_at="2026-11-01T01:00:13+00:00", off_at="2026-12-31T10:00:00+00:00", brand="=恒岳",
        descriptions={"zh_Hans": "第一段\n第二段"}, subtitles={"zh_Hans": "-20%", "en": "Light, and warm"},
    )  # fmt: skip
    skus = {sku["code"]: sku["attributes"] for sku in live["skus"]}
    moments = {name: datetime.fromisoformat(live[name]) for name in ("shelved_at", "off_at")}
    for at, language in enumerate(("zh_Hans", "zh_Hant", "en")):
        speaker = Speaker(
            language=language, zone=ZoneInfo("Asia/Shanghai"), called={"category": {"cups": "生活日用 / 杯壶"}}
        )
        prices = {Slot("TB-GREY"): (18_600, 0), Slot("TB-GREY", 1): (9_800, 9_950)}
        told = [{key: yuan(key, cell) for key, cell in row.items()} for row in lines("TB", live, prices, speaker)]
        told = [row | {"brand": f"'{row['brand']}"} for row in told]
        (found,) = read(comma_separated(*told, language=at), {"TB": Standing(kind=Kind.PHYSICAL, skus=skus, **moments)})
        assert not found.wrong
        assert applied(live, found.parts) == live
        assert found.parts[Slot("TB-GREY").path] == [18_600, 0]
        assert found.parts[Slot("TB-GREY", 1).path] == [9_800, 9_950]


def yuan(key: str, cell: str | int) -> str:
    return f"{cell / 100:.2f}" if isinstance(cell, int) and key in ("list_price", "cost", "cash") else str(cell)
