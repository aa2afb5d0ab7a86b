"""`flask serve`: the server and the worker, kept alive and ended in order."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mall.config import ROOT
from tests.conftest import SECRET

SERVE = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]


def wait_until(what: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def children(parent: int) -> dict[str, int]:
    """The processes begun by a process: what they are, and their ids."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            facts = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            words = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(facts[1]) == parent and facts[0] != "Z":
            found["server" if "granian" in words else "worker"] = int(folder.name)
    return found


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serving(sqlite_url: str, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ, "DATABASE_URL": sqlite_url, "PORT": str(port), "MALL_SECRET_KEY": SECRET, "MALL_HTTPS": "0",
        "MALL_WORKERS": "1",
    }  # fmt: skip
    with (tmp_path / "told").open("w") as told:
        process = subprocess.Popen(SERVE, cwd=ROOT, env=environment, stdout=told, stderr=told)
    yield process
    process.terminate()
    process.wait(30)


def health(port: int) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return dict(json.load(answer))
    except OSError:
        return {}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
def test_what_falls_is_started_again_and_a_stop_ends_all(
    serving: subprocess.Popen[bytes], port: int, tmp_path: Path
) -> None:
    wait_until(lambda: health(port).get("database") == "ok" and len(children(serving.pid)) == 2)
    begun = children(serving.pid)

    os.kill(begun["server"], signal.SIGKILL)
    os.kill(begun["worker"], signal.SIGKILL)
    wait_until(lambda: len(now := children(serving.pid)) == 2 and not set(now.values()) & set(begun.values()))
    wait_until(lambda: health(port).get("database") == "ok")

    last = children(serving.pid)
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(30) == 0
    assert not [pid for pid in last.values() if Path(f"/proc/{pid}").exists()]
    told = (tmp_path / "told").read_text()
    assert f"http://127.0.0.1:{port}/" in told
    assert "starting it again" in told
    assert re.search(r"divisions: 4\d,\d{3} added", told), "addresses can be chosen, though nobody loaded the divisions"
    assert "Traceback" not in told


def test_a_port_in_use_is_told_and_not_fought_for(sqlite_url: str, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        environment = {**os.environ, "DATABASE_URL": sqlite_url, "PORT": str(port), "MALL_SECRET_KEY": SECRET}
        ran = subprocess.run(SERVE, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "PORT=8001" in ran.stderr
