"""Where each system of the brand takes messages: a JSON file a system in the folder of gateways."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mall.outbox.models import System


@dataclass(frozen=True)
class Destination:
    """A system's address, the key that we sign with, and as which partners it talks to us."""

    system: System
    url: str
    key_id: str
    secret: str
    partners: frozenset[str]


class Misconfigured(ValueError):
    """A file of the folder that does not say what it must."""


def destination(folder: Path | None, system: System) -> Destination | None:
    """The destination of a system; none where it has no file, so that its messages wait. Raises Misconfigured."""
    path = folder / f"{system}.json" if folder else None
    if path is None or not path.is_file():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
        url, key_id, secret = (str(told[name]) for name in ("url", "key_id", "secret"))
        partners = frozenset(str(name) for name in told.get("partners", [system.value]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misconfigured(f"{path.name}: {error!r}") from error
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname or not (key_id and secret):
        raise Misconfigured(f"{path.name}: url, key_id and secret are needed")
    return Destination(system, url, key_id, secret, partners)


def destinations(folder: Path | None) -> tuple[list[Destination], list[str]]:
    """All that are set up, and what is wrong with the files of the others."""
    found, wrong = [], []
    for system in System:
        try:
            one = destination(folder, system)
        except Misconfigured as error:
            wrong.append(str(error))
            continue
        if one is not None:
            found.append(one)
    return found, wrong


def systems_of(folder: Path | None, partner: str) -> frozenset[System]:
    """The systems that a partner of the API speaks for: those whose file names it, else the one of its own name.

    A file that cannot be read lets nobody speak for its system.
    """
    return frozenset(one for one in System if partner in _partners(folder, one))


def _partners(folder: Path | None, system: System) -> frozenset[str]:
    try:
        one = destination(folder, system)
    except Misconfigured:
        return frozenset()
    return one.partners if one else frozenset({system.value})
