"""Documents over the wire: each its own result, each its own status."""

from __future__ import annotations

from typing import Any

import pytest

from mall.earning.models import Document
from mall.web.db import reading
from tests.api.conftest import Partner, body
from tests.conftest import Clock

ORDERS, BATCH = "/api/v1/orders", "/api/v1/orders/batch"


def has(partner: Partner, code: str = "D-1") -> int:
    found = partner.get(f"/api/v1/dealers/{code}/balance").json
    return int(found["available"]) - int(found["debt"])


def test_posted_repeated_superseded_waiting_each_have_a_status(dms: Partner) -> None:
    assert dms.post(ORDERS, body(revision=2)).status_code == 201
    again = dms.post(ORDERS, body(revision=2))
    assert (again.status_code, again.json["repeat"], again.json["points"]) == (200, True, 100)
    assert dms.post(ORDERS, body(revision=1)).json["outcome"] == "superseded"
    early = dms.post(ORDERS, body("R", kind="return", returns="LATER"))
    assert (early.status_code, early.json["detail"]["waits_for"]) == (202, "LATER")
    assert has(dms) == 100


def test_a_conflict_is_told_and_changes_nothing(dms: Partner) -> None:
    dms.post(ORDERS, body())
    answer = dms.post(ORDERS, body(fen=1))
    assert (answer.status_code, answer.json["code"], has(dms)) == (409, "conflict", 100)


def test_a_dead_document_is_told_listed_mended_and_posted(partners: tuple[Partner, Partner]) -> None:
    dms, erp = partners
    answer = erp.post(ORDERS, body())
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_dealer")
    assert answer.json["params"]["result"]["outcome"] == "dead"
    [dead] = erp.get("/api/v1/documents?state=dead").json["documents"]
    assert (dead["external_id"], dead["reason"]) == ("INV-1", "unknown_dealer")
    dms.post(ORDERS, body("X", dealer={"code": "D-7"}))
    assert erp.post(ORDERS, body(dealer={"code": "D-7"})).status_code == 201
    assert erp.get("/api/v1/documents?state=dead").json["documents"] == []
    assert has(erp, "D-7") == 200


def test_a_batch_gives_each_its_result_and_one_bad_blocks_no_other(dms: Partner) -> None:
    documents: list[Any] = [body("A"), {"broken": True}, body("B", lines=[]), 7, None, body("A"), body("C")]
    answer = dms.post(BATCH, {"documents": documents})
    assert answer.status_code == 200
    told = [(one["outcome"], one["repeat"]) for one in answer.json["results"]]
    bad = ("unreadable", False)
    assert told == [("posted", False), bad, ("dead", False), bad, bad, ("posted", True), ("posted", False)]
    assert has(dms) == 200


@pytest.mark.parametrize("wrong", [[], {}, {"documents": {}}, {"documents": [], "more": 1}, "x", None])
def test_what_is_no_batch_is_refused(on_sqlite: Partner, wrong: Any) -> None:
    answer = on_sqlite.post(BATCH, wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "malformed")


def test_a_batch_holds_at_most_500_documents(on_sqlite: Partner) -> None:
    documents = [body(f"B-{n}") for n in range(501)]
    assert on_sqlite.post(BATCH, {"documents": documents}).status_code == 422
    assert reading().query(Document).count() == 0
    assert on_sqlite.post(BATCH, {"documents": documents[:500]}).status_code == 200
    assert has(on_sqlite) == 50_000


def test_an_order_can_be_looked_up_with_all_its_revisions(dms: Partner, clock: Clock) -> None:
    dms.post(ORDERS, body("2026/INV.1-a:b"))
    clock.tick(minutes=1)
    dms.post(ORDERS, body("2026/INV.1-a:b", 2, fen=5_000))
    found = dms.get("/api/v1/orders/2026/INV.1-a:b").json
    assert [(one["revision"], one["points"]) for one in found["revisions"]] == [(2, -50), (1, 100)]
    assert all(one["entries"] for one in found["revisions"])
    assert dms.get("/api/v1/orders/nothing").status_code == 404


def test_the_list_is_walked_by_its_cursor(dms: Partner) -> None:
    dms.post(BATCH, {"documents": [body(f"A-{n:02}") for n in range(25)]})
    seen, after = [], ""
    while True:
        part = dms.get(f"/api/v1/documents?limit=10{after}").json
        seen += [one["external_id"] for one in part["documents"]]
        if part["next"] is None:
            break
        after = f"&after={part['next']}"
    assert sorted(seen) == [f"A-{n:02}" for n in range(25)]


def test_a_cursor_tells_nothing_of_another_partners_documents(partners: tuple[Partner, Partner]) -> None:
    dms, erp = partners
    dms.post("/api/v1/orders", body("THEIRS"))
    dms.clock.tick(seconds=5)
    erp.post("/api/v1/orders", body("OURS"))
    known, made_up = (erp.get(f"/api/v1/documents?after=dms-east~{name}~1").json for name in ("THEIRS", "NOTHING"))
    assert known == made_up
    assert [one["external_id"] for one in known["documents"]] == ["OURS"]


@pytest.mark.parametrize("depth", [21, 300, 900, 930, 935, 940, 945])
def test_what_is_nested_beyond_all_need_is_told_and_not_kept(on_sqlite: Partner, depth: int) -> None:
    raw = f'{{"external_id": "DEEP", "revision": 1, "lines": {"[" * depth}{"]" * depth}}}'.encode()
    answer = on_sqlite.post("/api/v1/orders", raw)
    assert answer.status_code in {400, 422}
    if answer.status_code == 422:
        assert answer.json["params"]["result"]["outcome"] == "unreadable"
    assert on_sqlite.get("/api/v1/orders/DEEP").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "state=none",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=1e2",
        "limit=%D9%A1",
        "limit=00000000200000",
        f"limit=000000001{'0' * 30}",
    ],
)
def test_a_query_that_asks_for_nonsense_is_refused(on_sqlite: Partner, query: str) -> None:
    answer = on_sqlite.get(f"/api/v1/documents?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "malformed")


@pytest.mark.parametrize(
    "line",
    [
        {"quantity": 10**30, "amount_fen": 1},
        {"quantity": 1, "amount_fen": 10**30},
        {"quantity": 1, "amount_fen": 1e300},
        {"quantity": -1, "amount_fen": 100},
        {"quantity": "１", "amount_fen": 100},
        {"quantity": [1], "amount_fen": 100},
        {"quantity": None, "amount_fen": 100},
    ],
)
def test_huge_negative_and_full_width_numbers_are_refused_with_where(on_sqlite: Partner, line: Any) -> None:
    answer = on_sqlite.post(ORDERS, body(lines=[{"sku": "A"} | line]))
    assert (answer.status_code, answer.json["code"]) == (422, "malformed")
    [fault] = answer.json["params"]["result"]["detail"]["faults"]
    assert fault["where"].startswith("lines/0/")


def test_titles_speak_the_askers_language_and_codes_stay(dms: Partner) -> None:
    answer = dms.post(ORDERS, body(lines=[]))
    assert answer.json["code"] == "malformed"
    assert answer.json["title"] == "单据格式有误"
