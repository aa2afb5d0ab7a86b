"""The door itself: a signature on every request, a bound on how many, JSON or nothing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import quote

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from mall.base.refused import N_, Refused
from mall.earning.actions import admit
from mall.earning.models import NotAdmitted
from mall.web.db import transact
from mall.web.limits import network, take

MOST_BYTES = 8 * 1024 * 1024
BURST, PER_MINUTE = 240, 1200
"""Requests of one partner: at once, and coming back in a minute."""


class BrokenJson(Refused):
    """The body is not JSON."""

    code = "broken_json"
    status = 400
    text = N_("请求内容不是有效的 JSON。")


class NotJson(Refused):
    """The body says that it is something other than JSON."""

    code = "unsupported_media_type"
    status = 415
    text = N_("请以 application/json 提交。")


def guard(routes: Blueprint) -> None:
    """Ask every request of these routes for its signature, before anything is looked at."""
    routes.before_request(_ask)
    routes.after_request(_challenge)


def source() -> str:
    """The partner who signed this request."""
    return str(g.partner_source)


def body() -> Any:
    """The JSON of this request. Refused: another type, broken JSON, numbers that are none."""
    if request.mimetype != "application/json":
        raise NotJson
    try:
        return json.loads(request.get_data(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BrokenJson from error


def answer(shape: BaseModel, status: int = 200) -> Response:
    """An answer of that shape."""
    return Response(shape.model_dump_json(), status, content_type="application/json")


def _ask() -> None:
    wanted = {name: request.headers.get(f"X-Mall-{name}", "") for name in ("Key", "Timestamp", "Nonce", "Signature")}
    query = request.query_string.decode("latin-1")
    path = quote(request.script_root + request.path, safe="/:@!$&'()*+,;=~")
    try:
        g.partner_source = transact(
            _let_in,
            key_id=wanted["Key"][:64],
            timestamp=wanted["Timestamp"][:16],
            nonce=wanted["Nonce"][:80],
            signature=wanted["Signature"][:80],
            method=request.method,
            target=f"{path}?{query}" if query else path,
            body=request.get_data(),
            seal=current_app.extensions["seal"],
        )
    except NotAdmitted:
        transact(take, bucket=f"api-refused/{network()}", capacity=60, refill_per_minute=60)
        raise


def _let_in(session: Session, now: datetime, /, **wanted: Any) -> str:
    partner = admit(session, now, **wanted)
    take(session, now, bucket=f"api/{partner}", capacity=BURST, refill_per_minute=PER_MINUTE)
    return partner


def _challenge(response: Response) -> Response:
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Mall-HMAC-SHA256 realm="partners"'
    return response


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
