"""The sandbox as an app, and the app at work on a port of loopback with its letters being sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import Forbidden
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from mall.sandbox import cashier, desk, desk_api, partners, sms, top_up
from mall.sandbox.alipay import bill as alipay_bill
from mall.sandbox.alipay import gateway
from mall.sandbox.alipay.writer import AlipayWriter
from mall.sandbox.keys import Keys, configuration, made, write
from mall.sandbox.letters import Post, Writer
from mall.sandbox.store import Store
from mall.sandbox.wechat import api as wechat
from mall.sandbox.wechat import bill as wechat_bill
from mall.sandbox.wechat import oauth
from mall.sandbox.wechat.writer import WeChatWriter
from mall.sandbox.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
BODY = 256 * 1024
WRITERS: dict[str, Writer] = {"wechat": WeChatWriter(), "alipay": AlipayWriter(), "top_up": top_up.TopUpWriter()}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
}


def build(folder: Path, base_url: str, *, clock: Callable[[], datetime], mall_url: str) -> Flask:
    """What `mall.sandbox.create` gives."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    store = Store(folder / "sandbox.db")
    with store.change():
        before = store.kept("keys")
        kept = made(clock(), before)
        if kept != before:
            store.keep("keys", kept)
    world = World(store, Keys(kept), clock, base_url.rstrip("/"), mall_url.rstrip("/"))
    write(folder / "gateways", configuration(world.keys, world.base_url, world.mall_url))

    app = Flask("sandbox", root_path=str(ROOT / "mall"), template_folder="../templates", static_folder="../static/css")
    app.config["MAX_CONTENT_LENGTH"] = BODY
    app.jinja_env.undefined = StrictUndefined
    app.extensions.update(world=world, post=Post(world, WRITERS), folder=folder)
    networks = (wechat.bp, wechat_bill.bp, oauth.bp, gateway.bp, alipay_bill.bp, cashier.bp)
    for blueprint in (*networks, top_up.bp, sms.bp, partners.bp, desk.bp, desk_api.bp):
        app.register_blueprint(blueprint)
    app.before_request(_from_here)
    app.after_request(_with_headers)
    desk.dress(app)
    return app


def _from_here() -> None:
    """Buttons are pressed on the sandbox's own pages: another site that is open in the same browser presses none."""
    if request.method != "GET" and request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise Forbidden


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_args: object) -> None:
        """What matters stands on the front page."""


def server(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """A server of many threads on an address; port 0 takes a free one."""
    listening = make_server(host, port, app, threaded=True, request_handler=_Quiet)
    listening.daemon_threads = True  # type: ignore[attr-defined]
    return listening


@contextmanager
def running(app: Flask, host: str, port: int) -> Iterator[int]:
    """The sandbox at work in threads of this process, until the block is left; gives its port."""
    listening = server(app, host, port)
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    post: Post = app.extensions["post"]
    post.start()
    try:
        yield int(listening.port)
    finally:
        post.stop()
        listening.shutdown()
        listening.server_close()
        app.extensions["world"].store.close()
