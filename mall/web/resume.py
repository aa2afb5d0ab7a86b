"""The way back to the same step after signing in: `next`, which is always a page of this mall."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from mall.web import htmx
from mall.web.pages import is_local

LONGEST = 1500
STEPS = ("/sign-in", "/sign-out", "/desk/sign-in", "/desk/sign-out")


def asked() -> str | None:
    """The page this request asks to go to afterwards, if it is one of ours and no step of signing in."""
    url = request.values.get("next", "")
    return url if url and _fit(url) else None


def here() -> str | None:
    """The page to come back to: this one, or for a form or a fragment the page it stands on."""
    if request.method in {"GET", "HEAD"} and not htmx.wants_fragment():
        url = request.full_path.rstrip("?")
        return url if url != "/" and _fit(url) else None
    stands_on = _own(htmx.current_url() or request.referrer)
    if stands_on is not None:
        url = _with_what_was_chosen(stands_on)
    else:
        url = request.path if _answers_get(request.path) else "/"
    return url if url != "/" and _fit(url) else None


def _fit(url: str) -> bool:
    return len(url) <= LONGEST and is_local(url) and not urlsplit(url).path.startswith(STEPS)


def _own(url: str | None) -> str | None:
    """The path and query of an address of this very host."""
    parts = urlsplit(url or "")
    if not url or parts.netloc != request.host:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _with_what_was_chosen(url: str) -> str:
    """The form's page, its query brought up to what the person had typed: the quantity changed on the form stays so.

    A form that sends `keeps`, names of its fields that are no secrets, gets those into the query as well.
    """
    parts = urlsplit(url)
    pairs = [(name, request.form.get(name, value)) for name, value in parse_qsl(parts.query)]
    there = dict(pairs)
    kept = ((name, request.form.get(name, "")) for name in request.form.get("keeps", "").split() if name not in there)
    pairs += [(name, value) for name, value in kept if value]
    return f"{parts.path}?{urlencode(pairs)}" if pairs else parts.path


def _answers_get(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and adapter.match(path, method="GET") is not None
    except HTTPException:
        return False
