"""Changes of the draft, publishing and going back, on each engine: stale ones refused, repeats one, regions kept to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from mall.base.refused import Malformed, Refused
from mall.base.types import micros
from mall.face.actions import (
    By,
    add_block,
    change_block,
    discard_draft,
    move_block,
    order_blocks,
    publish,
    remove_block,
    roll_back,
    set_theme,
)
from mall.face.models import (
    BadBlock,
    DraftMoved,
    NothingNew,
    NotReady,
    OutsideRegion,
    PoorContrast,
    TooManyBlocks,
)
from mall.face.queries.checks import Known
from mall.face.queries.live import live
from mall.face.queries.versions import last, versions
from mall.web.db import now, reading, transact
from tests.face.conftest import ANYWHERE, BY, EAST, OTHER, at, block, document, go_live, revision

Change = Callable[..., object]


def ids() -> list[str]:
    return [one["id"] for one in document()["blocks"]]


def test_until_something_is_published_the_mall_has_its_own_layout(app: Flask) -> None:
    shown = live(reading(), now())
    assert shown.no == 0
    assert [one["what"] for one in shown.document["blocks"]][:2] == ["balance", "search"]


def test_a_change_to_an_older_revision_is_refused_and_says_who_and_when(app: Flask) -> None:
    transact(move_block, revision=0, block_id="picks", places=-1, by=OTHER)
    with pytest.raises(DraftMoved) as refused:
        transact(remove_block, revision=0, block_id="search", by=BY)
    assert refused.value.params["who"] == OTHER.actor
    assert refused.value.params["at"] == now()
    assert "search" in ids()


def test_the_same_change_sent_twice_is_one(app: Flask) -> None:
    before = ids()
    for _ in range(2):
        transact(move_block, revision=0, block_id="picks", places=-2, by=BY)
    assert revision() == 1
    assert ids() == [*before[:3], "picks", *before[3:5]]


def test_a_block_moves_no_further_than_the_ends(app: Flask) -> None:
    transact(move_block, revision=0, block_id="picks", places=-99, by=BY)
    assert ids()[0] == "picks"
    transact(order_blocks, revision=1, ids=["reach", "nobody", "search"], by=BY)
    assert ids()[:2] == ["reach", "search"]
    assert len(ids()) == 6


def test_there_is_one_balance_card_and_no_end_of_blocks(app: Flask) -> None:
    with pytest.raises(TooManyBlocks):
        transact(add_block, revision=0, what="balance", by=BY)
    with pytest.raises(Malformed):
        transact(add_block, revision=0, what="no_such_kind", by=BY)
    for n in range(24):
        transact(add_block, revision=n, what="rich_text", by=BY)
    with pytest.raises(TooManyBlocks):
        transact(add_block, revision=24, what="rich_text", by=BY)


def test_publishing_makes_a_version_that_is_live_and_the_draft_is_the_same_as_it(app: Flask) -> None:
    transact(remove_block, revision=0, block_id="search", by=BY)
    assert go_live() == 1
    shown = live(reading(), now())
    assert shown.no == 1
    assert shown.document == document()
    with pytest.raises(NothingNew):
        go_live()


def test_a_second_tap_on_publish_gives_the_same_version(app: Flask) -> None:
    transact(remove_block, revision=0, block_id="search", by=BY)
    seen = revision()
    numbers = [transact(publish, revision=seen, words="", known=ANYWHERE, by=BY) for _ in range(2)]
    assert numbers == [1, 1]
    with pytest.raises(DraftMoved):
        transact(publish, revision=seen, words="", known=ANYWHERE, by=OTHER)
    assert len(versions(reading())) == 1


def test_nothing_is_published_that_leads_nowhere(app: Flask) -> None:
    made = transact(add_block, revision=0, what="quick_grid", by=BY)
    door = {"icon": "gift", "title": {"zh_Hans": "去处"}, "link": "/somewhere"}
    values = block("quick_grid") | {"source": "own", "doors": [door]}
    transact(change_block, revision=1, block_id=made, values=values, by=BY)
    with pytest.raises(NotReady):
        transact(publish, revision=2, words="", known=Known(leads=lambda _p: False, drawn=lambda _k: True), by=BY)
    assert last(reading()) is None


def test_going_back_is_a_version_of_its_own_and_leaves_unpublished_changes_alone(app: Flask) -> None:
    transact(remove_block, revision=0, block_id="search", by=BY)
    first = go_live()
    transact(remove_block, revision=revision(), block_id="doors", by=BY)
    second = go_live()
    transact(remove_block, revision=revision(), block_id="reach", by=BY)
    kept = document()
    third = transact(roll_back, to=first, seen=second, words="错了", by=BY)
    again = transact(roll_back, to=first, seen=second, words="错了", by=BY)
    assert (third, again) == (3, 3)
    assert document() == kept
    newest, before, oldest = versions(reading())
    assert newest.document == oldest.document != before.document
    assert newest.restored_from == first
    with pytest.raises(DraftMoved):
        transact(roll_back, to=second, seen=second, words="", by=OTHER)


def test_a_draft_without_changes_follows_what_is_gone_back_to(app: Flask) -> None:
    transact(remove_block, revision=0, block_id="search", by=BY)
    first = go_live()
    transact(remove_block, revision=revision(), block_id="doors", by=BY)
    second = go_live()
    transact(roll_back, to=first, seen=second, words="", by=BY)
    assert "doors" in ids()
    with pytest.raises(NothingNew):
        go_live()


def test_a_theme_keeps_its_number_until_it_changes(app: Flask) -> None:
    transact(set_theme, revision=0, theme={"brand": "#0a4ea3"}, by=BY)
    go_live()
    transact(remove_block, revision=revision(), block_id="search", by=BY)
    go_live()
    assert live(reading(), now()).theme_no == 1
    transact(set_theme, revision=revision(), theme={"brand": "#5b2a86"}, by=BY)
    go_live()
    assert live(reading(), now()).theme_no == 3


@pytest.mark.parametrize("colours", [{"brand": "#f5b400"}, {"brand": "#e60012"}, {"value": "#c08a2b"}])
def test_colours_that_nobody_can_read_on_are_refused(app: Flask, colours: dict[str, str]) -> None:
    with pytest.raises(PoorContrast):
        transact(set_theme, revision=0, theme=colours, by=BY)
    assert revision() == 0


def test_a_field_with_a_wrong_value_is_refused(app: Flask) -> None:
    for wrong in ({"count": 99}, {"source": "everywhere"}, {"starts_at": "soon"}, {"regions": ["东" * 300]}):
        with pytest.raises(BadBlock):
            transact(change_block, revision=0, block_id="picks", values=block("shelf") | wrong, by=BY)


def aimed(by: By, **audience: object) -> str:
    made = transact(add_block, revision=revision(), what="rich_text", by=by)
    values = block("rich_text") | {"text": {"zh_Hans": "<p>话</p>"}} | audience
    transact(change_block, revision=revision(), block_id=made, values=values, by=by)
    return made


def test_regional_staff_touch_the_blocks_of_their_region_alone(app: Flask) -> None:
    made = aimed(EAST, regions=["华东/浙江"])
    assert block("rich_text")["regions"] == ["华东/浙江"]
    transact(move_block, revision=revision(), block_id=made, places=-3, by=EAST)
    outside: list[tuple[Change, dict[str, object]]] = [
        (remove_block, {"block_id": "picks"}),
        (move_block, {"block_id": "picks", "places": -1}),
        (change_block, {"block_id": "picks", "values": block("shelf") | {"count": 4}}),
        (change_block, {"block_id": made, "values": block("rich_text") | {"regions": []}}),
        (change_block, {"block_id": made, "values": block("rich_text") | {"regions": ["华东", "华南"]}}),
        (change_block, {"block_id": made, "values": block("rich_text") | {"regions": ["华东南"]}}),
        (set_theme, {"theme": {"brand": "#0a4ea3"}}),
    ]
    for act, arguments in outside:
        with pytest.raises(OutsideRegion):
            transact(act, revision=revision(), by=EAST, **arguments)


def test_regional_staff_publish_their_own_changes_and_nobody_elses(app: Flask) -> None:
    aimed(EAST, regions=["华东"])
    assert go_live(EAST) == 1
    transact(remove_block, revision=revision(), block_id="search", by=BY)
    with pytest.raises(OutsideRegion):
        go_live(EAST)
    assert go_live(BY) == 2
    with pytest.raises(OutsideRegion):
        transact(roll_back, to=1, seen=2, words="", by=EAST)


def test_the_draft_given_up_is_what_is_live(app: Flask) -> None:
    transact(remove_block, revision=0, block_id="search", by=BY)
    go_live()
    transact(remove_block, revision=revision(), block_id="doors", by=BY)
    transact(discard_draft, revision=revision(), by=BY)
    assert "doors" in ids()
    assert "search" not in ids()


def test_times_are_kept_as_microseconds_and_end_after_they_begin(app: Flask) -> None:
    starts, ends = micros(at("2026-12-01T00:00")), micros(at("2026-12-31T00:00"))
    values = block("shelf") | {"starts_at": starts, "ends_at": ends}
    transact(change_block, revision=0, block_id="picks", values=values, by=BY)
    assert block("shelf")["starts_at"] == starts
    with pytest.raises(Refused):
        transact(change_block, revision=1, block_id="picks", values=values | {"ends_at": starts}, by=BY)


def test_what_changes_nothing_makes_no_page_stale_and_stands_in_no_log(app: Flask) -> None:
    transact(move_block, revision=0, block_id="picks", places=-1, by=BY)
    seen = revision()
    transact(change_block, revision=seen, block_id="picks", values=block("shelf"), by=EAST)
    assert revision() == seen
