"""A mall, an order that asks for money, and the sandbox that plays both networks: callbacks go over real sockets."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from mall.dealers.actions import begin_member
from mall.jobs import queue
from mall.orders.models import RedemptionOrder
from mall.payments.actions import Counter
from mall.payments.models import GatewayName, Payment, Refund
from mall.payments.queries import payments_of, refunds_of
from mall.sandbox import create
from mall.sandbox.app import server
from mall.web.db import db, reading, transact
from tests.cast import DEVICE
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.scene import COOKER, DEALER
from tests.sandbox.conftest import prepare
from tests.sandbox.merchant import send

CASH = 9_900
POINTS = 2_000
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 Safari/604.1"
WECHAT = f"{PHONE} MicroMessenger/8.0.49"


def priced(**other: int) -> None:
    """The cooker costs points, or fewer points and some money."""
    transact(scene.set_up, **other)
    scene.priced_with_cash()


def order_with_cash(gateway: GatewayName = GatewayName.WECHAT) -> RedemptionOrder:
    return fresh(scene.order(COOKER, plan_id=scene.cash_plan(), gateway=gateway).no)


def fresh(no: str) -> RedemptionOrder:
    db.session.expunge_all()  # first, so that what a test holds keeps its values
    db.session.rollback()
    return reading().scalars(select(RedemptionOrder).where(RedemptionOrder.no == no)).one()


@dataclass
class Road:
    """Everything that a payment passes on its way."""

    app: Flask
    clock: Clock
    folder: Path
    url: str
    client: FlaskClient
    answers: list[int]
    sandbox: Flask

    def call(self, method: str, path: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        asked = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.load(answer)

    def throw(self, **switches: str | bool) -> None:
        self.call("PUT", "/api/switches", switches)

    def press(self, no: str, gateway: str = "wechat", agent: str = PHONE, **more: Any) -> TestResponse:
        return self.client.post(
            f"/orders/{no}/payment", data={"gateway": gateway}, headers={"User-Agent": agent}, **more
        )

    def see(self, no: str, agent: str = PHONE, query: str = "") -> TestResponse:
        return self.client.get(f"/orders/{no}/payment{query}", headers={"User-Agent": agent})

    def pay(self, payment: Payment) -> None:
        """The person opens the link and pays at the network, which writes its callback."""
        if payment.gateway is GatewayName.ALIPAY:  # which hears of a payment from its payer
            send("GET", str(payment.ticket["link"]))
        self.call("POST", f"/api/payments/{payment.gateway.value}/{payment.no}/payment")

    def post(self) -> list[int]:
        """The network sends what is due; what the mall answered to each."""
        self.answers.clear()
        while self.call("POST", "/api/post")["sent"]:
            pass
        return list(self.answers)

    def payments(self, no: str) -> list[Payment]:
        order = fresh(no)
        return payments_of(reading(), order.dealer_id, order.id)

    def refunds(self, no: str) -> list[Refund]:
        order = fresh(no)
        return refunds_of(reading(), order.dealer_id, order.id)

    def work(self, *names: str) -> int:
        """Run the worker's tasks, one after the other; how much they did."""
        db.session.expunge_all()
        db.session.rollback()
        return sum(queue.run(self.app, name) for name in names)


@contextmanager
def road(app: Flask, clock: Clock, folder: Path, keys: str) -> Iterator[Road]:
    """Open it."""
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            said = Client(app).post(self.path, data=body, headers=dict(self.headers.items()))
            answers.append(said.status_code)
            self.send_response(said.status_code)
            self.send_header("Content-Length", str(len(said.data)))
            self.end_headers()
            self.wfile.write(said.data)

        def log_message(self, *_: object) -> None:
            return

    ear = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    prepare(folder, keys)
    sandbox = create(folder, f"http://127.0.0.1:{port}", clock=clock, mall_url=f"http://127.0.0.1:{ear.server_port}")
    listening = server(sandbox, "127.0.0.1", port)
    for one in (ear, listening):
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    app.extensions["counter"] = Counter(folder / "gateways", clock, seconds=6.0)
    client = app.test_client()
    token = transact(begin_member, dealer_id=DEALER, member_id=DEALER, device=DEVICE)
    client.set_cookie("__Host-mall", token, secure=True)
    try:
        yield Road(app, clock, folder, f"http://127.0.0.1:{port}", client, answers, sandbox)
    finally:
        for one in (ear, listening):
            one.shutdown()
            one.server_close()
        sandbox.extensions["world"].store.close()
