"""The API described: OpenAPI for programs, and in development and demo a page for people."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from mall.api.openapi import KEYS, description
from mall.base.refused import NotFound
from mall.config import Settings
from mall.web import guards
from mall.web.pages import page

routes = Blueprint("api_docs", __name__, url_prefix="/api/v1")


@routes.get("/openapi.json")
@guards.open_to_all
def openapi() -> Response:
    """The description, for programs."""
    return jsonify(description())


@routes.get("/docs")
@guards.open_to_all
def docs() -> Response:
    """The description, for people; not shown in production."""
    settings: Settings = current_app.extensions["settings"]
    if not (settings.demo or settings.debug or settings.testing):
        raise NotFound
    about = description()
    operations = [
        {"method": method.upper(), "path": about["servers"][0]["url"] + path, **operation}
        for path, methods in about["paths"].items()
        for method, operation in methods.items()
    ]
    return page(
        "api/docs.html",
        about=about["info"],
        headers={f"X-Mall-{name}": said for name, said in KEYS.items()},
        operations=operations,
        shapes={name: _rows(schema) for name, schema in about["components"]["schemas"].items()},
        example=json.dumps(EXAMPLE, ensure_ascii=False, indent=2),
    )


EXAMPLE = {
    "external_id": "INV-2026-000187",
    "revision": 1,
    "kind": "order",
    "dealer": {"code": "D-1024", "name": "启明建材", "region": "华东/浙江/杭州"},
    "ordered_at": "2026-11-12T20:03:00+08:00",
    "lines": [
        {"sku": "DOOR-90", "category": "doors", "flags": ["custom_made"], "quantity": 4, "unit_price_fen": 128000},
        {"sku": "HINGE-3", "category": "hardware", "quantity": 24, "amount_fen": 36000},
    ],
}


def _rows(schema: dict[str, Any]) -> list[dict[str, Any]]:
    needed = set(schema.get("required", ()))
    return [
        {"name": name, "type": _type(about), "needed": name in needed, "about": about.get("description", "")}
        for name, about in schema.get("properties", {}).items()
    ]


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        return str(about["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in about:
        return " | ".join(_type(one) for one in about["anyOf"] if one.get("type") != "null")
    if "enum" in about:
        return " | ".join(about["enum"])
    if about.get("type") == "array":
        return f"[{_type(about.get('items', {}))}]"
    return str(about.get("format") or about.get("type") or "object")
