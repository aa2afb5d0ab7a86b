"""Who tops up: the file top_up.json in the folder of gateways."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from mall.rewards.actions.supplier import Supplier

FILE = "top_up.json"


class Misconfigured(ValueError):
    """A file that does not say what it must."""


def supplier_of(folder: Path | None, clock: Callable[[], datetime]) -> Supplier | None:
    """The supplier; none where it has no file, so that top-ups wait. Raises Misconfigured."""
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
        base_url, merchant, secret, notify_url = (
            str(told[name]) for name in ("base_url", "merchant", "secret", "notify_url")
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"{FILE}: {error!r}") from error
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not (merchant and secret):
        raise Misconfigured(f"{FILE}: base_url, merchant and secret are needed")
    return Supplier(base_url, merchant, secret, notify_url, clock)
