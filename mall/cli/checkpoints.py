"""`flask points checkpoint`: sign the chains' heads now. `flask points inclusion`: the proof for an outsider."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click
from flask import Flask, current_app
from sqlalchemy import select

from mall.base.refused import Refused
from mall.cli.points import cli
from mall.config import Settings
from mall.dealers.models import Dealer
from mall.points.actions.checkpoint import FolderApart, take
from mall.points.queries.checkpoints import Folder, Signed
from mall.points.queries.inclusion import proof_file
from mall.points.queries.statement import statement
from mall.web.db import now, reading, transact


def register(_app: Flask) -> None:
    """Add the commands to those of the ledger."""
    cli.add_command(checkpoint)
    cli.add_command(inclusion)


def take_now(*, adopt: bool = False) -> Signed | None:
    """Take a checkpoint with the mall's own folder and key; what hinders it is told to the operator."""
    settings = _settings()
    folder = Folder(settings.checkpoints)
    try:
        return take(transact, reading(), now(), folder=folder, key=lambda: settings.signing_key, adopt=adopt)
    except (FolderApart, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.option("--adopt", is_flag=True, help="After a restore: take up checkpoints that the database has fallen behind.")
def checkpoint(adopt: bool) -> None:
    """Take a checkpoint now, as the worker does every hour."""
    signed = take_now(adopt=adopt)
    if signed is None:
        click.echo("nothing has changed since the last checkpoint, or another process is taking it")
        return
    stated = signed.stated
    click.echo(f"checkpoint {stated.no}: {stated.leaves:,} accounts, root {stated.root.hex()}, key {stated.key_id}")
    click.echo(f"in {Folder(_settings().checkpoints).place(stated.no)}")


@click.command()
@click.argument("dealer")
@click.option("--month", type=click.DateTime(["%Y-%m"]), help="The entries of a statement, such as 2026-10.")
@click.option("--seq", type=click.IntRange(min=1), help="One entry, by its number in the account.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; the screen if missing.")
def inclusion(dealer: str, month: date | None, seq: int | None, output: Path | None) -> None:
    """Write the proof that a dealer's month, or one entry, stands in the signed history (docs/verify_points.py)."""
    if (month is None) == (seq is None):
        raise click.UsageError("give either --month or --seq")
    dealer_id = reading().scalar(select(Dealer.id).where(Dealer.code == dealer))
    if dealer_id is None:
        raise click.ClickException(f"no dealer has the code {dealer}")
    try:
        if month is not None:
            told = statement(reading(), dealer_id, date(month.year, month.month, 1), now())
            first, last = told.first_seq, told.last_seq
        else:
            first = last = seq or 1
        proof = proof_file(reading(), Folder(_settings().checkpoints), dealer_id, first, last, most=None)
    except (Refused, ValueError) as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from error
    with click.open_file(str(output or "-"), "w", encoding="utf-8") as stream:
        json.dump(proof, stream, ensure_ascii=False, indent=1)
        stream.write("\n")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
