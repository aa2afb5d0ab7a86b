"""The sandbox: the outside world, played on loopback.

WeChat Pay, Alipay, a top-up supplier, an SMS provider and the brand's ERP, DMS and TMS, as a Flask app of its own. It
speaks their protocols with real signatures and encryption, written from their public documentation and not from the
mall's own clients, so that either finds the other's mistakes. It knows nothing of the mall: the two meet at the wire
and at the configuration files that the sandbox writes. No money moves here. docs/sandbox.md tells its use.

Words: a *payment* and its *refunds*; a *letter*, that is a callback on its way with all its tries; a *switch*, one way
in which the world misbehaves; the *pace*, how fast it goes; the *cashier*, the page where a person pays or declines.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def create(
    folder: Path,
    base_url: str,
    *,
    clock: Callable[[], datetime] = system_clock,
    mall_url: str = "http://127.0.0.1:8000",
) -> Flask:
    """Build the sandbox. `folder` holds its memory and takes the mall's configuration, under gateways/.

    Keys are made the first time and kept. Letters are sent once `app.extensions["post"].start()` was called.
    """
    from mall.sandbox.app import build  # a mall that pays real money never loads it

    return build(folder, base_url, clock=clock, mall_url=mall_url)
