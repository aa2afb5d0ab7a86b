"""The security headers of every answer, errors and static files included."""

from __future__ import annotations

import secrets
from collections.abc import Callable, MutableMapping

from flask import Flask, Response, current_app, g
from werkzeug.middleware.proxy_fix import ProxyFix

StaticHook = Callable[[MutableMapping[str, str], str, str], None]

FORM_BODY = 64 * 1024
"""The largest body a route takes unless `guards.body_limit` says more: no form of ours is near it."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for WebViews that do not know frame-ancestors
    "Referrer-Policy": "same-origin",  # an expired form finds its way back by it; other sites see nothing
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(),"
        " midi=(), payment=(), usb=(), clipboard-write=(self)"
    ),
}
HSTS = "max-age=31536000; includeSubDomains"
PAGE = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none';"
    " frame-src 'none'; frame-ancestors 'none'"
)
# A picture opened by itself may style itself, and may do nothing else.
FILE = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; object-src 'none';"
    " frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    """Put the headers on every answer, bound bodies, and believe as many proxies as the configuration says."""
    settings = app.extensions["settings"]
    app.config["MAX_CONTENT_LENGTH"] = FORM_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_BODY
    app.config["MAX_FORM_PARTS"] = 200
    app.after_request(on_answer)
    app.jinja_env.globals["csp_nonce"] = nonce
    app.extensions["hsts"] = settings.https
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def nonce() -> str:
    """The nonce of this answer, for `<script nonce>`: only scripts of the page itself carry it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def on_answer(response: Response) -> Response:
    """All headers for a page, a fragment, JSON or an error."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", PAGE.format(nonce=nonce()))
    # What a route did not expressly let anybody keep is nobody's to keep.
    response.headers.setdefault("Cache-Control", "no-store")
    if current_app.extensions["hsts"]:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def framed(response: Response) -> Response:
    """Let the mall's own pages, and nobody else's, show this answer in a frame: staff look at a preview so."""
    policy = PAGE.format(nonce=nonce()).replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def framing(response: Response) -> Response:
    """Let this page hold a frame with a page of the mall."""
    policy = PAGE.format(nonce=nonce()).replace("frame-src 'none'", "frame-src 'self'")
    response.headers["Content-Security-Policy"] = policy
    return response


def on_file(*, https: bool) -> StaticHook:
    """The hook with which the static server, which answers before Flask, does the same."""

    def add(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
        for name, value in ALWAYS.items():
            headers[name] = value
        headers["Content-Security-Policy"] = FILE
        if https:
            headers["Strict-Transport-Security"] = HSTS

    return add
