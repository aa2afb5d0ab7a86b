"""The preview: as whom, when, with what is typed and not saved, and in a frame of the mall's own pages alone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from mall.face.actions import change_block
from mall.face.models import Block
from mall.web.db import transact
from tests.cast import Cast
from tests.face.conftest import BY, block, document, revision, said


def aim(what: str, **audience: object) -> Block:
    """Give the draft's block of a kind an audience or times."""
    one = block(what) | audience
    transact(change_block, revision=revision(), block_id=one["id"], values=one, by=BY)
    return one


def test_it_may_be_framed_by_the_malls_own_pages_and_by_nobody_else(desk: FlaskClient) -> None:
    answer = desk.get("/desk/face/preview")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "frame-src 'none'" in policy
    assert "script-src 'nonce-" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "no-store"
    for path in ("/desk/face", "/desk/face/theme", "/desk/face/blocks/picks"):
        other = desk.get(path)
        assert other.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]


def test_nothing_in_it_can_be_pressed(desk: FlaskClient) -> None:
    html = desk.get("/desk/face/preview").text
    assert html.count("<div inert>") == 2
    assert "示例经销商" in html


def test_a_dealer_is_found_by_code_or_name_and_seen_with_its_own_points(desk: FlaskClient, people: Cast) -> None:
    for words in ("LA0571", "临安"):
        html = said(desk.get(f"/desk/face/preview?dealer={words}"))
        assert "华东·临安恒泰商贸" in html
        assert "30,000" in html
    assert "没有找到这家经销商" in said(desk.get("/desk/face?dealer=nobody"))


def test_a_block_is_seen_by_its_tiers_regions_and_at_its_time_alone(desk: FlaskClient) -> None:
    aim("shelf", tiers=["strategic"], regions=["华南"], starts_at=1_795_000_000_000_000)  # 18 November 2026
    seen = "/desk/face/preview?tier=strategic&region=华南/广东&at=2026-12-01T10:00"
    assert "为你推荐" in said(desk.get(seen))
    for other in (
        "/desk/face/preview?tier=core&region=华南/广东&at=2026-12-01T10:00",
        "/desk/face/preview?tier=strategic&region=华南西&at=2026-12-01T10:00",
        "/desk/face/preview?tier=strategic&region=华南/广东&at=2026-11-13T10:00",
    ):
        assert "为你推荐" not in said(desk.get(other))


def test_what_is_typed_is_shown_and_not_saved(desk: FlaskClient) -> None:
    one, before = block("shelf"), document()
    data = {"title-zh_Hans": "年终好礼", "source": "newest", "count": "4", "way": "strip"}
    assert "年终好礼" in said(desk.post(f"/desk/face/preview?block={one['id']}", data=data))
    assert document() == before


def test_a_field_that_is_wrong_does_not_spoil_the_rest_of_the_preview(desk: FlaskClient) -> None:
    one = block("shelf")
    data = {"title-zh_Hans": "年终好礼", "source": "newest", "count": "ninety", "way": "strip"}
    assert "年终好礼" in said(desk.post(f"/desk/face/preview?block={one['id']}", data=data))


def test_colours_are_tried_before_they_are_saved(desk: FlaskClient) -> None:
    data = {"brand": "#0a4ea3", "value": "#7d5a18", "names-zh_Hans": "恒通积分", "tabs-home-names-zh_Hans": "逛逛"}
    html = desk.post("/desk/face/preview?theme=1", data=data).text
    assert "/desk/face/theme.css?brand=%230a4ea3" in html
    assert "逛逛" in html
    assert "--pine-800:#0a4ea3" in desk.get("/desk/face/theme.css?brand=%230a4ea3&value=%237d5a18").text


@pytest.mark.parametrize(
    "query",
    ["?version=0", "?version=9", "?version=x", "?version=99999999999999999999"],
)
def test_a_version_that_is_none_is_not_found(desk: FlaskClient, query: str) -> None:
    assert desk.get(f"/desk/face/preview{query}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["?at=never", "?at=0001-01-01T00:00", "?tier=king", "?look=red&lang=xx", "?region=" + "东" * 500, "?dealer=%25"],
)
def test_any_other_address_gives_a_page(desk: FlaskClient, query: str) -> None:
    assert desk.get(f"/desk/face/preview{query}").status_code == 200
    assert desk.get(f"/desk/face{query}").status_code == 200
