"""The sandbox as a process: on a port of loopback, until it is told to stop."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from threading import Event

from mall.sandbox import create


class PortTaken(Exception):
    """Somebody else listens there."""


def play(folder: Path, port: int, mall_port: int) -> None:
    """Play the outside world for the mall on a port. Raises PortTaken before anything is written.

    A file that names a port on which somebody else listens would mislead the mall.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            said = f"127.0.0.1:{port} cannot be used ({error.strerror}): set MALL_SANDBOX_PORT"
            raise PortTaken(said) from None
    from mall.sandbox.app import running

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    app = create(folder, f"http://127.0.0.1:{port}", mall_url=f"http://127.0.0.1:{mall_port}")
    with running(app, "127.0.0.1", port):
        print(f"the sandbox is open at http://127.0.0.1:{port}/", flush=True)
        stop.wait()
