"""Pages go out compressed: a phone on a poor line waits for bytes. Built files are compressed beforehand (assets).

An attacker who can see lengths and choose part of a page (BREACH) gains nothing usable: the session cookie is
SameSite=Lax, so no other site can make a signed-in page answer again and again, and every rendering signs its form
token anew, so there is no constant text to guess.
"""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

WORTH = 800
"""Below so many bytes the packet is the same."""
KINDS = ("text/html", "text/csv")
"""What people read. Partners' machines have good lines and simple clients."""


def register(app: Flask) -> None:
    """Compress answers on their way out, for browsers that say they take it."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Brotli where the client takes it, else gzip, else as it is. Streams and built files are left alone."""
    if response.mimetype not in KINDS or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    takes = request.accept_encodings
    body = response.get_data()
    if len(body) < WORTH or response.content_encoding or request.method == "HEAD":
        return response
    if takes["br"] > 0:
        response.set_data(brotli.compress(body, mode=brotli.MODE_TEXT, quality=4))
        response.content_encoding = "br"
    elif takes["gzip"] > 0:
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.content_encoding = "gzip"
    return response
