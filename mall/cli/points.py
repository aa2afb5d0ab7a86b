"""`flask points balances`: what every dealer has, as CSV. `flask points prove`: that the ledger adds up."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from mall.points.queries import balances_as_of
from mall.points.queries.proof import INVARIANTS, faults
from mall.web.db import now, reading

cli = AppGroup("points", help="The ledger, for operators.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


@cli.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; the screen if missing.")
def balances(output: Path | None) -> None:
    """Write dealer code, pending, available, held and debt of every dealer, as of now."""
    count = 0
    with click.open_file(str(output or "-"), "w", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(("dealer", "pending", "available", "held", "debt"))
        for row in balances_as_of(reading(), now()):
            out.writerow((row.dealer_code, row.pending, row.available, row.held, row.debt))
            count += 1
    click.echo(f"{count:,} dealers", err=True)


@cli.command()
def prove() -> None:
    """Prove the ledger: every balance and lot from its entries, every entry from the one before it."""
    found = faults(reading())
    for fault in found:
        click.echo(f"  NO  {fault}")
    click.echo(f"{len(found)} faults" if found else f"all {len(INVARIANTS)} invariants and every chain hold")
    sys.exit(1 if found else 0)
