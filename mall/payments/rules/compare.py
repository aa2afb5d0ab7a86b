"""A gateway's bill of a day held against our rows: what is missing on one side, and what is not the same on both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mall.payments.models import BillLine, DifferenceKind, LineKind


@dataclass(frozen=True)
class Ours:
    """One of our payments or refunds. `fits` says whether its state goes with being on a bill."""

    kind: LineKind
    about: str
    fen: int
    state: str
    fits: bool
    dealer_id: int
    order_no: str
    gateway_no: str


@dataclass(frozen=True)
class Difference:
    """What does not agree: either side may be missing."""

    kind: DifferenceKind
    line: LineKind
    about: str
    ours: Ours | None
    theirs: BillLine | None


def differences(
    lines: Iterable[BillLine], known: Mapping[tuple[LineKind, str], Ours], unbilled: Iterable[Ours]
) -> list[Difference]:
    """Every line against what we `know` under its number; then what we have of that day and no bill has.

    Lines of one payment or refund count together, so that a bill that splits one in two agrees with it.
    """
    summed: dict[tuple[LineKind, str], BillLine] = {}
    for line in lines:
        before = summed.get((line.kind, line.about))
        fen = line.fen + (before.fen if before else 0)
        summed[line.kind, line.about] = BillLine(line.kind, line.no, line.gateway_no, fen, line.refund_no)
    found: list[Difference] = []
    for place, line in summed.items():
        ours = known.get(place)
        if ours is None:
            found.append(Difference(DifferenceKind.MISSING_HERE, line.kind, line.about, None, line))
        elif not ours.fits:
            found.append(Difference(DifferenceKind.STATE, line.kind, line.about, ours, line))
        elif ours.fen != line.fen:
            found.append(Difference(DifferenceKind.AMOUNT, line.kind, line.about, ours, line))
    for ours in unbilled:
        found.append(Difference(DifferenceKind.MISSING_THERE, ours.kind, ours.about, ours, None))  # noqa: PERF401
    return found
