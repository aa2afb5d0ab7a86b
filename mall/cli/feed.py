"""`flask feed FILE --format F`: real order files through the partners' door."""

from __future__ import annotations

import csv
import gc
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy.orm import Session

from mall.base.spreadsheet import plain
from mall.base.time import civil_day
from mall.cli.formats import FORMATS, Invoice, Oddity, Reading
from mall.earning.actions import Result, add_partner, add_rule, deliver, keep_shift
from mall.earning.models import Partner, UnknownDealers
from mall.points.actions.programme import THE_PROGRAMME, open_programme
from mall.points.models import Programme
from mall.web.db import now, reading, transact

BATCH = 500
"""Documents in one transaction: enough to share its cost, few enough that a dealer's own tap does not wait."""
LANES = 2
"""Transactions at once on a database server: while it works for one, the next is judged. SQLite has one writer."""


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(feed)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), required=True, help="What the file looks like.")
@click.option("--dry-run", is_flag=True, help="Judge everything as a real run would, and write nothing.")
@click.option(
    "--shift",
    is_flag=True,
    help="Move all dates by whole days so that the file's last day is today. The first run settles by how many; "
    "a run begun again, on whatever day, moves by the same.",
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="CSV with a row for each odd line.")
@click.option("--batch", default=BATCH, show_default=True, type=click.IntRange(1, 5000), help="Documents at once.")
@click.option(
    "--rehearse",
    type=int,
    metavar="SEED",
    help="Hand the documents over in a random order, every fifth of them twice: the points must end the same.",
)
def feed(
    file: Path, form: str, dry_run: bool, shift: bool, report: Path | None, batch: int, rehearse: int | None
) -> None:
    """Post an order file's documents, as partners do. Safe to stop anywhere and to run again."""
    with _patient_collector():
        _feed(file, form, dry_run, shift, report, batch, rehearse)


def _feed(
    file: Path, form: str, dry_run: bool, shift: bool, report: Path | None, batch: int, rehearse: int | None
) -> None:
    started = time.monotonic()
    programme = reading().get(Programme, THE_PROGRAMME)
    zone = programme.zone if programme else current_app.extensions["settings"].zone
    try:
        book = FORMATS[form](file, zone)
    except (ValueError, OSError, EOFError, csv.Error) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file.name}: {book.records:,} lines, {len(book.invoices):,} documents")
    days = _shift(form, book, zone, shift, dry_run)
    run = rehearsal(form) if dry_run else transact
    began, worked = time.monotonic(), time.process_time()
    outcomes, oddities = _post(run, form, book, zone, days, batch, rehearse)
    posting = (time.monotonic() - began, time.process_time() - worked)
    if report:
        write_report(report, [*book.oddities, *oddities])
        click.echo(f"report: {len(book.oddities) + len(oddities):,} rows in {report}")
    _sum_up(book, outcomes, posting, time.monotonic() - started, dry_run)
    if oddities:
        click.echo(f"{len(oddities)} documents were not posted: see `flask documents list`", err=True)
        sys.exit(1)


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Look for cycles of garbage seldom: a file's lines are none, and walking through them took a third of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def prepare(session: Session, now: datetime, *, source: str) -> None:
    """The feed's programme, partner and rule, where they are missing: 1 point per 1.00, rounded down, 24 months."""
    open_programme(session, now, name="积分", zone=current_app.extensions["settings"].zone)
    if session.get(Partner, source) is None:
        add_partner(
            session,
            now,
            source=source,
            name=source,
            unknown_dealers=UnknownDealers.CREATE,
            seal=None,
            actor="operator:feed",
        )
        session.flush()
    add_rule(
        session,
        now,
        code=source,
        version=1,
        source=source,
        from_on=date(2000, 1, 1),
        points_per_yuan=10_000,
        validity_months=24,
        unit_value=10_000,
        fund_code=source,
        actor="operator:feed",
    )


class _Rehearsed(Exception):
    """Carries the value of a verb out of a transaction that is to leave nothing behind."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def rehearsal(source: str) -> Callable[..., Any]:
    """A `transact` that runs the very verb and rolls it back."""

    def run(verb: Callable[..., Any], **arguments: Any) -> Any:
        def tried(session: Session, now: datetime) -> None:
            prepare(session, now, source=source)
            raise _Rehearsed(verb(session, now, **arguments))

        try:
            transact(tried)
        except _Rehearsed as rehearsed:
            return rehearsed.value
        raise AssertionError("unreachable")

    return run


def _shift(source: str, book: Reading, zone: str, shift: bool, dry_run: bool) -> int:
    """By how many days to move, as the first run settled it."""
    days = (civil_day(now(), zone) - book.last_day).days if shift and book.last_day else 0
    if dry_run:
        days = rehearsal(source)(keep_shift, source=source, days=days)
    else:
        transact(prepare, source=source)
        days = transact(keep_shift, source=source, days=days)
    if days:
        click.echo(f"dates moved by {days:,} days")
    return days


def _post(
    run: Callable[..., Any], source: str, book: Reading, zone: str, days: int, batch: int, seed: int | None
) -> tuple[Counter[str], list[Oddity]]:
    invoices = list(book.invoices)
    if seed is not None:
        chance = random.Random(seed)
        invoices += chance.sample(invoices, len(invoices) // 5)
        chance.shuffle(invoices)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    lanes = 1 if app.extensions["settings"].embedded or run is not transact else LANES

    def hand_over(part: list[Invoice]) -> list[Result]:
        with app.app_context():
            bodies = [invoice.document(zone, days) for invoice in part]
            return deliver(run, source=source, bodies=bodies, actor="operator:feed")

    batches = list(parts(invoices, batch))
    outcomes: Counter[str] = Counter()
    oddities: list[Oddity] = []
    with (
        click.progressbar(length=len(invoices), label="posting", show_pos=True, file=sys.stderr) as bar,
        ThreadPoolExecutor(lanes) as pool,
    ):
        for part, results in zip(batches, pool.map(hand_over, batches), strict=True):
            for invoice, result in zip(part, results, strict=True):
                outcomes["repeat" if result.repeat else result.outcome] += 1
                outcomes["points"] += 0 if result.repeat else result.points
                if odd := _not_posted(invoice.record, result):
                    oddities.append(odd)
            bar.update(len(part))
    return outcomes, oddities


def parts(invoices: list[Invoice], most: int) -> Iterator[list[Invoice]]:
    """Parts of at most so many, cut between dealers where that can be: two parts then seldom need one account."""
    part: list[Invoice] = []
    for _, theirs in groupby(invoices, key=lambda invoice: invoice.dealer_code):
        group = list(theirs)
        if part and len(part) + len(group) > most:
            yield part
            part = []
        part += group
        while len(part) > most:
            yield part[:most]
            part = part[most:]
    if part:
        yield part


def _not_posted(record: int, result: Result) -> Oddity | None:
    if result.outcome not in {"dead", "conflict", "unreadable"}:
        return None
    kept = "kept among the dead letters" if result.outcome == "dead" else "the one that came first stays"
    return Oddity(record, result.external_id or "", "", result.outcome, f"{result.reason}: {kept}")


def write_report(path: Path, oddities: list[Oddity]) -> None:
    """A row for each line that is not an ordinary sale, in the order of the file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("record", "invoice", "stock_code", "kind", "done"))
        out.writerows([plain(cell) for cell in odd] for odd in sorted(oddities))


def _sum_up(book: Reading, outcomes: Counter[str], posting: tuple[float, float], seconds: float, dry_run: bool) -> None:
    for line in _kinds(book):
        click.echo(line)
    points = outcomes.pop("points", 0)
    documents = sum(outcomes.values())
    said = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items())) or "none"
    click.echo(f"documents: {said}; points {points:+,}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took, worked = posting
    click.echo(f"{documents / took:,.0f} documents a second in {took:.1f} s of posting, {worked:.1f} s of it our CPU's")
    click.echo(f"{seconds:.1f} s in all, {peak:,.0f} MB at most")
    if dry_run:
        click.echo("dry run: nothing was written")


def _kinds(book: Reading) -> Iterator[str]:
    kinds = Counter(odd.kind for odd in book.oddities)
    for kind, count in kinds.most_common():
        yield f"  {kind:<18} {count:>8,} lines"
