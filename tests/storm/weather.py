"""The world outside at random: networks, supplier and systems that are there now and then, and what they do by hand."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from tests.payments.road import Road

OUTAGES = ("", "", "", "", "", "flaky", "flaky", "5xx", "lost_answer")
FAIR: dict[str, str | bool] = {
    "delay": False, "triple": False, "refund_first": False, "lost": False, "wrong_amount": False, "tampered": False,
    "probe": False, "stale": False, "tampered_answer": False, "outage": "", "top_up_outcome": "",
    "top_up_silent": False, "sms_outage": False,
}  # fmt: skip


def outside(road: Road, sql: str, *values: object) -> list[dict[str, Any]]:
    """Rows of the sandbox's own memory."""
    file = road.folder / "sandbox.db"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, values)]


def _words(switches: dict[str, str | bool]) -> list[str]:
    return [f"{name}={at}" if isinstance(at, str) else name for name, at in switches.items() if at]


@dataclass
class Weather:
    """How the world misbehaves, and how often each switch was thrown."""

    road: Road
    chance: random.Random
    thrown: Counter[str] = field(default_factory=Counter)
    honoured: Counter[str] = field(default_factory=Counter)
    _seen: int = 0

    def turn(self) -> None:
        """Other weather: each new payment draws its own switches beside this."""
        chance = self.chance
        now: dict[str, str | bool] = {
            "outage": chance.choice(OUTAGES),
            "tampered_answer": chance.random() < 0.08,
            "top_up_outcome": chance.choice(["", "", "failed", "unknown"]),
            "top_up_silent": chance.random() < 0.4,
        }
        self.road.throw(**now)
        self.thrown.update(_words(now))

    def clear(self) -> None:
        """All is well from now on; what was drawn for a payment stays."""
        self.road.throw(**FAIR)
        self.road.call("PUT", "/api/pace", {"random_percent": 0})

    def drawn(self) -> Counter[str]:
        """How many payments each switch was thrown for, and how often for everything."""
        own: Counter[str] = Counter()
        for row in outside(self.road, "SELECT switches FROM payment"):
            own.update(_words(json.loads(row["switches"])))
        return own + self.thrown

    def honour(self) -> None:
        """The DMS uses some of the vouchers it was told of, and hands some back; it asks twice now and then."""
        new = outside(self.road, "SELECT id, body FROM parcel WHERE partner = 'dms' AND id > ? ORDER BY id", self._seen)
        for row in new:
            self._seen = row["id"]
            told = json.loads(row["body"])
            if told["topic"] != "voucher.issued" or (drawn := self.chance.random()) > 0.6:
                continue
            no = told["body"]["no"]
            act, content = (
                ("use", {"reference": f"SO-{no[-6:]}", "order_fen": 1_000_000}) if drawn < 0.35
                else ("return", {"reason": "停办"})
            )  # fmt: skip
            for _ in range(self.chance.choice([1, 1, 2])):
                target = f"/api/v1/vouchers/{no}/{act}"
                said = self.road.call("POST", "/api/partners/dms/calls", {"target": target, "content": content})
                self.honoured[f"{act} {said['status']}"] += 1

    def end_top_ups(self) -> None:
        """A person at the supplier's desk ends what is under way without an end."""
        for row in outside(self.road, "SELECT no FROM top_up WHERE ends_at IS NULL"):
            outcome = self.chance.choice(["done", "failed"])
            self.road.call("POST", f"/api/top-ups/{row['no']}/end", {"outcome": outcome})
