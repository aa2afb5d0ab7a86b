"""How many statements a posting takes, counted as the engine sends them (without BEGIN, COMMIT and the pool's ping)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import event

from mall.web.db import db

from .ground import DEALERS, dealers_of
from .verbs import Mall, there


def sent(mall: Mall, act: str, dealers: int = DEALERS) -> list[str]:
    """The statements of one act (of a hold and its capture: of both postings)."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):  # on SQLite it is a statement of our own
            seen.append(" ".join(statement.split()))

    with mall.app.app_context():
        mall.acts[act](dealers_of(act, dealers)[0], "counted before")  # statements prepared, pages warm
        event.listen(db.engine, "before_cursor_execute", note)
        mall.acts[act](dealers_of(act, dealers)[0], "counted")
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def told(url: str, acts: Sequence[str], dealers: int = DEALERS) -> str:
    """One line: how many each posting takes."""
    mall = Mall(url, 1)
    counts = [
        f"{act} {len(sent(mall, act, dealers)) / (2 if act == 'hold' else 1):g}{' each' if act == 'hold' else ''}"
        for act in filter(there, acts)
    ]
    mall.close()
    return "statements a posting: " + ", ".join(counts)
