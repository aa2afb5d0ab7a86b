"""The brand's ERP, DMS and TMS: they take the mall's messages, and tell the mall what became of a voucher."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from mall.sandbox.keys import PARTNERS
from mall.sandbox.signed import admit, heads, refused
from mall.sandbox.store import moment, stamp
from mall.sandbox.world import World, disturbed, here

bp = Blueprint("partners", __name__, url_prefix="/partners")

INBOUND = "inbound.json"
"""The file beside the sandbox's memory with the keys by which it may call the mall: {"dms": {"key_id", "secret"}}."""


@bp.post("/<any(erp, dms, tms):partner>")
def parcel(partner: str) -> Response:
    """Take one message; the same once more is the first again, and counted."""
    world = here()

    def act() -> Response:
        body = admit(world, request, "X-Mall", world.keys[f"{partner}_key_id"], world.keys[f"{partner}_secret"])
        try:
            told = json.loads(body)
        except ValueError:
            raise refused(422, "malformed", "the body is no JSON") from None
        if not isinstance(told, dict):
            raise refused(422, "malformed", "an object is wanted")
        mark = request.headers.get("Idempotency-Key") or str(told.get("id") or sha256(body).hexdigest())
        with world.store.change():
            again = world.store.run(
                "UPDATE parcel SET times = times + 1 WHERE partner = ? AND mark = ?", partner, mark
            )
            if not again:
                world.store.add(
                    "parcel", partner=partner, mark=mark, body=json.dumps(told, ensure_ascii=False), times=1,
                    received_at=stamp(world.now()),
                )  # fmt: skip
        return jsonify(received=True, repeat=bool(again))

    def failure() -> Response:
        answer = jsonify(code="unavailable", message="try again")
        answer.status_code = 503
        return answer

    return disturbed(world, None, failure, act)


def received(world: World, *, most: int = 100) -> list[dict[str, Any]]:
    """The newest messages first; those about a voucher carry its number."""
    found = []
    for row in world.store.all("SELECT * FROM parcel ORDER BY id DESC LIMIT ?", most):
        told = json.loads(row["body"])
        within = told.get("body") if isinstance(told.get("body"), dict) else {}
        about = str(within.get("no", "")) if told.get("topic") == "voucher.issued" else ""
        found.append({**dict(row), "body": told, "voucher": about, "received_at": moment(row["received_at"])})
    return found


def keys_of(folder: Path) -> dict[str, dict[str, str]]:
    """By what the partners may call the mall; nothing where nobody has given them keys."""
    try:
        given = json.loads((folder / INBOUND).read_text())
    except (OSError, ValueError):
        return {}
    return {name: given[name] for name in PARTNERS if isinstance(given.get(name), dict)}


def call(world: World, folder: Path, partner: str, target: str, content: dict[str, Any] | None) -> tuple[int, str]:
    """Call the mall's API as a partner does (docs/partners.md): a POST of content, a GET of none.

    Tells the status, 0 for no answer, and the body.
    """
    method = "GET" if content is None else "POST"
    key = keys_of(folder).get(partner)
    if key is None:
        return 0, f"{INBOUND} 里没有 {partner} 的密钥"
    body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
    path = urlsplit(world.mall_url).path.rstrip("/") + target
    signs = heads("X-Mall", key["key_id"], key["secret"], method, path, body, world.now())
    asked = urllib.request.Request(  # noqa: S310 - the mall's own address
        world.mall_url + target, body or None, {"Content-Type": "application/json", **signs}, method=method
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=10) as answer:
            status, said = answer.status, answer.read(4096).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            status, said = error.code, error.read(4096).decode(errors="replace")
    except OSError as error:
        status, said = 0, str(error)
    world.store.add(
        "press", partner=partner, target=target, sent=body.decode(), status=status, answer=said,
        at=stamp(world.now()),
    )  # fmt: skip
    return status, said


def about_voucher(no: str, act: str) -> tuple[str, dict[str, Any] | None]:
    """What a system says of a voucher: where, and the content; nothing to look. A use names the system's own order."""
    if act == "use":
        return f"/api/v1/vouchers/{no}/use", {"reference": f"SO-{no[-8:]}", "order_fen": 1_000_000}
    return f"/api/v1/vouchers/{no}", None
