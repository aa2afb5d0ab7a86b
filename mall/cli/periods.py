"""`flask points close 2026-10`: a month of the ledger is closed."""

from __future__ import annotations

from datetime import datetime

import click
from flask import Flask

from mall.base.refused import Refused
from mall.cli.points import cli
from mall.points.actions.terms import close_month
from mall.web.db import transact


def register(_app: Flask) -> None:
    """Nothing to add: the command hangs on the group of `mall.cli.points`."""


@cli.command("close")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
def close(month: datetime) -> None:
    """Close a month (as 2026-10) and all before it: nothing may take effect in it any more. Not to be undone."""
    try:
        programme = transact(close_month, month=month.date(), actor="operator:cli")
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"closed up to {programme.closed_until:%Y-%m-%d %H:%M} UTC")
