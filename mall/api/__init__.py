"""The partners' door: a versioned JSON API under /api/v1, every request signed, every answer JSON.

Five words: key, signature, nonce, document, problem (RFC 9457).
"""

from __future__ import annotations

from flask import Flask

from mall.api import docs, orders, proofs, vouchers  # noqa: F401 - the last two add their routes to those of orders


def register(app: Flask) -> None:
    """Open the door, and show its description."""
    for room in (orders, docs):
        app.register_blueprint(room.routes)
