"""The bench runs: it compares, it counts, and what it wrote proves. How fast anything was is never asserted."""

from __future__ import annotations

import re

import pytest

from bench.ledger import __main__ as bench
from bench.ledger import growth, queue
from tests.conftest import ENGINES

ACTS = ["spend", "hold"]
RATIO = re.compile(r"^(\S+) +\d+ clients?  +ratio \d+\.\d\d ", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("engine", [e for e in ("sqlite", "postgresql") if e in ENGINES])
def test_both_sides_write_the_same_rows_and_the_ledger_proves(
    engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--seconds", "0.3", "--rounds", "1", "--dealers", "3", "--clients", "2"]
    assert bench.main(["--engines", engine, "--acts", *ACTS, *few]) == 0
    told = capsys.readouterr().out
    assert RATIO.findall(told) == ["spend", "hold+capture"]
    assert "both sides wrote the same rows" in told
    assert "the ledger proves" in told


@pytest.mark.slow
@pytest.mark.parametrize("engine", [e for e in ("sqlite", "postgresql") if e in ENGINES])
def test_a_filled_ledger_proves(
    engine: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "SLICE", 0.01)
    monkeypatch.setattr(growth, "ORDINARY", 100)
    assert growth.main(["--engine", engine, "--small", "200", "--large", "1000", "--rounds", "1"]) == 0
    told = capsys.readouterr().out
    assert told.count("all prove") == 2
    assert "statement of a month" in told


def test_the_writers_queue_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    queue.main(["--processes", "2", "--seconds", "0.3", "--rounds", "1", "--dealers", "3"])
    told = capsys.readouterr().out
    assert "in the queue" in told
    assert "busy waiting" in told
