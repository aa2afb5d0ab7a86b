"""The way back to the same step after signing in: `next`, which is always a page of this mall.

What was typed there and is nobody's business in an address, such as a remark, waits sealed in the browser's cookie.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, request, session
from werkzeug.exceptions import HTTPException

from mall.base.types import micros, moment
from mall.web import htmx
from mall.web.db import now
from mall.web.pages import is_local

LONGEST = 1500
ASIDE = "aside"
LAID_FOR = timedelta(hours=1)
MOST_ASIDE, LONGEST_ASIDE = 20, 1200
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


def lay_aside() -> None:
    """Keep what a form names in its field `aside`, until its page is shown again: an hour at most, in this browser."""
    names = request.form.get("aside", "").split()[:MOST_ASIDE] if request.method == "POST" else []
    texts = {name: text for name in names if (text := request.form.get(name, "").strip()[:200])}
    said = json.dumps([micros(now()), texts], ensure_ascii=False)
    if texts and len(said.encode()) <= LONGEST_ASIDE:
        sealed = current_app.extensions["seal"].seal(said, ASIDE)
        session[ASIDE] = urlsafe_b64encode(sealed).decode()


def laid_aside() -> dict[str, str]:
    """What was laid aside, given back once."""
    kept = session.pop(ASIDE, "")
    try:
        at, texts = json.loads(current_app.extensions["seal"].open(urlsafe_b64decode(kept), ASIDE)) if kept else (0, {})
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in texts.items()} if now() < moment(at) + LAID_FOR else {}


def begin_anew() -> None:
    """Forget what the browser's cookie keeps, as each sign-in does, but for what was laid aside on the way to it."""
    kept = session.get(ASIDE)
    session.clear()
    if kept:
        session[ASIDE] = kept


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
