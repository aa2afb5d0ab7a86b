"""The world as one thing: its memory, its keys, its clock, its switches. Every route reaches it by `here()`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import random
from typing import Any, cast

from flask import Response, current_app

from mall.sandbox.keys import Keys
from mall.sandbox.store import Store
from mall.sandbox.switches import BY_NAME, Pace, Values, checked


@dataclass
class World:
    """What everybody in the sandbox shares."""

    store: Store
    keys: Keys
    clock: Callable[[], datetime]
    base_url: str
    mall_url: str

    def now(self) -> datetime:
        """The moment, by the clock passed in."""
        return self.clock()

    @property
    def pace(self) -> Pace:
        """How fast the world goes."""
        return Pace(**(self.store.kept("pace") or {}))

    def set_pace(self, given: Any) -> Pace:
        """Change some of it."""
        pace = self.pace.with_(given)
        self.store.keep("pace", pace.told())
        return pace

    @property
    def switches(self) -> Values:
        """What is thrown for everything."""
        return dict(self.store.kept("switches") or {})

    def set_switches(self, given: Any) -> Values:
        """Throw some of them for everything."""
        values: Values = {name: value for name, value in {**self.switches, **checked(given)}.items() if value}
        self.store.keep("switches", values)
        return values

    def position(self, name: str, own: Values | None = None) -> str | bool:
        """Where a switch stands: its own position for a payment goes before that for everything."""
        off: str | bool = "" if BY_NAME[name].choices else False
        return (own or {}).get(name, self.switches.get(name, off))


def here() -> World:
    """The world of this request."""
    return cast(World, current_app.extensions["world"])


def disturbed(
    world: World, own: Values | None, failure: Callable[[], Response], act: Callable[[], Response]
) -> Response:
    """Answer a merchant's request as the switch 网关故障 says; `failure` is the gateway's own way of saying 5xx."""
    kind = world.position("outage", own)
    if kind == "flaky":
        chance = random()
        kind = "5xx" if chance < 0.15 else "lost_answer" if chance < 0.25 else "timeout" if chance < 0.3 else ""
    if kind == "5xx":
        return failure()
    if kind != "timeout":
        answer = act()
        if kind != "lost_answer":
            return answer
    time.sleep(world.pace.hang)
    return Response("", 504)
