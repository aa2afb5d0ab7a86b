"""The desk's after-sales: the queue of claims by time limit, one claim with its papers, and each step the brand takes."""

from __future__ import annotations

from flask import Flask


def install(_app: Flask) -> None:
    """Nothing on the side yet."""
