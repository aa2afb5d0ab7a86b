"""`flask jobs work`, `flask jobs run NAME`, `flask jobs list`."""

from __future__ import annotations

import logging

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from mall.jobs import queue
from mall.jobs.queries import worker_state
from mall.web import health

cli = AppGroup("jobs", help="What the mall does by itself.")
LONGEST_REST = 2.0
"""Seconds between two looks into an embedded mall's queue: a person who has asked for a batch waits so long."""


def register(app: Flask) -> None:
    """Add the commands, the worker's state to /healthz, and the way to wake the worker."""
    app.extensions["wake"] = queue.waker(app)
    app.cli.add_command(cli)
    health.watch(app, "worker", worker_state)


@cli.command()
def work() -> None:
    """Be the worker: run every task when it is due, until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s worker %(levelname)s %(message)s")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    # SIGTERM lets the task in hand come to its end; a task is made of short transactions.
    queue.build(app).create_consumer(
        workers=1, worker_type="thread", graceful_signal="TERM", max_delay=LONGEST_REST
    ).run()


@cli.command("run")
@click.argument("name", type=click.Choice(queue.names()))
def run_one(name: str) -> None:
    """Run one task now."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    click.echo(f"{name}: {queue.run(app, name)} done")


@cli.command("list")
def list_all() -> None:
    """Name the tasks."""
    click.echo("\n".join(queue.names()))
