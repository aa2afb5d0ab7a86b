"""The sandbox in a process of its own, and the keys with which the played systems call a real mall."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from mall.cli.demo.systems import let_in
from mall.config import ROOT
from mall.earning.models import Partner
from mall.sandbox import create
from mall.web.db import reading
from tests.conftest import SECRET
from tests.sandbox.conftest import Sandbox, prepare, wait_for
from tests.sandbox.merchant import WeChat, send
from tests.test_architecture import MODULES, imports

NO = "V20261122000000001"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.process = folder, port, self._begin(folder, port)
        wait_for(self.up, 40)

    def _begin(self, folder: Path, port: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "mall.sandbox", str(folder), str(port), "1"], cwd=ROOT)

    def up(self) -> bool:
        try:
            return send("GET", f"http://127.0.0.1:{self.port}/healthz")[0] == 200
        except OSError:
            assert self.process.poll() is None, "it fell"
            return False

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def served(tmp_path: Path, kept_keys: str) -> Iterator[Served]:
    prepare(tmp_path / "kept", kept_keys)
    served = Served(tmp_path / "kept", free_port())
    yield served
    served.end(signal.SIGKILL)


def test_keys_payments_switches_and_letters_outlive_a_kill(served: Served) -> None:
    sandbox = Sandbox(f"http://127.0.0.1:{served.port}", served.folder)
    holds = sandbox.file("wechat")
    merchant = WeChat(holds)
    sandbox.throw(triple=True)
    merchant.native(NO, "http://127.0.0.1:1/notify")
    sandbox.pay("wechat", NO)
    served.end(signal.SIGKILL)

    again = Served(served.folder, served.port)
    try:
        assert sandbox.file("wechat") == holds
        assert merchant.ask(NO)[1]["trade_state"] == "SUCCESS"
        assert sandbox.call("GET", "/api/state")[1]["switches"] == {"triple": True}
        tries = max(letter["tries"] for letter in sandbox.letters("wechat", NO))
        wait_for(lambda: min(letter["tries"] for letter in sandbox.letters("wechat", NO)) > tries)
        assert again.end(signal.SIGTERM) == 0
    finally:
        again.end(signal.SIGKILL)


def test_it_listens_on_loopback_alone_and_shows_nobody_its_keys(served: Served) -> None:
    heard = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"]
    assert f"0100007F:{served.port:04X}" in heard
    assert f"00000000:{served.port:04X}" not in heard
    for file in (served.folder / "gateways").iterdir():
        assert file.stat().st_mode & 0o077 == 0
    assert served.folder.stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_told(served: Served, tmp_path: Path) -> None:
    words = ["flask", "--app", "wsgi", "sandbox", "serve", "--port", str(served.port), "--folder", str(tmp_path / "b")]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/b.db", "MALL_SECRET_KEY": SECRET}
    command = [sys.executable, "-m", *words]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "MALL_SANDBOX_PORT" in ran.stderr
    assert not (tmp_path / "b").exists()


def test_the_played_systems_are_let_into_a_mall_and_keep_their_keys(
    mall: Flask, tmp_path: Path, kept_keys: str
) -> None:
    folder = tmp_path / "sandbox"
    prepare(folder, kept_keys)
    seal = mall.extensions["seal"]
    with mall.app_context():
        let_in(folder, seal)
        first = json.loads((folder / "inbound.json").read_text())
        let_in(folder, seal)
        assert json.loads((folder / "inbound.json").read_text()) == first
        (folder / "inbound.json").unlink()
        let_in(folder, seal)
        assert json.loads((folder / "inbound.json").read_text()) != first
        assert set(reading().scalars(select(Partner.source))) >= {"dms", "tms"}
    server = make_server("127.0.0.1", 0, mall, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    mall_url = f"http://127.0.0.1:{server.port}"
    sandbox = create(folder, "http://127.0.0.1:1", clock=mall.extensions["clock"], mall_url=mall_url)
    said = sandbox.test_client().post(
        "/api/partners/dms/calls", json={"target": "/api/v1/vouchers/NOSUCH", "content": None}
    )
    wrong = sandbox.test_client().post("/api/partners/erp/calls", json={"target": "/api/v1/orders", "content": {}})
    server.shutdown()
    server.server_close()
    assert said.json["status"] == 404, said.json
    assert json.loads(said.json["answer"])["code"] == "not_found"
    assert wrong.json["status"] == 0


def test_the_sandbox_knows_nothing_of_the_mall() -> None:
    allowed = ("mall.sandbox", "mall.base", "mall.config")
    known = {
        f"{path.name}: {name}"
        for path in MODULES
        if "sandbox" in path.parts
        for _, name in imports(path)
        if name.startswith("mall.") and not name.startswith(allowed)
    }
    assert known == set()
