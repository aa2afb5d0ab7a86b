"""Gateways by name."""

from __future__ import annotations

from enum import StrEnum


class GatewayName(StrEnum):
    """Through whom money is paid."""

    ON_ACCOUNT = "on_account"
    WECHAT = "wechat"
    ALIPAY = "alipay"
