"""How a door hands over documents: in batches, and in ever smaller ones where a batch is refused whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mall.base.refused import Refused
from mall.earning.actions.bury import bury
from mall.earning.actions.receive import Result, receive
from mall.earning.models import UnknownPartner
from mall.earning.rules.reading import Incoming, read

Run = Callable[..., Any]
"""A door's `transact`."""


def deliver(run: Run, *, source: str, bodies: Sequence[Any], actor: str = "") -> list[Result]:
    """Post documents (values of parsed JSON) of one partner; gives a result for each, in their order.

    `run` is the door's transact: one transaction for all of them where possible. Should the ledger refuse a batch
    as a whole, its halves are tried, down to the one document that is at fault, which is kept dead. Refused: an
    unknown source.
    """
    return _deliver(run, source, [read(body) for body in bodies], actor)


def _deliver(run: Run, source: str, documents: list[Incoming], actor: str) -> list[Result]:
    if not documents:
        return []
    try:
        results: list[Result] = run(receive, source=source, documents=documents, actor=actor)
        return results
    except UnknownPartner:
        raise
    except Refused as refusal:
        if len(documents) == 1:
            return [run(bury, source=source, incoming=documents[0], reason=refusal.code, detail=dict(refusal.params))]
    middle = len(documents) // 2
    return _deliver(run, source, documents[:middle], actor) + _deliver(run, source, documents[middle:], actor)
