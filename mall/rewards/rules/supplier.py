"""What a supplier's answer means, and when it is talked to next. `docs/sandbox.md` lays down the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Word(StrEnum):
    """What is known after a conversation."""

    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"
    NOT_THERE = "not_there"
    """The supplier knows no such number: it never came, and is ordered again under the same one."""
    REFUSED = "refused"
    """Nothing was ordered, nor ever will be: no such product, a wrong account."""
    SHUT_OUT = "shut_out"
    """Nothing was ordered: the supplier does not know us. Somebody must look at the keys."""
    SILENT = "silent"
    """Nobody knows: no answer, none that is the supplier's own, or one that makes no sense."""


ENDS = {Word.DONE, Word.FAILED, Word.REFUSED}
STATUSES = {401: Word.SHUT_OUT, 404: Word.NOT_THERE, 422: Word.REFUSED}


@dataclass(frozen=True)
class Told:
    """A supplier's word on the top-up `no`. `proof` is its receipt, or why it failed."""

    no: str
    word: Word
    supplier_no: str = ""
    proof: str = ""


PAUSES = (60, 60, 120, 300, 600, 1800, 3600)
"""Seconds after each conversation until the next; the last for good. The first outlasts any request under way."""


def pause(asks: int) -> timedelta:
    """How long to wait after so many conversations about one top-up."""
    return timedelta(seconds=PAUSES[min(max(asks, 1), len(PAUSES)) - 1])


def read(no: str, status: int, body: object) -> Told:
    """The meaning of an answer whose signature was found good. What does not fit together means nothing."""
    if not isinstance(body, dict):
        return Told(no, Word.SILENT)
    if status in {200, 201}:
        state, asked = str(body.get("state", "")), str(body.get("no", ""))
        if asked != no or state not in {Word.UNDER_WAY, Word.DONE, Word.FAILED}:
            return Told(no, Word.SILENT)
        word = Word(state)
        proof = str(body.get("receipt" if word is Word.DONE else "reason") or "")
        return Told(no, word, str(body.get("supplier_no") or "")[:64], proof[:120])
    word = STATUSES.get(status, Word.SILENT)
    return Told(no, word, proof=str(body.get("message") or body.get("code") or "")[:120] if word in ENDS else "")
