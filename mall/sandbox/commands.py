"""`flask sandbox`: the outside world of a demo."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from mall.sandbox.serving import PortTaken, play

cli = AppGroup("sandbox", help="WeChat Pay, Alipay, a top-up supplier, SMS, the brand's systems: played on loopback.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


@cli.command()
@click.option("--port", type=int, help="MALL_SANDBOX_PORT, or the mall's port + 1000, where missing.")
@click.option("--folder", type=click.Path(path_type=Path), help="var/sandbox where missing.")
def serve(port: int | None, folder: Path | None) -> None:
    """Play the outside world until told to stop. Keys, payments and switches are kept in the folder."""
    settings = current_app.extensions["settings"]
    try:
        play(folder or settings.sandbox, port or settings.sandbox_port, settings.port)
    except PortTaken as taken:
        raise click.ClickException(str(taken)) from None
