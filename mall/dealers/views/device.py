"""A browser's own name as people know it: `iPhone · 微信`."""

from __future__ import annotations

import re

from flask import request
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.dealers.actions import Device
from mall.web.limits import network

SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"HarmonyOS|OpenHarmony", "HarmonyOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Macintosh|Mac OS", "Mac"),
    (r"Linux", "Linux"),
)
BROWSERS = (
    (r"wxwork", N_("企业微信")),
    (r"MicroMessenger", N_("微信")),
    (r"DingTalk", N_("钉钉")),
    (r"Edg/", "Edge"),
    (r"Firefox/", "Firefox"),
    (r"Chrome/|CriOS", "Chrome"),
    (r"Safari/", "Safari"),
)


def device_name(text: str) -> str:
    """What to call the device with this User-Agent."""
    names = [_first(SYSTEMS, text), _first(BROWSERS, text)]
    return " · ".join(_(name) for name in names if name) or _("未知设备")


def device() -> Device:
    """The device this request comes from."""
    return Device(request.user_agent.string, network())


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, text, re.I)), "")
