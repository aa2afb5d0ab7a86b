"""Forms come from our own pages: a token in every form, and what the browser itself says about where it comes from.

Routes marked `guards.partner_signed` ask for no token: their signature is the proof.
"""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from mall.web.guards import Kind, audience_of

protection = CSRFProtect()
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def register(app: Flask) -> None:
    """Check every form that changes something. The seed of the tokens lives in the signed `__Host-form` cookie."""
    https = app.extensions["settings"].https
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form" if https else "form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_CHECK_DEFAULT=False,  # _check below knows the marks of routes
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its cookie: a form left open over lunch is fine
        WTF_CSRF_SSL_STRICT=False,  # asks for a Referer, which some phones never send; Sec-Fetch-Site is asked instead
    )
    protection.init_app(app)
    app.before_request(_check)


def _check() -> None:
    if request.method in SAFE or request.endpoint is None:
        return
    audience = audience_of(current_app, request.endpoint)
    if audience is not None and audience.kind is Kind.PARTNER:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise CSRFError("sent from another site")
    protection.protect()
