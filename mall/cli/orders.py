"""`flask orders verify`: that orders, ledger, money, codes and stock tie."""

from __future__ import annotations

import sys
import time

import click
from flask import Flask
from flask.cli import AppGroup

from mall.orders.queries.proof import Looked, order_faults
from mall.web.db import now, snapshot

cli = AppGroup("orders", help="Redemption orders, for operators.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


@cli.command()
def verify() -> None:
    """Prove the orders: each against the ledger, its payments and refunds, its codes and its parts; then the stock.

    Runs beside a mall at work and tells each fault as it is found; ends with status 1 if there is any.
    """
    looked, begun = Looked(), time.monotonic()
    for fault in order_faults(snapshot(), now(), looked):
        click.echo(f"  NO  {fault.text}")
    took = time.monotonic() - begun
    click.echo(f"{looked.orders:,} orders, {looked.skus:,} SKUs in {took:.1f} s: {looked.faults:,} faults")
    sys.exit(1 if looked.faults else 0)
