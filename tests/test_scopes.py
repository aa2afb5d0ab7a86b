"""A region's merchandiser and a supplier's trying everything: every route of the desk, asked with what it takes.

The routes are those of the matrix, so that a new one is tried as soon as it stands there. What is sent is for the whole
brand or of another region, or of another supplier: nothing of it may be written, whatever the answer says.
"""

from __future__ import annotations

import pytest

from tests.orders.scene import COOKER
from tests.test_route_matrix import REGIONAL, ROUTES, SERVED, SUPPLYING, Stage, built, name, stage, version

__all__ = ["built", "stage"]

THEIRS = sorted(key for key in SERVED if key in ROUTES and "merchandiser" in ROUTES[key].audience.allowed)
"""What a merchandiser of the whole brand may ask."""
WRITES, READS = [key for key in THEIRS if key[1] != "GET"], [key for key in THEIRS if key[1] == "GET"]
OF_ONES_OWN = {
    "desk.begin", "desk.sign_out", "desk.revoke", "desk_lists.save", "desk_lists.drop", "desk_lists.columns",
    "preferences.choose_language", "preferences.choose_theme", "dealers.begin", "dealers.sign_out",
}  # fmt: skip
"""Signing in and out, how one's own pages look: nobody else's."""
NOTHING_SHARED = OF_ONES_OWN | {
    "desk_media.upload", "desk_media.crop", "desk_catalog.preview", "desk_catalog.preview_edition", "desk_face.preview",
    "desk_face.add_block", "desk_face.discard",
}  # fmt: skip
"""A picture more in the library, for the region's own editions; pages that show what is typed; a block for the own
region in the draft, and discarding a draft in which no others were touched (tests/face/test_actions.py).
"""
TOLD = {303, 403, 404, 409, 422}


@pytest.mark.parametrize("key", [key for key in WRITES if key[0] not in NOTHING_SHARED], ids=name)
def test_a_merchandiser_of_another_region_changes_nothing(stage: Stage, key: tuple[str, str]) -> None:
    seen = version(stage.copy)
    before = seen()
    answer = stage.ask(REGIONAL, key, ROUTES[key].own)
    assert seen() == before, f"{answer.status} {answer.location}: it was written"
    assert answer.status_code in TOLD | {200}, answer.status


@pytest.mark.parametrize("key", [key for key in WRITES if key[0] not in OF_ONES_OWN], ids=name)
def test_a_suppliers_person_changes_nothing_of_other_suppliers(stage: Stage, key: tuple[str, str]) -> None:
    seen = version(stage.copy)
    before = seen()
    answer = stage.ask(SUPPLYING, key, ROUTES[key].own)
    if key[0] == "desk_catalog.start_item":
        assert answer.status_code == 303, "a reward of one's own may be begun"
        return
    assert seen() == before, f"{answer.status} {answer.location}: it was written"
    assert answer.status_code in TOLD, answer.status


@pytest.mark.parametrize("key", READS, ids=name)
def test_a_suppliers_person_reads_of_nobody_else(stage: Stage, key: tuple[str, str]) -> None:
    answer = stage.ask(SUPPLYING, key, ROUTES[key].own)
    assert answer.status_code in {200, 303, 403, 404}, answer.status
    for told in ("CK-5L", COOKER, "压力锅"):
        assert told.encode() not in answer.data, f"{key[0]} tells of {told}"


@pytest.mark.parametrize("key", READS, ids=name)
def test_a_merchandiser_of_another_region_reads_the_brands_library(stage: Stage, key: tuple[str, str]) -> None:
    answer, whole = (stage.ask(who, key, ROUTES[key].own) for who in (REGIONAL, "merchandiser"))
    assert answer.status_code in {whole.status_code, 403, 404}, answer.status


@pytest.mark.parametrize("who", [REGIONAL, SUPPLYING])
def test_the_desks_side_shows_no_door_that_stays_shut(stage: Stage, who: str) -> None:
    client = stage.client(who)
    page = client.get("/desk/items").text
    links = {part.split('"', 1)[0] for part in page.split('class="side__link" href="')[1:]}
    assert "/desk/items" in links
    assert [link for link in sorted(links) if client.get(link).status_code != 200] == []


def test_a_regions_person_is_offered_nothing_of_the_librarys_to_write(stage: Stage) -> None:
    client = stage.client(REGIONAL)
    for shut in ("/desk/items/new", "/desk/categories/new", "/desk/suppliers/new", "/desk/freight/new"):
        answer = client.get(shut)
        assert answer.status_code == 403
        assert "这不在你的数据权限之内" in answer.text
    for key in ("item", "category", "template", "edition_bounds"):
        page = client.get(ROUTES[f"desk_catalog.{key}", "GET"].own)
        assert 'class="lockable" disabled' in page.text, key
    for path in ("/desk/items", "/desk/items?q=zzz", "/desk/suppliers?q=zzz", "/desk/today", "/desk/searches"):
        assert 'href="/desk/items/new' not in client.get(path).text
        assert 'href="/desk/suppliers/new' not in client.get(path).text
