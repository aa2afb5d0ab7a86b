"""The top-up supplier: order, query, the end told later by callback or by query alone (docs/sandbox.md, its wire)."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Any

from flask import Blueprint, Response, jsonify, request

from mall.sandbox.keys import NOTIFY
from mall.sandbox.letters import Outgoing, queue
from mall.sandbox.signed import admit, heads, refused, sign_answer
from mall.sandbox.store import moment, stamp
from mall.sandbox.world import World, disturbed, here

bp = Blueprint("top_up", __name__, url_prefix="/top-up")

PREFIX = "X-Supplier"
NO = re.compile(r"[A-Za-z0-9_-]{1,32}")
ACCOUNT = re.compile(r"1[3-9][0-9]{9}|[0-9]{16,19}")
"""A mobile number, or the number of a fuel card."""
SHAPE = {"no": str, "product": str, "account": str, "quantity": int, "fen": int}


def _own(world: World) -> tuple[str, str]:
    return world.keys["top_up_merchant"], world.keys["top_up_secret"]


def told(row: Row, now: datetime) -> dict[str, Any]:
    """An order as it stands."""
    ended = row["ends_at"] is not None and stamp(now) >= row["ends_at"]
    state = row["outcome"] if ended else "under_way"
    return {
        "no": row["no"],
        "supplier_no": f"S{row['id']}",
        "state": state,
        "reason": "号码状态异常，充值未成功" if state == "failed" else "",
        "receipt": f"R{row['id']:08d}" if state == "done" else "",
        "ended_at": moment(row["ends_at"]).isoformat() if ended else None,
    }


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    world, answer = here(), jsonify(content)
    answer.status_code = status
    target = str(request.environ["REQUEST_URI"])
    return sign_answer(answer, PREFIX, *_own(world), target, world.now())


@bp.after_request
def _sign_refusal(answer: Response) -> Response:
    """A refusal decides about money too: it is signed like any answer that is no error of the server."""
    if 400 <= answer.status_code < 500 and f"{PREFIX}-Signature" not in answer.headers:
        world = here()
        sign_answer(answer, PREFIX, *_own(world), str(request.environ["REQUEST_URI"]), world.now())
    return answer


def _failure() -> Response:
    answer = jsonify(code="unavailable", message="try again")
    answer.status_code = 503
    return answer


@bp.post("/orders")
def order() -> Response:
    """Order a top-up; the same number with the same content gives the first."""
    return disturbed(here(), None, _failure, _order)


def _order() -> Response:
    world = here()
    asked = _read(admit(world, request, PREFIX, *_own(world)))
    outcome = str(world.position("top_up_outcome")) or "done"
    now = world.now()
    with world.store.change():
        known = world.store.one("SELECT * FROM top_up WHERE no = ?", asked["no"])
        if known:
            if any(known[name] != asked[name] for name in SHAPE):
                raise refused(409, "no_reused", "the same number with another content")
            return _answer(told(known, now))
        ends_at = None if outcome == "unknown" else stamp(now + timedelta(seconds=world.pace.top_up))
        added = world.store.add("top_up", **asked, outcome=outcome, opened_at=stamp(now), ends_at=ends_at)
        if ends_at is not None:
            _promise(world, added, ends_at)
        row = world.store.one("SELECT * FROM top_up WHERE id = ?", added)
    assert row is not None
    return _answer(told(row, now), 201)


def _promise(world: World, order_id: int, ends_at: int) -> None:
    if not world.position("top_up_silent"):
        queue(
            world, gateway="top_up", what="top_up", about=order_id, url=world.mall_url + NOTIFY["top_up"],
            not_before=moment(ends_at),
        )  # fmt: skip


def _read(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        raise refused(422, "malformed", "the body is no JSON") from None
    if not isinstance(asked, dict) or set(asked) != set(SHAPE):
        raise refused(422, "malformed", f"exactly these are wanted: {', '.join(SHAPE)}")
    for name, kind in SHAPE.items():
        if not isinstance(asked[name], kind) or isinstance(asked[name], bool):
            raise refused(422, "malformed", f"{name} is not of its kind")
    if not NO.fullmatch(asked["no"]) or not 1 <= asked["quantity"] <= 100 or not 1 <= asked["fen"] <= 10_000_000:
        raise refused(422, "malformed", "no, quantity or fen is out of bounds")
    if not asked["product"] or asked["product"].startswith("NO-SUCH"):
        raise refused(422, "no_such_product", "we do not sell that")
    if not ACCOUNT.fullmatch(asked["account"]):
        raise refused(422, "wrong_account", "neither a mobile number nor a fuel card")
    return asked


@bp.get("/orders/<no>")
def one(no: str) -> Response:
    """How an order stands."""

    def act() -> Response:
        world = here()
        admit(world, request, PREFIX, *_own(world))
        row = world.store.one("SELECT * FROM top_up WHERE no = ?", no)
        if row is None:
            raise refused(404, "no_such_order", "it never came")
        return _answer(told(row, world.now()))

    return disturbed(here(), None, _failure, act)


def end(world: World, order_id: int, outcome: str) -> None:
    """The person at the supplier's desk ends what is still under way."""
    now = world.now()
    with world.store.change():
        changed = world.store.run(
            "UPDATE top_up SET outcome = ?, ends_at = ? WHERE id = ? AND (ends_at IS NULL OR ends_at > ?)",
            outcome, stamp(now), order_id, stamp(now),
        )  # fmt: skip
        if changed:
            world.store.run("DELETE FROM letter WHERE gateway = 'top_up' AND about = ?", order_id)
            _promise(world, order_id, stamp(now))


class TopUpWriter:
    """The supplier's callback: the order's JSON, signed; any status of 200 to 299 contents it."""

    pauses = (15, 30, 60, 300, 900, 1800, 3600, 7200, 14400)

    def write(self, world: World, letter: Row, now: datetime) -> Outgoing:
        """Raises LookupError when the order is forgotten."""
        row = world.store.one("SELECT * FROM top_up WHERE id = ?", letter["about"])
        if row is None:
            raise LookupError(letter["id"])
        body = json.dumps(told(row, now), ensure_ascii=False).encode()
        target = "/" + letter["url"].split("//", 1)[1].partition("/")[2]
        signs = heads(PREFIX, *_own(world), "POST", target, body, now)
        return Outgoing({"Content-Type": "application/json", **signs}, body)

    def content(self, status: int, body: bytes) -> bool:
        return 200 <= status < 300
