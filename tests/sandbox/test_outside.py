"""The top-up supplier, the SMS provider and the brand's systems, by their wires."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.conftest import Ear, Sandbox, wait_for
from tests.sandbox.merchant import send

ORDER = {"no": "T20261122000000001", "product": "PHONE-100", "account": "13800138000", "quantity": 1, "fen": 10000}
MESSAGE = {
    "no": "M1", "phone": "13800138000", "sign_name": "积分商城", "template": "CODE",
    "params": {"code": "482913", "minutes": "5"},
}  # fmt: skip


def signature(secret: str, *lines: str) -> str:
    return hmac.new(secret.encode(), "\n".join(lines).encode(), sha256).hexdigest()


def call(
    prefix: str, key: str, secret: str, method: str, url: str, content: Any = None, *,
    at: float | None = None, nonce: str = "", more: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, str], dict[str, Any]]:  # fmt: skip
    body = b"" if content is None else json.dumps(content).encode()
    target, nonce = urlsplit(url).path, nonce or secrets.token_urlsafe(16)
    timestamp = str(int(time.time() if at is None else at))
    headers = {
        "Content-Type": "application/json", f"{prefix}-Key": key, f"{prefix}-Timestamp": timestamp,
        f"{prefix}-Nonce": nonce,
        f"{prefix}-Signature": signature(secret, method, target, timestamp, nonce, sha256(body).hexdigest()),
        **(more or {}),
    }  # fmt: skip
    status, heads, answer = send(method, url, body or None, headers)
    return status, {**heads, "body": answer.decode()}, json.loads(answer)


class Supplier:
    def __init__(self, sandbox: Sandbox) -> None:
        self.holds = sandbox.file("top_up")

    def call(self, method: str, path: str, content: Any = None, **how: Any) -> tuple[int, dict[str, Any]]:
        holds = self.holds
        url = holds["base_url"] + path
        status, heads, told = call("X-Supplier", holds["merchant"], holds["secret"], method, url, content, **how)
        if status < 300:
            digest = sha256(heads["body"].encode()).hexdigest()
            lines = (str(status), urlsplit(url).path, heads["X-Supplier-Timestamp"], heads["X-Supplier-Nonce"], digest)
            assert heads["X-Supplier-Signature"] == signature(holds["secret"], *lines)
        return status, told


@pytest.fixture
def supplier(sandbox: Sandbox) -> Supplier:
    return Supplier(sandbox)


def test_a_top_up_is_ordered_once_and_told_when_it_is_done(supplier: Supplier, ear: Ear) -> None:
    status, told = supplier.call("POST", "/orders", ORDER)
    assert (status, told["state"], told["ended_at"]) == (201, "under_way", None)
    assert supplier.call("POST", "/orders", ORDER)[0] == 200
    assert supplier.call("POST", "/orders", {**ORDER, "fen": 1})[1]["code"] == "no_reused"
    heard = wait_for(lambda: ear.heard)[0]
    assert urlsplit(supplier.holds["notify_url"]).path == heard.path
    lines = ("POST", heard.path, heard.headers["X-Supplier-Timestamp"], heard.headers["X-Supplier-Nonce"])
    ours = signature(supplier.holds["secret"], *lines, sha256(heard.body).hexdigest())
    assert heard.headers["X-Supplier-Signature"] == ours
    told = json.loads(heard.body)
    assert (told["no"], told["state"]) == (ORDER["no"], "done")
    assert supplier.call("GET", f"/orders/{ORDER['no']}") == (200, told)
    assert supplier.call("GET", "/orders/NOSUCH")[1]["code"] == "no_such_order"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"account": "12345"}, "wrong_account"), ({"product": "NO-SUCH-1"}, "no_such_product"),
        ({"quantity": 0}, "malformed"), ({"fen": "1"}, "malformed"), ({"extra": 1}, "malformed"),
        ({"no": "a b"}, "malformed"), ({"quantity": True}, "malformed"),
    ],
)  # fmt: skip
def test_an_order_that_is_none_is_refused(supplier: Supplier, change: dict[str, object], code: str) -> None:
    assert supplier.call("POST", "/orders", {**ORDER, **change})[1]["code"] == code
    assert supplier.call("GET", f"/orders/{ORDER['no']}")[0] == 404


def test_signature_time_and_nonce_are_looked_at(supplier: Supplier) -> None:
    assert supplier.call("POST", "/orders", ORDER, at=time.time() - 400)[0] == 401
    assert supplier.call("POST", "/orders", ORDER, more={"X-Supplier-Signature": "0" * 64})[0] == 401
    assert supplier.call("POST", "/orders", ORDER, more={"X-Supplier-Key": "other"})[0] == 401
    assert supplier.call("POST", "/orders", ORDER, nonce="n0nce-n0nce")[0] == 201
    assert supplier.call("POST", "/orders", ORDER, nonce="n0nce-n0nce")[0] == 401


def test_outcomes_by_switch(supplier: Supplier, sandbox: Sandbox, ear: Ear) -> None:
    sandbox.throw(top_up_outcome="failed")
    supplier.call("POST", "/orders", ORDER)
    told = json.loads(wait_for(lambda: ear.heard)[0].body)
    assert told["state"] == "failed"
    assert told["reason"]

    sandbox.throw(top_up_outcome="unknown", top_up_silent=True)
    supplier.call("POST", "/orders", {**ORDER, "no": "T2"})
    time.sleep(0.4)
    assert supplier.call("GET", "/orders/T2")[1]["state"] == "under_way"
    assert sandbox.call("POST", "/api/top-ups/T2/end", {"outcome": "done"})[1]["state"] == "done"
    assert sandbox.call("POST", "/api/top-ups/T2/end", {"outcome": "failed"})[1]["state"] == "done"
    assert supplier.call("GET", "/orders/T2")[1]["receipt"]
    time.sleep(0.2)
    assert len(ear.heard) == 1

    sandbox.throw(outage="5xx")
    assert supplier.call("POST", "/orders", {**ORDER, "no": "T3"})[0] == 503


def test_a_message_is_received_once(sandbox: Sandbox) -> None:
    holds = sandbox.file("sms")
    url = f"{holds['base_url']}/messages"

    def text(content: dict[str, Any], **how: Any) -> tuple[int, dict[str, Any]]:
        status, _, told = call("X-Sms", holds["access_key"], holds["secret"], "POST", url, content, **how)
        return status, told

    status, told = text(MESSAGE)
    assert (status, told["state"]) == (200, "accepted")
    assert text(MESSAGE)[1]["provider_no"] == told["provider_no"]
    assert [one["params"]["code"] for one in sandbox.call("GET", "/api/state")[1]["messages"]] == ["482913"]
    assert "482913" in send("GET", f"{sandbox.url}/outside")[2].decode()
    assert text({**MESSAGE, "no": "M2", "phone": "911"})[0] == 422
    assert text({**MESSAGE, "no": "M2"}, more={"X-Sms-Signature": ""})[0] == 401
    for number in range(3, 12):
        assert text({**MESSAGE, "no": f"M{number}"})[0] == 200
    assert text({**MESSAGE, "no": "M12"})[1]["code"] == "too_many"
    sandbox.throw(sms_outage=True)
    assert text({**MESSAGE, "no": "M13"})[0] == 503


def test_the_systems_take_messages_and_answer_for_vouchers(sandbox: Sandbox, ear: Ear) -> None:
    holds = sandbox.file("dms")
    told = {"id": "7", "seq": 1, "topic": "voucher.issued", "key": "v/1", "dealer": "D-1", "body": {"no": "V20261122X"}}

    def deliver(**how: Any) -> int:
        return call("X-Mall", holds["key_id"], holds["secret"], "POST", holds["url"], told, **how)[0]

    assert deliver(more={"Idempotency-Key": "7"}) == 200
    assert deliver(more={"Idempotency-Key": "7"}) == 200
    assert deliver(more={"X-Mall-Signature": "0"}) == 401
    parcels = sandbox.call("GET", "/api/state")[1]["parcels"]
    assert [(one["partner"], one["times"], one["voucher"]) for one in parcels] == [("dms", 2, "V20261122X")]

    page = send("GET", f"{sandbox.url}/systems")[2].decode()
    assert "V20261122X" in page
    assert "记为已使用" not in page
    (sandbox.folder / "inbound.json").write_text(json.dumps({"dms": {"key_id": "k1", "secret": "s1"}}))
    assert "记为已使用" in send("GET", f"{sandbox.url}/systems")[2].decode()
    send("POST", f"{sandbox.url}/vouchers/dms/V20261122X/use", b"")
    heard = ear.heard[0]
    assert heard.path.startswith("/api/v1/vouchers/V20261122X/")
    lines = ("POST", heard.path, heard.headers["X-Mall-Timestamp"], heard.headers["X-Mall-Nonce"])
    assert heard.headers["X-Mall-Signature"] == signature("s1", *lines, sha256(heard.body).hexdigest())


def test_everything_but_keys_and_switches_can_be_forgotten(supplier: Supplier, sandbox: Sandbox) -> None:
    before = sandbox.file("wechat")
    supplier.call("POST", "/orders", ORDER)
    assert sandbox.call("DELETE", "/api/state")[0] == 200
    told = sandbox.call("GET", "/api/state")[1]
    assert not any(told[name] for name in ("payments", "letters", "top_ups", "messages", "parcels", "switches"))
    assert sandbox.file("wechat") == before
