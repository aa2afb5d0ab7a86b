"""Who the person is inside WeChat (网页授权): the authorisation page, and its code turned into an openid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from mall.payments.gateways.wire import Wire
from mall.payments.models import GatewayDeclined, GatewaySilent


class WechatLogin:
    """The merchant's official account. `holds` is wechat.json; JSAPI alone needs it."""

    def __init__(self, holds: Mapping[str, Any], seconds: float) -> None:
        self._app, self._secret = str(holds["appid"]), str(holds.get("app_secret") or "")
        self._page = str(holds.get("oauth_url") or "https://open.weixin.qq.com/connect/oauth2/authorize")
        self._wire = Wire(str(holds.get("oauth_base_url") or "https://api.weixin.qq.com").rstrip("/"), seconds)

    @property
    def offered(self) -> bool:
        """Whether there is a secret to turn codes into openids with."""
        return bool(self._secret)

    def address(self, back: str, state: str) -> str:
        """The page that asks nothing (snsapi_base) and comes back to `back` with `code` and `state`."""
        asked = {
            "appid": self._app,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._page}?{urlencode(asked)}#wechat_redirect"

    def openid(self, code: str) -> str:
        """The person's openid for this account. Refused: GatewayDeclined, where the code is not good (any more)."""
        asked = {"appid": self._app, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        reply = self._wire.send("GET", f"/sns/oauth2/access_token?{urlencode(asked)}")
        try:
            said = json.loads(reply.body)
        except ValueError as error:
            raise GatewaySilent from error
        if not isinstance(said, dict) or not said.get("openid"):
            raise GatewayDeclined(said=str(said.get("errmsg", reply.status))[:100] if isinstance(said, dict) else "")
        return str(said["openid"])
