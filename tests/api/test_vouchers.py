"""A system uses the vouchers that were issued to it: signed, once, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from mall.catalog.models import Kind
from mall.rewards.models import Voucher
from mall.web.db import transact
from tests.api.conftest import Partner
from tests.cast import cast
from tests.conftest import Clock
from tests.outbox.listener import write_down
from tests.rewards.vouching import COUPON, RUSH, TRUCK, bought, line, vouchers


@pytest.fixture
def issued(app: Flask, partners: tuple[Partner, Partner], tmp_path: Path) -> list[Voucher]:
    """A benefit and a coupon for `dms-east`, and a benefit for the TMS, which nobody here speaks for."""
    write_down(tmp_path, "dms", "http://127.0.0.1:9", partners=["dms-east"])
    write_down(tmp_path, "tms", "http://127.0.0.1:9", partners=["tms-north"])
    app.extensions["settings"] = replace(app.extensions["settings"], gateways=tmp_path)
    people = transact(cast, seal=app.extensions["seal"])
    for number, (kind, terms) in enumerate(((Kind.SERVICE, RUSH), (Kind.COUPON, COUPON), (Kind.SERVICE, TRUCK)), 1):
        bought(line(people.linan.id, number, kind, terms=terms))
    return sorted(vouchers(), key=lambda voucher: voucher.order_id)


def at(voucher: Voucher, rest: str = "") -> str:
    return f"/api/v1/vouchers/{voucher.no}{rest}"


def test_a_voucher_tells_where_it_stands(dms: Partner, issued: list[Voucher]) -> None:
    answer = dms.get(at(issued[1])).json
    assert (answer["state"], answer["kind"], answer["fen"], answer["dealer"]) == ("issued", "coupon", 5_000, "LA0571")
    assert answer["token"] == issued[1].token
    spoken = issued[0].number_shown.lower().replace(" ", "-")
    assert dms.get(f"/api/v1/vouchers/{spoken}").json["no"] == issued[0].no


def test_it_is_used_once_and_the_same_again_is_the_same_answer(dms: Partner, issued: list[Voucher]) -> None:
    use = {"reference": "DMS-2026-1", "order_fen": 250_000}
    first = dms.post(at(issued[1], "/use"), use)
    assert first.status_code == 200, first.text
    assert (first.json["state"], first.json["repeat"]) == ("used", False)
    again = dms.post(at(issued[1], "/use"), use).json
    assert again == first.json | {"repeat": True}
    other = dms.post(at(issued[1], "/use"), use | {"reference": "DMS-2026-2"})
    assert (other.status_code, other.json["code"]) == (409, "voucher_used")
    assert other.content_type == "application/problem+json"


def test_what_was_issued_to_another_system_is_not_there(
    dms: Partner, partners: tuple[Partner, Partner], issued: list[Voucher]
) -> None:
    erp = partners[1]
    for partner, voucher in ((dms, issued[2]), (erp, issued[0])):
        assert partner.get(at(voucher)).status_code == 404
        refused = partner.post(at(voucher, "/use"), {"reference": "X-1"})
        assert (refused.status_code, refused.json["code"]) == (404, "not_found")
    assert not vouchers()[0].used


def test_one_that_is_over_or_an_order_too_small_is_told_as_a_problem(
    dms: Partner, issued: list[Voucher], clock: Clock
) -> None:
    small = dms.post(at(issued[1], "/use"), {"reference": "X-1", "order_fen": 99_999})
    assert (small.status_code, small.json["code"], small.json["params"]) == (
        409,
        "order_too_small",
        {"least": "1,000.00"},
    )
    clock.at = issued[0].expires_at
    over = dms.post(at(issued[0], "/use"), {"reference": "X-1"})
    assert (over.status_code, over.json["code"]) == (409, "voucher_expired")
    assert dms.get(at(issued[0])).json["state"] == "expired"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"reference": ""},
        {"reference": 7},
        {"reference": "A", "order_fen": "1"},
        {"reference": "A", "x": 1},
    ],
)
def test_what_is_no_use_is_refused(dms: Partner, issued: list[Voucher], body: object) -> None:
    refused = dms.post(at(issued[0], "/use"), body)
    assert (refused.status_code, refused.json["code"]) == (422, "malformed")


def test_nothing_is_told_without_a_signature(app: Flask, dms: Partner, issued: list[Voucher]) -> None:
    for path in (at(issued[0]), "/api/v1/voucher-key"):
        assert app.test_client().get(path).status_code == 401
    assert dms.post(at(issued[0], "/use"), {"reference": "A"}, secret="another").status_code == 401
    assert not vouchers()[0].used


def test_the_example_of_the_documentation_believes_a_voucher(dms: Partner, issued: list[Voucher]) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/partners.md").read_text("utf-8")
    [example] = [part.partition("```")[0] for part in text.split("```python\n") if "def claims_of" in part]
    room: dict[str, object] = {}
    exec(example, room)
    claims = room["claims_of"](issued[0].token, dms.get("/api/v1/voucher-key").json)  # type: ignore[operator]
    assert (claims["jti"], claims["sub"], claims["service"]) == (issued[0].no, "LA0571", "priority_production")
