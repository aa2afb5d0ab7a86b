"""`make prove`: the long form of the proofs, on both engines at once, with its figures.

MALL_PROVE_POSTINGS says how many postings there shall be in all (a million), MALL_PROVE_ENGINES on which engines. What
was done is kept in var/prove/, so that a run that was stopped goes on where it stood; `--anew` begins from nothing.
The figures are printed and written to var/proof-report.txt; anything but noughts ends with status 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from mall.web.db import db
from tests.conftest import Databases
from tests.points.proving.bank import bank
from tests.points.proving.crash import kill_the_server, kill_workers
from tests.points.proving.mutations import MUTATIONS, ROOT, Copy, control
from tests.points.proving.power_cut import cut_the_power
from tests.points.proving.receipts import Figures
from tests.points.proving.servers import a_server
from tests.points.proving.storm import storm
from tests.processes import a_mall

POSTINGS = int(os.environ.get("MALL_PROVE_POSTINGS", "1_000_000"))
ENGINES = os.environ.get("MALL_PROVE_ENGINES", "sqlite,postgresql").split(",")
KEPT = ROOT / "var" / "prove"
REPORT = ROOT / "var" / "proof-report.txt"
PIECE = 20_000
"""Postings in one database; then its books are held against it, and the next begins."""
BATCH = 50
"""Acts in one transaction where many go in together, as partners' documents do."""
SHARES = {"bank": 0.04, "bank, batches": 0.83, "storm": 0.01, "storm, batches": 0.15}
"""Which part of the postings each proof makes; the others are bounded by their rounds."""


@dataclass(frozen=True)
class Job:
    """One proof on one fresh database."""

    engine: str
    part: str
    number: int
    size: int
    """Postings to make, or rounds, or examples."""

    @property
    def name(self) -> str:
        return f"{self.engine}/{self.part}/{self.number}/{self.size}"


def jobs(engine: str) -> Iterator[Job]:
    """What there is to do on an engine, the short things first."""
    scale = min(POSTINGS / 1_000_000, 1.0)
    yield Job(engine, "model", 0, max(6, round((200 if engine == "sqlite" else 80) * scale)))
    yield Job(engine, "ways that must end the same", 0, max(10, round(300 * scale)))
    yield Job(engine, "killed workers", 0, max(2, round(12 * scale)))
    if engine == "sqlite":
        yield Job(engine, "power cuts", 0, max(5, round(60 * scale)))
    else:
        yield Job(engine, "killed server", 0, max(1, round(8 * scale)))
    yield Job(engine, "bank, no snapshot (control)", 0, max(240, round(4_000 * scale)))
    for part, share in SHARES.items():
        left, number = round(POSTINGS * share / len(ENGINES)), 0
        while left > 0:
            yield Job(engine, part, number, min(left, PIECE))
            left, number = left - PIECE, number + 1


def run(job: Job, databases: Databases, folder: Path) -> Figures:
    """Do one job and give its figures."""
    seed = job.number * 1_000
    if job.part == "killed server":
        with a_server(folder / "server") as server:
            return kill_the_server(server, folder, rounds=job.size, lasts=(0.3, 3.0))
    if job.part == "ways that must end the same":
        return _ways(job)
    url = str(getattr(databases, job.engine)())
    try:
        return PARTS[job.part](url, folder, job.size, seed)
    finally:
        databases.take_back(url)


def _bank(url: str, folder: Path, size: int, seed: int) -> Figures:
    return bank(url, folder, writers=4, acts=size // 8, batch=1, seed=seed)


def _bank_in_batches(url: str, folder: Path, size: int, seed: int) -> Figures:
    return bank(url, folder, writers=2, acts=size // 4, batch=BATCH, each=2_000, seed=seed)


def _bank_without(url: str, folder: Path, size: int, seed: int) -> Figures:
    return bank(url, folder, writers=4, acts=size // 8, batch=1, seed=seed, snapshot=False)


def _storm(url: str, folder: Path, size: int, seed: int) -> Figures:
    return storm(url, folder, requests=round(size / 1.67), batch=1, each=4_000, seed=seed)


def _storm_in_batches(url: str, folder: Path, size: int, seed: int) -> Figures:
    return storm(url, folder, requests=round(size / 1.67), batch=BATCH, dealers=24, each=3_000, seed=seed)


def _kill_workers(url: str, folder: Path, size: int, seed: int) -> Figures:
    return kill_workers(url, folder, rounds=size, lasts=(0.2, 3.0), seed=seed)


def _cut(url: str, folder: Path, size: int, seed: int) -> Figures:
    return cut_the_power(url, folder, requests=60, cuts=size, seed=seed)


def _model(url: str, folder: Path, size: int, seed: int) -> Figures:
    from tests.points.test_model import play

    play(url, size, 50)
    with a_mall(url):
        posted = int(db.session.execute(text("SELECT COUNT(*) FROM points_journal WHERE outcome = 1")).scalar_one())
    return Figures(postings=posted)


def _ways(job: Job) -> Figures:
    """The metamorphic tests, many examples each."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/points/test_metamorphic.py"],
        cwd=ROOT,
        env=os.environ | {"MALL_PROVE": str(job.size), "MALL_TEST_ENGINES": job.engine},
        capture_output=True,
        text=True,
        check=False,
    )
    return Figures(faults=[done.stdout[-2000:]] if done.returncode else [])


PARTS: dict[str, Callable[[str, Path, int, int], Figures]] = {
    "model": _model,
    "killed workers": _kill_workers,
    "power cuts": _cut,
    "bank": _bank,
    "bank, batches": _bank_in_batches,
    "bank, no snapshot (control)": _bank_without,
    "storm": _storm,
    "storm, batches": _storm_in_batches,
}


def lane(engine: str) -> None:
    """All jobs of an engine, one after the other; what was done before is not done again."""
    kept = KEPT / f"{engine}.jsonl"
    done = {told["name"] for told in _told(kept)}
    databases = Databases(Path(tempfile.mkdtemp(prefix=f"mall-prove-{engine}-")))
    try:
        for job in jobs(engine):
            if job.name in done:
                continue
            began = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="mall-prove-") as folder:
                try:
                    figures = run(job, databases, Path(folder))
                except Exception:  # a proof that breaks is a proof that failed; the others go on
                    figures = Figures(faults=[traceback.format_exc()[-4000:]])
            told = {"name": job.name, "part": job.part, "seconds": time.monotonic() - began, **asdict(figures)}
            with kept.open("a") as file:
                file.write(json.dumps(told) + "\n")
            state = "ok" if not figures.wrong else f"WRONG {figures.wrong}"
            print(f"{told['seconds']:7.1f} s  {job.name:48} {figures.postings:9,} postings  {state}", flush=True)
    finally:
        databases.close()


def gate() -> None:
    """All mutations, each in the same copy."""
    kept = KEPT / "mutations.jsonl"
    done = {told["name"] for told in _told(kept)}
    with tempfile.TemporaryDirectory(prefix="mall-gate-") as folder:
        copy = Copy(Path(folder))
        tasks: list[tuple[str, Callable[[], str]]] = [("the untouched copy", lambda: control(copy, MUTATIONS))]
        tasks += [(mutation.name, lambda m=mutation: copy.without(m)) for mutation in MUTATIONS]
        for name, task in tasks:
            if name in done:
                continue
            began = time.monotonic()
            wrong = task()
            with kept.open("a") as file:
                file.write(json.dumps({"name": name, "wrong": wrong, "seconds": time.monotonic() - began}) + "\n")
            print(f"{time.monotonic() - began:7.1f} s  without: {name:60} {wrong[-600:] or 'noticed'}", flush=True)


def report(began: float) -> int:
    """Print and keep what came of everything; gives the exit status."""
    lines = [
        f"The ledger's proofs, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"commit {_commit()}, Python {platform.python_version()}, {os.cpu_count()} cores, this run {_minutes(began)}",
        "",
        (
            f"{'proof':42}{'postings':>10}{'answers':>11}{'reads':>9}{'kills':>6}{'found':>6}"
            f"{'lost':>6}{'doubled':>8}{'unasked':>8}{'wrong':>6}{'order':>6}{'faults':>7}{'seconds':>9}"
        ),
    ]
    total, seconds, missing = Figures(), 0.0, 0
    for engine in ENGINES:
        told = _told(KEPT / f"{engine}.jsonl")
        missing += len({job.name for job in jobs(engine)} - {each["name"] for each in told})
        by_part: dict[str, tuple[Figures, float]] = {}
        for each in told:
            known = {k: v for k, v in each.items() if k in Figures.__dataclass_fields__}
            figures, took = by_part.get(each["part"], (Figures(), 0.0))
            figures += Figures(**known)
            by_part[each["part"]] = (figures, took + each["seconds"])
        for part, (figures, took) in by_part.items():
            lines.append(_line(f"{engine}: {part}", figures, took))
            total += figures
            seconds += took
    lines += [_line("in all", total, seconds), ""]
    gated = _told(KEPT / "mutations.jsonl")
    mutations = [each for each in gated if each["name"] != "the untouched copy"]
    noticed = [each for each in mutations if not each["wrong"]]
    clean = any(each["name"] == "the untouched copy" and not each["wrong"] for each in gated)
    lines += [
        (
            f"postings {total.postings:,}: wrong totals {total.wrong_totals}, lost acknowledgements {total.lost}, "
            f"doubled effects {total.doubled}, postings nobody asked for {total.unasked}, out of order "
            f"{total.out_of_order}, faults of the ledger's own proof {len(total.faults)}"
        ),
        (
            f"answers {total.answers:,}, reads of the whole bank {total.reads:,}, kills {total.kills}, postings whose "
            f"answer a kill cut off and whose key found them {total.unanswered:,}"
        ),
        f"reads without a snapshot, as a control: {total.reads_without:,}, of them wrong {total.wrong_without:,}",
        (
            f"safeguards taken out {len(mutations)} of {len(MUTATIONS)}, noticed {len(noticed)}; the untouched copy is "
            f"{'green' if clean else 'NOT green'}"
        ),
        *(f"  NOT NOTICED {each['name']}: {each['wrong'][-500:]}" for each in mutations if each["wrong"]),
        *(f"  FAULT {fault}" for fault in total.faults),
    ]
    good = not total.wrong and not missing and clean and len(noticed) == len(MUTATIONS)
    good = good and total.postings >= POSTINGS
    if missing or total.postings < POSTINGS:
        lines.append(f"  NOT WHOLE: {missing} pieces not done, {total.postings:,} of {POSTINGS:,} postings")
    lines.append("green" if good else "RED")
    REPORT.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    return 0 if good else 1


def _line(name: str, figures: Figures, seconds: float) -> str:
    f = figures
    return (
        f"{name:42}{f.postings:10,}{f.answers:11,}{f.reads:9,}{f.kills:6}{f.unanswered:6}{f.lost:6}{f.doubled:8}"
        f"{f.unasked:8}{f.wrong_totals:6}{f.out_of_order:6}{len(f.faults):7}{seconds:9,.0f}"
    )


def _told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _minutes(began: float) -> str:
    return f"{(time.monotonic() - began) / 60:.1f} min"


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def _fingerprint() -> str:
    """What was proven: the ledger, its proofs, and how much of it. Another is proven from the beginning."""
    digest = hashlib.sha256(f"{POSTINGS} {ENGINES}".encode())
    for path in sorted([*(ROOT / "mall" / "points").rglob("*.py"), *(ROOT / "tests" / "points").rglob("*.py")]):
        digest.update(path.read_bytes())
    digest.update((ROOT / "mall" / "web" / "db.py").read_bytes())
    return digest.hexdigest()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lane")
    asked.add_argument("--gate", action="store_true")
    asked.add_argument("--anew", action="store_true", help="forget what was done before")
    wanted = asked.parse_args()
    if wanted.lane:
        lane(wanted.lane)
        return 0
    if wanted.gate:
        gate()
        return 0
    began = time.monotonic()
    KEPT.mkdir(parents=True, exist_ok=True)
    of = KEPT / "of"
    if wanted.anew or not of.exists() or of.read_text() != _fingerprint():
        for old in KEPT.glob("*.jsonl"):
            old.unlink()
        of.write_text(_fingerprint())
    me = [sys.executable, "-W", "ignore:XDG_RUNTIME_DIR", "-m", "tests.points.proving"]
    lanes = [subprocess.Popen([*me, "--lane", engine], cwd=ROOT) for engine in ENGINES]
    ended = [one.wait() for one in lanes]
    ended.append(subprocess.run([*me, "--gate"], cwd=ROOT, check=False).returncode)
    return report(began) or max(ended)


if __name__ == "__main__":
    sys.exit(main())
