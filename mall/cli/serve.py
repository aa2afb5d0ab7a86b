"""`flask serve`: the production server and the worker, as one command that keeps both alive."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event

import click
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from mall.cli.demo.people import MEMBERS, PASSWORD, STAFF
from mall.cli.demo.systems import let_in
from mall.cli.divisions import load_if_none
from mall.config import ROOT, Settings

PATIENCE = 25.0
"""Seconds a child gets to end what it is doing before it is killed."""
STEADY = 60.0
"""A child that lived so long was well: its next fall counts as the first."""
FALLS = 8
"""So many falls in a row and something is wrong that starting again will not mend."""


@dataclass
class Child:
    """A process kept alive: started again after 0.5, 1, 2 … 30 seconds when it falls."""

    name: str
    command: list[str]
    falls: int = 0
    due: float = 0.0
    started: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def look_after(self) -> None:
        """Start it when it is due; note when it has fallen. Raises ClickException when it will not stay up."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.started = time.monotonic()
                # A session of its own: Ctrl-C reaches the parent alone, which then ends all in order.
                self.process = subprocess.Popen(self.command, cwd=ROOT, start_new_session=True)
        elif (code := self.process.poll()) is not None:
            self._clear()
            self.process = None
            self.falls = 1 if time.monotonic() - self.started > STEADY else self.falls + 1
            if self.falls >= FALLS:
                raise click.ClickException(f"{self.name} fell {FALLS} times in a row; see what it said above")
            pause = min(30.0, 0.5 * 2 ** (self.falls - 1))
            self.due = time.monotonic() + pause
            click.echo(f"{self.name} ended with {code}; starting it again in {pause:g} s", err=True)

    def end(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, until: float) -> None:
        """Wait for its end until a moment of the monotonic clock, then kill it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            click.echo(f"{self.name} did not end in time: killed", err=True)
        self._clear()
        self.process.wait()

    def _clear(self) -> None:
        """End what it left behind: a server killed outright leaves its own processes on the port."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(serve)


@click.command()
@click.option("--worker/--no-worker", default=True, help="Run the worker beside the server.")
def serve(worker: bool) -> None:
    """Serve the mall on HOST and PORT until told to stop."""
    settings: Settings = current_app.extensions["settings"]
    _check_port(settings.host, settings.port, "PORT=8001 make run")
    _prepare()
    children = [Child("server", server_command(settings))]
    if worker:
        children.append(Child("worker", [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]))
    stop = Event()
    sandbox = _sandbox(settings)
    if sandbox:
        children.append(sandbox)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        if sandbox:
            _await_sandbox(sandbox, settings, stop)
        _look_after(children, settings, stop)
    finally:
        for child in children:
            child.end()
        until = time.monotonic() + PATIENCE
        for child in children:
            child.wait(until)


def _prepare() -> None:
    """What a new mall lacks and nobody need be asked for."""
    with suppress(DBAPIError):  # no tables yet: the server will say so, and how to mend it
        if said := load_if_none():
            click.echo(f"divisions: {said}")


def server_command(settings: Settings) -> list[str]:
    """Granian with a process a core and a few threads each: measured faster than gunicorn's threads on our pages."""
    options = {
        "--interface": "wsgi",
        "--host": settings.host,
        "--port": settings.port,
        "--workers": settings.workers,
        "--blocking-threads": settings.threads,
        "--backlog": 1024,
        "--log-level": "warning",
        "--respawn-interval": 1,
        "--workers-kill-timeout": 20,
    }
    words = [word for name, value in options.items() for word in (name, str(value))]
    return [sys.executable, "-m", "granian", *words, "--no-ws", "--respawn-failed-workers", "wsgi:app"]


def _sandbox(settings: Settings) -> Child | None:
    """In a demo without providers of its own, the outside world is played, and the mall is told where."""
    if not settings.demo or settings.gateways:
        return None
    _check_port("127.0.0.1", settings.sandbox_port, "MALL_SANDBOX_PORT=9001 make run")
    os.environ["MALL_GATEWAYS"] = str(settings.sandbox / "gateways")
    with suppress(DBAPIError):  # no tables yet: the server will say so, and how to mend it
        let_in(settings.sandbox, current_app.extensions["seal"])
    words = [str(settings.sandbox), str(settings.sandbox_port), str(settings.port)]
    return Child("sandbox", [sys.executable, "-m", "mall.sandbox", *words])


def _await_sandbox(sandbox: Child, settings: Settings, stop: Event) -> None:
    """It writes the providers' files when it starts: the mall's processes begin when they are there."""
    until = time.monotonic() + PATIENCE
    while not stop.wait(0.1) and time.monotonic() < until:
        sandbox.look_after()
        if _reachable(f"http://127.0.0.1:{settings.sandbox_port}/healthz"):
            return


def _reachable(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except OSError:
        return False


def _look_after(children: list[Child], settings: Settings, stop: Event) -> None:
    told = False
    while not stop.is_set():
        for child in children:
            child.look_after()
        if not told and _answers(settings):
            click.echo(greeting(settings))
            told = True
        stop.wait(0.1 if not told else 0.5)


def _check_port(host: str, port: int, instead: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = f"{host}:{port} cannot be used ({error.strerror}). Choose another: {instead}"
            raise click.ClickException(said) from None


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        raise click.ClickException(f"the mall is not fit to serve: {error.read().decode()}") from None
    except OSError:
        return False


def greeting(settings: Settings) -> str:
    """Where the mall is, and in a demo who to sign in as."""
    everywhere = settings.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
    lines = [f"The mall is open at  http://{'localhost' if everywhere else settings.host}:{settings.port}/"]
    if everywhere and (address := lan_address()):
        lines.append(f"on your phone at     http://{address}:{settings.port}/")
    if settings.demo:
        first = MEMBERS[0]
        lines.append(f"sign in as           {first.phone}  {PASSWORD}  ({first.name}, {first.shown()['dealer']})")
        if not settings.gateways:
            lines.append(f"the sandbox          http://127.0.0.1:{settings.sandbox_port}/  (pay there: no real money)")
        lines.append(f"the back office      /desk  {STAFF[0].login}  {PASSWORD}  (its codes: on its sign-in page)")
    return "\n".join(["", *lines, "", "Ctrl-C closes it.", ""])


def lan_address() -> str | None:
    """The address of this machine on its network, found without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
