"""A certificate that WeChat changes over to is fetched once it signs something; nobody else is ever believed."""

from __future__ import annotations

import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mall.payments.gateways.wechat import WechatPay
from mall.payments.models import BadSignature, GatewayName, GatewaySilent, There, Told, UnknownSerial
from tests.conftest import Clock
from tests.payments.counterpart import APIV3, Counterpart, key, transaction, wechat_json, wechat_notice
from tests.payments.road import Road, fresh, order_with_cash

NO = "P0000000007001000000000ABCD"


def certificate(name: str, ends: datetime = datetime(2031, 1, 1, tzinfo=UTC)) -> tuple[str, str]:
    """A certificate of a key by name, with a serial number of its own."""
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    serial = (0x5157F << 140) + sum(name.encode())
    made = (
        x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key(name).public_key())
        .serial_number(serial).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(ends)
        .sign(key(name), SHA256())
    )  # fmt: skip
    return made.public_bytes(Encoding.PEM).decode(), f"{serial:X}"


def handed_out(*pems: str, apiv3: str = APIV3) -> dict[str, Any]:
    def entry(pem: str) -> dict[str, Any]:
        sealed = AESGCM(apiv3.encode()).encrypt(b"twelve signs", pem.encode(), b"certificate")
        text = b64encode(sealed).decode()
        return {
            "serial_no": "ignored",
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM", "nonce": "twelve signs", "associated_data": "certificate",
                "ciphertext": text,
            },
        }  # fmt: skip

    return {"data": [entry(pem) for pem in pems]}


class Signs:
    """Makes a network sign as one name, under another's serial number if told so."""

    def __init__(self, network: Counterpart, clock: Clock) -> None:
        self.network, self.clock, self.late = network, clock, timedelta()
        self.plain = network.wechat_headers

    def by(self, name: str, *, serial: str = "") -> None:
        shown = serial or certificate(name)[1]

        def headers(body: bytes, **_given: Any) -> dict[str, str]:
            made = self.plain(body, at=self.clock() + self.late, signer=name)
            return made | {"Wechatpay-Serial": shown}

        self.network.wechat_headers = headers  # type: ignore[method-assign]


@pytest.fixture
def signs(network: Counterpart, clock: Clock) -> Signs:
    return Signs(network, clock)


@pytest.fixture
def client(network: Counterpart, clock: Clock) -> WechatPay:
    pem, serial = certificate("platform")
    return WechatPay(wechat_json(network.url, platform={serial: pem}), clock, 3.0)


def speak(network: Counterpart, clock: Clock, certificates: Any) -> None:
    def says(_method: str, target: str, _body: bytes) -> tuple[int, Any]:
        return (200, certificates) if target == "/v3/certificates" else (200, transaction(NO, 9900, clock()))

    network.says = says


def fetched(network: Counterpart) -> int:
    return sum(target == "/v3/certificates" for _, target, _, _ in network.heard)


def beside() -> None:
    for thread in threading.enumerate():
        if thread.name == "wechat-certificates":
            thread.join(10)


def test_an_answer_under_a_new_certificate_is_believed_once_it_was_fetched(
    network: Counterpart, client: WechatPay, clock: Clock, signs: Signs
) -> None:
    speak(network, clock, handed_out(certificate("platform")[0], certificate("next")[0]))
    signs.by("next")
    assert client.ask(NO).state is There.PAID
    assert client.ask(NO).state is There.PAID
    assert fetched(network) == 1, "kept"
    clock.tick(hours=13)
    assert client.ask(NO).state is There.PAID
    assert fetched(network) == 2, "and asked for anew before it is believed the next day"


def test_a_notice_under_a_new_certificate_is_refused_first_and_taken_when_it_comes_again(
    network: Counterpart, client: WechatPay, clock: Clock, signs: Signs
) -> None:
    speak(network, clock, handed_out(certificate("next")[0]))
    signs.by("next")
    headers, body = wechat_notice(clock(), transaction(NO, 9900, clock()), signer="next")
    headers["Wechatpay-Serial"] = certificate("next")[1].lower()
    with pytest.raises(UnknownSerial):
        client.notice(headers, body, clock())
    beside()
    told = client.notice(headers, body, clock())
    assert isinstance(told, Told)
    assert told.paid
    with pytest.raises(BadSignature):
        client.notice(headers, body.replace(b"TRANSACTION", b"TRANSACTIOM"), clock())


@pytest.mark.parametrize(
    "how", ["key", "stranger signs", "under another", "late", "ended", "no list", "no certificates"]
)
def test_certificates_that_wechat_did_not_hand_out_now_are_not_believed(
    network: Counterpart, client: WechatPay, clock: Clock, signs: Signs, how: str
) -> None:
    pem, serial = certificate("next")
    content: Any = handed_out(pem)
    signs.by("next")
    if how == "key":
        content = handed_out(pem, apiv3="another key of thirty-two signs!")
    elif how == "stranger signs":
        signs.by("stranger", serial=serial)
    elif how == "under another":
        signs.by("stranger")
    elif how == "late":
        signs.late = -timedelta(minutes=6)
    elif how == "ended":
        content = handed_out(certificate("next", clock() - timedelta(days=1))[0])
    elif how == "no list":
        content = {"data": "none"}
    else:
        content = {"data": []}
    speak(network, clock, content)
    with pytest.raises(GatewaySilent):
        client.ask(NO)
    assert fetched(network) == 1


def test_made_up_serials_cost_one_question_a_minute_and_public_keys_none(
    network: Counterpart, client: WechatPay, clock: Clock, signs: Signs
) -> None:
    network.says = lambda *_: (404, {"code": "RESOURCE_NOT_EXISTS"})
    headers, body = wechat_notice(clock(), transaction(NO, 9900, clock()), signer="stranger")
    for serial in ("PUB_KEY_ID_0119000000002026010100000000", "", "../x", "F" * 65):
        with pytest.raises(UnknownSerial):
            client.notice(headers | {"Wechatpay-Serial": serial}, body, clock())
        beside()
    assert fetched(network) == 0
    for n in range(5):
        with pytest.raises(UnknownSerial):
            client.notice(headers | {"Wechatpay-Serial": f"5157F09{n}"}, body, clock())
        beside()
    assert fetched(network) == 1
    clock.tick(seconds=61)
    with pytest.raises(UnknownSerial):
        client.notice(headers | {"Wechatpay-Serial": "5157F09A"}, body, clock())
    beside()
    assert fetched(network) == 2


def test_on_the_whole_road_a_change_of_certificates_costs_one_round(way: Road) -> None:
    order = order_with_cash()
    way.press(order.no)
    way.throw(rotated=True)
    payment = way.payments(order.no)[0]
    assert payment.gateway is GatewayName.WECHAT
    way.pay(payment)
    answers = way.post()
    assert answers[0] == 401, "nothing of it is believed"
    beside()
    way.clock.tick(minutes=2)
    assert 200 in [*answers, *way.post()]
    assert fresh(order.no).paid_at is not None or not fresh(order.no).awaiting_payment
