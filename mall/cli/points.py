"""`flask points balances`: what every dealer has, as CSV. `flask points verify`: that the ledger holds."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import BinaryIO

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select

from mall.dealers.models import Dealer
from mall.points.actions.verify import Proof, hold_against, prove, record_proof
from mall.points.models import Scope
from mall.points.queries import balances_as_of
from mall.points.queries.checkpoints import Folder, named
from mall.web.db import db, now, reading, transact

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
@click.option("--full", "scope", flag_value="full", default=True, help="All entries of all accounts (the default).")
@click.option("--changed", "scope", flag_value="changed", help="What was posted since an account was last proven.")
@click.option("--dealer", metavar="CODE", help="Of this dealer alone; no record is kept of it.")
@click.option(
    "--checkpoints", type=click.Path(file_okay=False, path_type=Path), help="Their folder; MALL_CHECKPOINTS if missing."
)
@click.option(
    "--key", "keys", multiple=True, type=click.File("rb"), help="A public key to trust, instead of those there."
)
def verify(scope: str, dealer: str | None, checkpoints: Path | None, keys: tuple[BinaryIO, ...]) -> None:
    """Prove the ledger: every hash anew, every balance, lot, hold and transfer from the entries, every checkpoint.

    Runs beside a mall at work and tells each fault as it is found; ends with status 1 if there is any.
    """
    dealer_id = _dealer_id(dealer) if dealer else None
    trusted = _keys(keys)
    sys.exit(1 if prove_now(Scope(scope), dealer_id, checkpoints, trusted) else 0)


def prove_now(
    scope: Scope, dealer_id: int | None = None, checkpoints: Path | None = None, keys: dict[str, bytes] | None = None
) -> int:
    """Prove the ledger and tell each fault and what was looked at; gives how many faults there are."""
    proof, begun = Proof(scope, now()), time.monotonic()
    for found in prove(db.engine, transact, proof, dealer_id=dealer_id):
        for fault in found:
            click.echo(f"  NO  {fault.text}")
    if dealer_id is None:
        folder = Folder(checkpoints or current_app.extensions["settings"].checkpoints)
        for fault in hold_against(reading(), proof, folder, keys=keys):
            click.echo(f"  NO  {fault.text}")
        transact(record_proof, proof=proof)
    took = time.monotonic() - begun
    seen = f"{proof.accounts:,} accounts, {proof.entries:,} entries, {proof.checkpoints:,} checkpoints"
    click.echo(f"{seen} in {took:.1f} s: {proof.faults:,} faults")
    return proof.faults


def _keys(files: tuple[BinaryIO, ...]) -> dict[str, bytes] | None:
    try:
        return dict(named(file.read()) for file in files) or None
    except ValueError as error:
        raise click.BadParameter("not an Ed25519 public key in PEM", param_hint="--key") from error


def _dealer_id(code: str) -> int:
    found = reading().scalar(select(Dealer.id).where(Dealer.code == code))
    reading().rollback()
    if found is None:
        raise click.BadParameter(f"there is no dealer {code}", param_hint="--dealer")
    return found
