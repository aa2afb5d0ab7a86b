"""htmx as the mall speaks it. The only module that knows htmx-flask and the names of HX- headers.

htmx-flask 0.1 is wrapped because of what it gets wrong; `tests/web/test_htmx.py` holds a test per defect:
its list of swaps lacks a comma and refuses modifiers, `push_url=True` sends the text True, answers carry no
`Vary`, text beyond ASCII breaks the header, and what htmx percent-encoded is handed over as it came.
"""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import unquote

from flask import Flask, Response, request
from htmx_flask import Htmx, make_response
from htmx_flask.requests import HtmxHeaders
from werkzeug.urls import iri_to_uri


def install(app: Flask) -> None:
    """Let every request know whether htmx sent it."""
    Htmx(app)


def _headers() -> HtmxHeaders:
    return cast(HtmxHeaders, request.htmx)  # type: ignore[attr-defined]


def wants_fragment() -> bool:
    """Whether a part of the page is asked for. A boosted link and a restored history want the whole page."""
    headers = _headers()
    return bool(headers) and not headers.boosted and not headers.history_restore_request


def target() -> str | None:
    """The id of the element the answer will go into."""
    return _decoded("HX-Target", _headers().target)


def current_url() -> str | None:
    """The address the person is looking at, as readable text."""
    return _decoded("HX-Current-URL", _headers().current_url)


def prompt() -> str | None:
    """What the person typed into an hx-prompt."""
    return _decoded("HX-Prompt", _headers().prompt)


def _decoded(name: str, value: str | None) -> str | None:
    encoded = request.headers.get(f"{name}-URI-AutoEncoded") == "true"
    return unquote(value) if value is not None and encoded else value


def answer(
    body: str | Response = "",
    status: int = 200,
    *,
    redirect: str | None = None,
    push_url: str | bool | None = None,
    refresh: bool = False,
    reswap: str | None = None,
    retarget: str | None = None,
    trigger: str | dict[str, Any] | None = None,
) -> Response:
    """An answer with htmx's headers, safe for Chinese text, and marked as differing by who asks.

    `push_url` takes an address, True for the one requested, False for none. `reswap` takes any swap with any
    modifiers. `trigger` is an event's name or a dict of events and their details.
    """
    response = cast(
        Response,
        make_response(
            body,
            status,
            redirect=iri_to_uri(redirect) if redirect else None,
            push_url=_push(push_url),
            refresh=refresh,
            retarget=retarget,
            trigger=_event(trigger),
        ),
    )
    if reswap:
        response.headers["HX-Reswap"] = reswap
    response.vary.add("HX-Request")
    return response


def _push(url: str | bool | None) -> Any:
    if url is True:
        return "true"
    return iri_to_uri(url) if isinstance(url, str) else url


def _event(trigger: str | dict[str, Any] | None) -> str | None:
    if trigger is None or (isinstance(trigger, str) and trigger.isascii()):
        return trigger
    return json.dumps({trigger: None} if isinstance(trigger, str) else trigger)
