"""The public library `wechatpayv3`, as it is and at the address it knows, takes the sandbox for WeChat Pay.

It speaks to https://api.mch.weixin.qq.com and nothing else. So it gets, by its own settings alone, a proxy that ends
TLS for that name with a certificate it trusts, and hands what it hears to the sandbox.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.sandbox.conftest import Ear, Sandbox, wait_for

HOST = "api.mch.weixin.qq.com"
NO = "L20261122000000001"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the network's name, with its key, that only this test trusts."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def proxy(sandbox: Sandbox, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A proxy at which that name is the sandbox."""
    monkeypatch.setitem(os.environ, "REQUESTS_CA_BUNDLE", str(certificate))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    to = urlsplit(sandbox.url)
    door = socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def serve(heard: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += heard.recv(4096)
        assert asked.startswith(f"CONNECT {HOST}:443 ".encode())
        heard.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far = socket.create_connection((to.hostname, to.port))
        with context.wrap_socket(heard, server_side=True) as inner, far:
            back = threading.Thread(target=carry, args=(far, inner), daemon=True)
            back.start()
            carry(inner, far)
            back.join(10)

    def listen() -> None:
        while True:
            try:
                heard, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(heard,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    door.close()


@pytest.fixture(params=["certificates", "public key"])
def library(request: pytest.FixtureRequest, sandbox: Sandbox, proxy: str, ear: Ear) -> WeChatPay:
    """The library with the merchant's own keys: it fetches the platform's certificates, or is given the public key."""
    holds = sandbox.file("wechat")
    by_key = {}
    if request.param == "public key":
        key_id = next(name for name in holds["platform"] if name.startswith("PUB_KEY_ID_"))
        by_key = {"public_key": holds["platform"][key_id], "public_key_id": key_id}
    return WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=holds["mchid"],
        private_key=holds["private_key"],
        cert_serial_no=holds["serial_no"],
        appid=holds["appid"],
        apiv3_key=holds["apiv3_key"],
        notify_url=f"{ear.url}/payments/wechat/notifications",
        proxy={"https": proxy},
        timeout=(5, 10),
        **by_key,
    )


def test_the_library_goes_the_whole_road(library: WeChatPay, sandbox: Sandbox, ear: Ear) -> None:
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    amount = {"total": 9900, "currency": "CNY"}
    status, said = library.pay(
        description="保温杯", out_trade_no=NO + "J", amount=amount, payer={"openid": "o1"}, pay_type=WeChatPayType.JSAPI
    )
    assert (status, "prepay_id" in json.loads(said)) == (200, True)
    status, said = library.pay(
        description="保温杯", out_trade_no=NO + "H", amount=amount, scene_info=scene, pay_type=WeChatPayType.H5
    )
    assert (status, json.loads(said)["h5_url"].startswith(sandbox.url)) == (200, True)
    status, said = library.pay(description="保温杯", out_trade_no=NO, amount=amount)
    assert (status, json.loads(said)["code_url"].startswith(sandbox.url)) == (200, True)

    sandbox.pay("wechat", NO)
    heard = wait_for(lambda: ear.heard)[0]
    told = library.callback(heard.headers, heard.body)
    assert told["resource"]["trade_state"] == "SUCCESS"
    assert json.loads(library.query(out_trade_no=NO)[1])["transaction_id"] == told["resource"]["transaction_id"]

    status, said = library.refund(
        out_refund_no="LR1", out_trade_no=NO, amount={"refund": 900, "total": 9900, "currency": "CNY"}, reason="缺货"
    )
    assert (status, json.loads(said)["status"]) == (200, "SUCCESS")
    assert json.loads(library.query_refund("LR1")[1])["amount"]["refund"] == 900
    heard = wait_for(lambda: ear.heard[1:])[0]
    assert library.callback(heard.headers, heard.body)["event_type"] == "REFUND.SUCCESS"

    assert library.close(NO + "H") == (204, "")
    assert json.loads(library.query(out_trade_no=NO + "H")[1])["trade_state"] == "CLOSED"
    assert library.query(out_trade_no="NOSUCHNUMBER")[0] == 404


def test_the_library_refuses_what_is_forged(library: WeChatPay, sandbox: Sandbox, ear: Ear) -> None:
    sandbox.throw(tampered=True, probe=True)
    library.pay(description="保温杯", out_trade_no=NO, amount={"total": 1, "currency": "CNY"})
    sandbox.pay("wechat", NO)
    wait_for(lambda: len(ear.heard) == 3)
    took = [library.callback(heard.headers, heard.body) is not None for heard in ear.heard]
    assert took == [False, False, True]
    sandbox.throw(tampered_answer=True)
    with pytest.raises(Exception, match="failed to verify the signature"):
        library.query(out_trade_no=NO)


@pytest.mark.parametrize("library", ["certificates"], indirect=True)
def test_the_library_follows_a_change_of_certificates(library: WeChatPay, sandbox: Sandbox, ear: Ear) -> None:
    library.pay(description="保温杯", out_trade_no=NO, amount={"total": 9900, "currency": "CNY"})
    sandbox.throw(rotated=True)
    assert json.loads(library.query(out_trade_no=NO)[1])["trade_state"] == "NOTPAY"
    sandbox.pay("wechat", NO)
    heard = wait_for(lambda: ear.heard)[0]
    assert heard.headers["Wechatpay-Serial"] not in sandbox.file("wechat")["platform"]
    assert library.callback(heard.headers, heard.body)["resource"]["trade_state"] == "SUCCESS"
