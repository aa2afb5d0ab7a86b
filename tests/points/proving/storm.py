"""The storm: the same requests from several processes at the same moment, again and again. One answer per key."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.points.proving.receipts import Figures, Receipt, Receipts, audit, proof, read
from tests.points.proving.scene import ask, set_up
from tests.processes import a_mall, at_once

PROCESSES = 8


def storm(
    url: str, folder: Path, *, requests: int, batch: int, dealers: int = 6, each: int = 100, seed: int = 0
) -> Figures:
    """Let eight processes ask for the same, `batch` requests a transaction, half of them in an order of their own."""
    with a_mall(url):
        opening = set_up(dealers, each)
    parts = [(str(folder), f"p{n}", sorted(opening), requests, batch, seed + n) for n in range(PROCESSES)]
    at_once(url, None, _ask_all, parts, limit=3_600)
    receipts = list(read(folder.glob("p*.receipts")))
    with a_mall(url):
        figures = audit(receipts, opening)
        figures.faults = proof()
    figures.doubled += _made_twice(receipts)
    return figures


def _ask_all(folder: str, name: str, dealers: Sequence[int], requests: int, batch: int, seed: int) -> None:
    receipts = Receipts(Path(folder, f"{name}.receipts"))
    batches = [range(start, min(start + batch, requests)) for start in range(0, requests, batch)]
    if seed % 2:
        random.Random(seed).shuffle(batches)
    for numbers in batches:
        ask(numbers, dealers, "storm", receipts)


def _made_twice(receipts: Sequence[Receipt]) -> int:
    """Keys of which not exactly one process was told that it was the first."""
    firsts: defaultdict[tuple[int, str], int] = defaultdict(int)
    for receipt in receipts:
        firsts[receipt.dealer, receipt.label] += not receipt.replay
    return sum(1 for count in firsts.values() if count != 1)
