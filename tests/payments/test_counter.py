"""The folder of gateways: what is in it is offered, what is not or is broken is not, and the doctor says why."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mall.cli import doctor
from mall.config import Settings
from mall.payments.actions import Counter
from mall.payments.actions.counter import ends_at, fault_of
from mall.payments.models import GatewayName, NoSuchGateway
from tests.conftest import Clock
from tests.payments.counterpart import alipay_json, certificate, private, wechat_json

FIT = Settings(database_url="sqlite://", secret_key="q9X_vT2-LkzR7wPb0nYdHs4JcGfUe8Ma5iKoWx1Z")


def put(folder: Path, name: str, holds: Any) -> Path:
    path = folder / f"{name}.json"
    path.write_text(holds if isinstance(holds, str) else json.dumps(holds))
    path.chmod(0o600)
    return path


def test_only_what_has_a_file_is_offered(tmp_path: Path, clock: Clock) -> None:
    assert Counter(None, clock).offered() == ()
    counter = Counter(tmp_path, clock)
    assert counter.offered() == ()
    put(tmp_path, "alipay", alipay_json("https://openapi.alipay.com"))
    assert counter.offered() == (GatewayName.ALIPAY,)
    put(tmp_path, "wechat", wechat_json("https://api.mch.weixin.qq.com"))
    assert counter.offered() == (GatewayName.WECHAT, GatewayName.ALIPAY)
    (tmp_path / "alipay.json").unlink()
    assert counter.offered() == (GatewayName.WECHAT,)
    with pytest.raises(NoSuchGateway):
        counter.gateway(GatewayName.ALIPAY)
    with pytest.raises(NoSuchGateway):
        counter.gateway(GatewayName.ON_ACCOUNT)


def test_a_file_that_changes_is_read_anew_and_is_not_read_in_between(tmp_path: Path, clock: Clock) -> None:
    path = put(tmp_path, "wechat", wechat_json("https://one.example"))
    counter = Counter(tmp_path, clock)
    first = counter.gateway(GatewayName.WECHAT)
    assert counter.gateway(GatewayName.WECHAT) is first
    put(tmp_path, "wechat", wechat_json("https://another.example", mchid="1900000001"))
    os.utime(path, (1, 1))
    assert counter.gateway(GatewayName.WECHAT).merchant == "1900000001"


@pytest.mark.parametrize(
    ("holds", "says"),
    [
        ("", "cannot be read"),
        ("[]", "holds no JSON object"),
        ({}, "lacks base_url"),
        (wechat_json("https://x", mchid=""), "lacks mchid"),
        (wechat_json("https://x", private_key="nonsense"), "not what it should be"),
        (wechat_json("https://x", apiv3_key="too short"), "not what it should be"),
        (wechat_json("https://x", platform={"A": private("merchant")}), "not what it should be"),
        (wechat_json("https://x", platform=["A"]), "not what it should be"),
    ],
)
def test_a_broken_file_is_told_and_not_offered(tmp_path: Path, clock: Clock, holds: Any, says: str) -> None:
    path = put(tmp_path, "wechat", holds)
    assert says in fault_of(path, GatewayName.WECHAT)
    assert Counter(tmp_path, clock).offered() == ()


def test_the_doctor_looks_at_every_file(tmp_path: Path, clock: Clock) -> None:
    def unfit() -> list[str]:
        found = doctor.of_gateways(replace(FIT, gateways=tmp_path), clock())
        return [check.says for check in found if not check.holds]

    assert list(doctor.of_gateways(FIT, clock())) == []
    assert unfit() == []
    path = put(tmp_path, "wechat", wechat_json("https://api.mch.weixin.qq.com"))
    assert unfit() == []
    path.chmod(0o644)
    put(tmp_path, "alipay", alipay_json("http://127.0.0.1:1"))
    assert unfit() == ["nobody else on this machine can read wechat.json", "alipay.json speaks of https alone"]
    put(tmp_path, "alipay", {})
    assert "alipay.json can be used" in unfit()


def test_certificates_that_end_soon_are_told_and_bare_keys_never_end(tmp_path: Path, clock: Clock) -> None:
    pem, serial = certificate("platform")
    path = put(tmp_path, "wechat", wechat_json("https://x", platform={serial: pem}))
    end = ends_at(path)
    assert end is not None
    assert end.year == 2031
    clock.at = end
    found = doctor.of_gateways(replace(FIT, gateways=tmp_path), clock())
    assert [check.says for check in found if not check.holds] == [
        "the certificates in wechat.json are good for another month"
    ]
    assert ends_at(put(tmp_path, "wechat", wechat_json("https://x"))) is None
