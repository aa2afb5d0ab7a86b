"""`flask sandbox`: the outside world of a demo, kept under var/sandbox."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from mall.config import VAR

cli = AppGroup("sandbox", help="WeChat Pay, Alipay, a top-up supplier, SMS, the brand's systems: played on loopback.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


@cli.command()
@click.option("--port", type=int, help="MALL_SANDBOX_PORT, or the mall's port + 1000, where missing.")
@click.option("--folder", type=click.Path(path_type=Path), default=VAR / "sandbox", show_default=False)
def serve(port: int | None, folder: Path) -> None:
    """Play the outside world until told to stop. Keys, payments and switches are kept in the folder."""
    from mall.sandbox.app import create, running

    settings = current_app.extensions["settings"]
    port = port or settings.sandbox_port
    _check_port(port)
    base_url = f"http://127.0.0.1:{port}"
    app = create(folder, base_url, mall_url=f"http://127.0.0.1:{settings.port}")
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with running(app, "127.0.0.1", port):
        click.echo(f"the sandbox is open at {base_url}/")
        stop.wait()


def _check_port(port: int) -> None:
    """Before anything is written: files that name a port on which somebody else listens would mislead the mall."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            said = f"127.0.0.1:{port} cannot be used ({error.strerror}): set MALL_SANDBOX_PORT"
            raise click.ClickException(said) from None
