"""An SMS provider on loopback that checks what docs/sandbox.md asks of a message, and keeps the messages it took."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask

from mall.base.signing import same, sign

KEY, SECRET = "mall-tests", "a secret between the mall and its provider"


@dataclass
class Provider:
    """Where it is, what it took, and whether it takes anything."""

    url: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    refuses: int = 0

    @property
    def last_code(self) -> str:
        return str(self.taken[-1]["params"]["code"])


@contextmanager
def provider(app: Flask, folder: Path) -> Iterator[Provider]:
    """Serve one, and let the mall know of it."""

    class Messages(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            ours = sign(
                SECRET, method="POST", target=self.path, timestamp=self.headers["X-Sms-Timestamp"],
                nonce=self.headers["X-Sms-Nonce"], body=raw,
            )  # fmt: skip
            known = self.headers["X-Sms-Key"] == KEY and same(ours, self.headers["X-Sms-Signature"])
            status = 401 if not known else kept.refuses or 200
            if status == 200:
                kept.taken.append(json.loads(raw))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Messages)
    Thread(target=server.serve_forever, daemon=True).start()
    kept = Provider(f"http://127.0.0.1:{server.server_port}/sms")
    told = {"base_url": kept.url, "access_key": KEY, "secret": SECRET, "sign_name": "积分商城", "template": "CODE"}
    (folder / "sms.json").write_text(json.dumps(told))
    app.extensions["settings"] = replace(app.extensions["settings"], gateways=folder)
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
