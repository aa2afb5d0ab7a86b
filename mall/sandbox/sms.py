"""The SMS provider: takes messages, and shows them on the front page as if on a phone (docs/sandbox.md, its wire)."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from flask import Blueprint, Response, jsonify, request

from mall.sandbox.signed import admit, refused
from mall.sandbox.store import stamp
from mall.sandbox.world import here

bp = Blueprint("sms", __name__, url_prefix="/sms")

NO = re.compile(r"[A-Za-z0-9_-]{1,64}")
PHONE = re.compile(r"1[3-9][0-9]{9}")
SHAPE = {"no": str, "phone": str, "sign_name": str, "template": str, "params": dict}
SHARE = 10
"""So many messages a number takes in an hour."""


@bp.post("/messages")
def message() -> Response:
    """Send one message; the same number of it is sent once."""
    world = here()
    if world.position("sms_outage"):
        raise refused(503, "unavailable", "try again")
    body = admit(world, request, "X-Sms", world.keys["sms_key"], world.keys["sms_secret"])
    try:
        asked = json.loads(body)
    except ValueError:
        raise refused(422, "malformed", "the body is no JSON") from None
    if not isinstance(asked, dict) or set(asked) != set(SHAPE):
        raise refused(422, "malformed", f"exactly these are wanted: {', '.join(SHAPE)}")
    if not all(isinstance(asked[name], kind) for name, kind in SHAPE.items()):
        raise refused(422, "malformed", "something is not of its kind")
    if not NO.fullmatch(asked["no"]) or not PHONE.fullmatch(asked["phone"]):
        raise refused(422, "malformed", "no or phone")
    if not all(isinstance(value, str) for value in asked["params"].values()):
        raise refused(422, "malformed", "params are texts")
    now = world.now()
    with world.store.change():
        known = world.store.one("SELECT id FROM message WHERE no = ?", asked["no"])
        if known is None:
            hour_ago = stamp(now - timedelta(hours=1))
            recent = world.store.one(
                "SELECT count(*) AS n FROM message WHERE phone = ? AND received_at > ?", asked["phone"], hour_ago
            )
            if recent and recent["n"] >= SHARE:
                raise refused(429, "too_many", "this number has had its share for now")
            params = json.dumps(asked.pop("params"), ensure_ascii=False)
            added = world.store.add("message", **asked, params=params, received_at=stamp(now))
        else:
            added = int(known["id"])
    return jsonify(no=asked["no"], provider_no=f"X{added}", state="accepted")
