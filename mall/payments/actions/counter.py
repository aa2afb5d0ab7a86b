"""The counter: the gateways that are offered here, as the folder MALL_GATEWAYS says, and what to do with their files.

A conversation with a gateway is no verb: it happens outside of any transaction, and what was told is written after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mall.payments.gateways.alipay import Alipay
from mall.payments.gateways.wechat import WechatPay
from mall.payments.gateways.wechat_login import WechatLogin
from mall.payments.gateways.wire import Gateway, good_until
from mall.payments.models import GatewayName, NoSuchGateway

SECONDS = 8.0
OUTSIDE = (GatewayName.WECHAT, GatewayName.ALIPAY)
BOTH = ("base_url", "private_key", "notify_url")
NEEDED = {
    GatewayName.WECHAT: (*BOTH, "mchid", "appid", "apiv3_key", "serial_no", "platform"),
    GatewayName.ALIPAY: (*BOTH, "app_id", "seller_id", "alipay_public_key"),
}
MAKERS: dict[GatewayName, Callable[[Mapping[str, Any], Callable[[], datetime], float], Gateway]] = {
    GatewayName.WECHAT: WechatPay,
    GatewayName.ALIPAY: Alipay,
}
Made = tuple[tuple[int, int], Gateway | None, Mapping[str, Any]]


class Counter:
    """Gateways by name. A file that is changed is read anew; one that is missing or broken is not offered."""

    def __init__(self, folder: Path | None, clock: Callable[[], datetime], *, seconds: float = SECONDS) -> None:
        self._folder, self._clock, self._seconds = folder, clock, seconds
        self._made: dict[GatewayName, Made] = {}

    def offered(self) -> tuple[GatewayName, ...]:
        """The gateways outside the house that can be used, in the order in which they are shown."""
        return tuple(name for name in OUTSIDE if self._look(name)[0] is not None)

    def gateway(self, name: GatewayName) -> Gateway:
        """The client of one. Refused: NoSuchGateway."""
        found = self._look(name)[0]
        if found is None:
            raise NoSuchGateway
        return found

    @property
    def wechat(self) -> WechatPay:
        """WeChat Pay, for what it alone can do. Refused: NoSuchGateway."""
        found = self.gateway(GatewayName.WECHAT)
        if not isinstance(found, WechatPay):
            raise NoSuchGateway
        return found

    @property
    def login(self) -> WechatLogin:
        """Who a person is inside WeChat. Refused: NoSuchGateway."""
        found, holds = self._look(GatewayName.WECHAT)
        if found is None:
            raise NoSuchGateway
        return WechatLogin(holds, self._seconds)

    def _look(self, name: GatewayName) -> tuple[Gateway | None, Mapping[str, Any]]:
        path = self._folder / f"{name.value}.json" if self._folder else None
        try:
            stat = path.stat() if path else None
        except OSError:
            stat = None
        if path is None or stat is None:
            self._made.pop(name, None)
            return None, {}
        seen = (stat.st_mtime_ns, stat.st_size)
        known = self._made.get(name)
        if known is None or known[0] != seen:
            known = (seen, *_make(path, name, self._clock, self._seconds))
            self._made[name] = known
        return known[1], known[2]


def fault_of(path: Path, name: GatewayName) -> str:
    """What is wrong with a gateway's file, in English for operators; nothing where it can be used."""
    try:
        holds = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        return f"cannot be read: {type(error).__name__}"
    if not isinstance(holds, dict):
        return "holds no JSON object"
    missing = [key for key in NEEDED[name] if not holds.get(key)]
    if missing:
        return f"lacks {', '.join(missing)}"
    try:
        MAKERS[name](holds, _never, SECONDS)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return f"holds something that is not what it should be: {error}"
    return ""


def ends_at(path: Path) -> datetime | None:
    """When the last of a gateway's certificates in its file ends; none where it has bare keys, or no file."""
    try:
        pems = json.loads(path.read_text("utf-8"))["platform"].values()
        ends = [good_until(pem) for pem in pems]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _make(
    path: Path, name: GatewayName, clock: Callable[[], datetime], seconds: float
) -> tuple[Gateway | None, Mapping[str, Any]]:
    if fault_of(path, name):
        return None, {}
    try:
        holds = json.loads(path.read_text("utf-8"))
        return MAKERS[name](holds, clock, seconds), holds
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None, {}  # changed between the two looks: the next one sees it whole


def _never() -> datetime:
    raise AssertionError("a look at a file talks to nobody")
