"""The audit that holds the ledger against its callers' receipts sees what it is there to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.points.proving.receipts import Receipt, Receipts, audit, read
from tests.points.proving.scene import ask, set_up
from tests.processes import a_mall


def lost(told: list[Receipt]) -> list[Receipt]:
    return [*told, told[0]._replace(label="never posted", journal=7)]


def unasked(told: list[Receipt]) -> list[Receipt]:
    return told[1:]


def doubled(told: list[Receipt]) -> list[Receipt]:
    return [*told, told[0]._replace(journal=told[1].journal, seq=told[1].seq)]


def wrong_totals(told: list[Receipt]) -> list[Receipt]:
    return [told[0]._replace(effect=told[0].effect + 1), *told[1:]]


def out_of_order(told: list[Receipt]) -> list[Receipt]:
    last = max((x for x in told if x.dealer == told[0].dealer and x.seq is not None), key=lambda x: x.seq or 0)
    return [x if x is not last else x._replace(began=0, ended=1) for x in told]


@pytest.mark.parametrize("fault", [lost, unasked, doubled, wrong_totals, out_of_order], ids=lambda f: f.__name__)
def test_the_audit_sees_what_is(sqlite_url: str, tmp_path: Path, fault: Any) -> None:
    with a_mall(sqlite_url):
        opening = set_up(2, 100)
        receipts = Receipts(tmp_path / "receipts")
        for number in range(12):
            ask([number], sorted(opening), "audit", receipts)
        told = list(read([receipts.path]))
        assert audit(told, opening).wrong == {}
        assert fault.__name__ in audit(fault(told), opening).wrong
