"""Reading what a partner sent: the canonical text that tells a repeat from a change, the document, or its faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mall.base.types import canonical
from mall.earning.models.shape import Identity, OrderDocument

DEEPEST = 20
"""A document needs four levels; what is nested by the hundred could be kept and then never be shown again."""


class _Head(BaseModel):
    """As much of a document as is needed to keep it, whatever else is wrong with it."""

    model_config = ConfigDict(strict=True)
    external_id: Identity
    revision: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document as it came. Without `document`, `faults` say why; without an identity it cannot even be kept."""

    text: str
    digest: bytes
    external_id: str | None = None
    revision: int | None = None
    document: OrderDocument | None = None
    faults: list[dict[str, str]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, int]:
        """External id and revision; ("", 0) where there is none to keep it under."""
        return (self.external_id or "", self.revision or 0)


def read(body: Any) -> Incoming:
    """Read one value of parsed JSON."""
    try:
        document = OrderDocument.model_validate(body)
    except ValidationError as error:
        return _faulty(body, error)
    text = canonical(body)
    return Incoming(text, sha256(text.encode()).digest(), document.external_id, document.revision, document)


def _unreadable(code: str, what: str) -> Incoming:
    return Incoming("", b"", faults=[{"where": "", "code": code, "what": what}])


def _deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects stand in one another more than so many levels deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(isinstance(one, dict | list) and _deeper(one, levels - 1) for one in inner)


def _faulty(body: Any, error: ValidationError) -> Incoming:
    if _deeper(body, DEEPEST):
        return _unreadable("too_deep", f"nested deeper than {DEEPEST} levels")
    text = canonical(body)
    try:
        digest = sha256(text.encode()).digest()
    except UnicodeEncodeError:
        return _unreadable("string_unicode", "the text holds halves of surrogate pairs")
    faults = [
        {
            "where": "/".join(str(step) for step in fault["loc"])[:120],
            "code": fault["type"],
            "what": fault["msg"].removeprefix("Value error, ")[:200],
        }
        for fault in error.errors(include_url=False, include_context=False, include_input=False)[:20]
    ]
    try:
        head = _Head.model_validate(body)
    except ValidationError:
        return Incoming(text, digest, faults=faults)
    if not 1 <= head.revision <= 10**9:
        return Incoming(text, digest, faults=faults)
    return Incoming(text, digest, head.external_id, head.revision, None, faults)
