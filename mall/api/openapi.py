"""The description of the API (OpenAPI 3.1), made from the shapes that are really read and written."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from mall.api.answers import (
    BalanceAnswer,
    BatchAnswer,
    BatchRequest,
    CheckpointAnswer,
    DocumentsAnswer,
    KeyAnswer,
    OrderAnswer,
    Problem,
    ProofAnswer,
    ResultAnswer,
    ReturnRequest,
    UseRequest,
    VoucherAnswer,
)
from mall.earning.models import DocumentState, OrderDocument

SHAPES = (
    (OrderDocument, "validation"),
    (BatchRequest, "validation"),
    (ResultAnswer, "serialization"),
    (BatchAnswer, "serialization"),
    (OrderAnswer, "serialization"),
    (DocumentsAnswer, "serialization"),
    (BalanceAnswer, "serialization"),
    (ProofAnswer, "serialization"),
    (CheckpointAnswer, "serialization"),
    (UseRequest, "validation"),
    (ReturnRequest, "validation"),
    (VoucherAnswer, "serialization"),
    (KeyAnswer, "serialization"),
    (Problem, "serialization"),
)
KEYS = {
    "Key": "The key's id.",
    "Timestamp": "Seconds since 1970, at most five minutes off.",
    "Nonce": "8 to 64 of A-Z a-z 0-9 _ -, never used before.",
    "Signature": "Hexadecimal HMAC-SHA256 of five lines: method, path?query, timestamp, nonce, the body's SHA-256.",
}
IDENTITY = {
    "name": "external_id",
    "in": "path",
    "required": True,
    "description": "The document's own number.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]*$"},
}
CODE = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "The dealer's code.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},
}
VOUCHER = {
    "name": "no",
    "in": "path",
    "required": True,
    "description": "The voucher's number: sixteen digits and letters; spaces and small letters do no harm.",
    "schema": {"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{16}$"},
}


@cache
def description() -> dict[str, Any]:
    """The whole document."""
    _, schemas = models_json_schema(SHAPES, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dealer points mall: partners' API",
            "version": "1.0.0",
            "description": "A DMS or ERP posts order documents; dealers earn points by the programme's rules. Every "
            "request is signed. Documents may come late, repeated and out of order: the points end the same.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{name: [] for name in KEYS}],
        "paths": _paths(),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": f"X-Mall-{name}", "description": said}
                for name, said in KEYS.items()
            },
        },
    }


def _paths() -> dict[str, Any]:
    return {
        "/orders": {
            "post": _operation(
                "postOrder",
                "Post one document",
                body="OrderDocument",
                answers={
                    "200": ("It came before (`repeat`), or a newer revision was there first", "ResultAnswer"),
                    "201": ("Posted", "ResultAnswer"),
                    "202": ("Kept; waits for its purchase", "ResultAnswer"),
                },
                problems={
                    "409": "This revision came before with another content; or the nonce was used",
                    "422": "It cannot be posted; where `result.outcome` is dead it is kept, to be mended",
                },
            )
        },
        "/orders/batch": {
            "post": _operation(
                "postBatch",
                "Post up to 500 documents, each with its own result",
                body="BatchRequest",
                answers={"200": ("A result for each document, in their order", "BatchAnswer")},
                problems={"409": "The nonce was used", "422": "No list of at most 500 documents"},
            )
        },
        "/orders/{external_id}": {
            "get": _operation(
                "getOrder",
                "Where a document stands",
                parameters=[IDENTITY],
                answers={"200": ("All its revisions, newest first", "OrderAnswer")},
                problems={"404": "No such document of yours"},
            )
        },
        "/documents": {
            "get": _operation(
                "getDocuments",
                "Your documents by state, such as the dead ones",
                parameters=[
                    _query("state", {"type": "string", "enum": [state.value for state in DocumentState]}),
                    _query("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
                    _query("after", {"type": "string", "maxLength": 160}),
                ],
                answers={"200": ("A part of the list, newest first", "DocumentsAnswer")},
                problems={"422": "No such state, or a limit that is none"},
            )
        },
        "/dealers/{code}/balance": {
            "get": _operation(
                "getBalance",
                "A dealer's points as of now",
                parameters=[CODE],
                answers={"200": ("The balance", "BalanceAnswer")},
                problems={"404": "No dealer for whom you have posted"},
            )
        },
        "/dealers/{code}/proof": {
            "get": _operation(
                "getProof",
                "The proof that a dealer's month, or one entry, stands in the signed history: give one of the two",
                parameters=[
                    CODE,
                    _query("month", {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"}),
                    _query("seq", {"type": "integer", "minimum": 1, "maximum": 999_999_999_999_999}),
                ],
                answers={"200": ("The proof; docs/verify_points.py verifies it", "ProofAnswer")},
                problems={
                    "403": "Other partners' documents lie in that stretch",
                    "404": "No dealer for whom you have posted, or no such month",
                    "409": "No checkpoint covers it yet, or it is too long for one answer; or the nonce was used",
                    "422": "Neither a month nor a number, or both",
                    "503": "The checkpoints cannot be read at present",
                },
            )
        },
        "/checkpoints/latest": {
            "get": _operation(
                "getLatestCheckpoint",
                "The last signed checkpoint: keep it, and the history before it cannot be rewritten unseen",
                answers={"200": ("The checkpoint", "CheckpointAnswer")},
                problems={"404": "None has been taken", "503": "The checkpoints cannot be read at present"},
            )
        },
        "/voucher-key": {
            "get": _operation(
                "getVoucherKey",
                "The public key by which you can believe a voucher without asking",
                answers={"200": ("The key", "KeyAnswer")},
                problems={},
            )
        },
        "/vouchers/{no}": {
            "get": _operation(
                "getVoucher",
                "Where a voucher stands",
                parameters=[VOUCHER],
                answers={"200": ("The voucher", "VoucherAnswer")},
                problems={"404": "No voucher of this number was issued to you"},
            )
        },
        "/vouchers/{no}/use": {
            "post": _operation(
                "useVoucher",
                "Use a voucher on an order of yours; sent again with the same reference it is the same use",
                parameters=[VOUCHER],
                body="UseRequest",
                answers={"200": ("It is used", "VoucherAnswer")},
                problems={
                    "404": "No voucher of this number was issued to you",
                    "409": "Used on something else, expired, returned; the order is too small; the nonce was used",
                    "422": "Not the shape of a use",
                },
            )
        },
        "/vouchers/{no}/return": {
            "post": _operation(
                "returnVoucher",
                "Hand an unused voucher back that you cannot honour: the dealer gets back what it cost",
                parameters=[VOUCHER],
                body="ReturnRequest",
                answers={"200": ("It is returned", "VoucherAnswer")},
                problems={
                    "404": "No voucher of this number was issued to you",
                    "409": "Used or expired; its order does not let it go at present; or the nonce was used",
                    "422": "Not the shape of a return",
                },
            )
        },
    }


def _operation(
    name: str,
    summary: str,
    *,
    answers: dict[str, tuple[str, str]],
    problems: dict[str, str],
    body: str | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    common = {"401": "The signature is not right, or the clock is off", "429": "Too many requests"}
    common["400"] = "The body is not JSON" if body else "The address holds a NUL"
    if body:
        common |= {"413": "More than 8 MB", "415": "Not application/json"}
    else:
        common |= {"409": "The nonce was used"}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {
            **{
                status: {"description": said, "content": {"application/json": {"schema": _ref(shape)}}}
                for status, (said, shape) in answers.items()
            },
            **{
                status: {"description": said, "content": {"application/problem+json": {"schema": _ref("Problem")}}}
                for status, said in sorted((common | problems).items())
            },
        },
    }
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    return operation


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _ref(shape: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape}"}
