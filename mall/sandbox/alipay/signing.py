"""RSA2: SHA-256 with RSA, PKCS #1 v1.5, base64.

A request and a notice are signed over their parameters, sorted by name and joined as name=value&…, without the empty
ones and without `sign` (a notice, and a return, also without `sign_type`). An answer is signed over the text of its one
object, byte for byte as it stands in the body.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Response

from mall.sandbox.world import World


def content(parameters: Mapping[str, str], *without: str) -> str:
    """What is signed of some parameters."""
    pairs = sorted((name, value) for name, value in parameters.items() if value and name not in without)
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed(world: World, text: str) -> str:
    """Alipay's signature of a text."""
    return b64encode(world.keys.private("alipay").sign(text.encode(), PKCS1v15(), SHA256())).decode()


def verified(world: World, parameters: Mapping[str, str]) -> bool:
    """Whether the merchant's app signed these parameters."""
    text = content(parameters, "sign")
    try:
        signature = b64decode(parameters.get("sign", ""), validate=True)
        world.keys.public("alipay_app").verify(signature, text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def answer(world: World, method: str, told: dict[str, Any], *, tampered: bool = False) -> Response:
    """An answer of the gateway: the object under its method's name, and the signature of its text."""
    name = method.replace(".", "_") + "_response" if method else "error_response"
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    sign = signed(world, text + (" " if tampered else ""))
    return Response(f'{{"{name}":{text},"sign":"{sign}"}}', content_type="text/html;charset=utf-8")
