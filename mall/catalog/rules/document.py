"""The document of a reward: its shape, what is missing in it put in, and its parts by path.

A path names what one person changes at a time: `names/zh_Hans`, `skus/TB-750/cost_fen`, `shelved_at`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mall.base.rich import kept
from mall.catalog.models import Delivery, Document, Kind

LANGUAGES = ("zh_Hans", "zh_Hant", "en")
TEXTS = ("names", "subtitles", "descriptions")
NOW = "now"
"""In the place of a moment on the shelf: as soon as it is published."""
MOST_SKUS = 60
MOST_ATTRIBUTES = 3
MOST_PICTURES = 9
MOST_NAME = 60
MOST_SUBTITLE = 80
MOST_FEN = 10**10
MOST_PIECES = 100_000


def blank(*, category: str, kind: Kind, name: str) -> Document:
    """What a reward says that has just been begun; it is off the shelf."""
    return document(
        {
            "category": category,
            "kind": kind.value,
            "names": {"zh_Hans": name},
            "delivery": (Delivery.TWO_DAYS if kind.shipped else Delivery.INSTANT).value,
        }
    )


def document(found: Mapping[str, Any]) -> Document:
    """A document in its one form: every part there, texts without empty languages, descriptions cleaned."""
    return {
        "category": found.get("category", ""),
        "kind": found.get("kind", Kind.PHYSICAL.value),
        "brand": found.get("brand", ""),
        "supplier": found.get("supplier", ""),
        "names": _texts(found.get("names", {})),
        "subtitles": _texts(found.get("subtitles", {})),
        "descriptions": _texts(
            {language: kept(text) for language, text in found.get("descriptions", {}).items() if text}
        ),
        "pictures": list(found.get("pictures", ())),
        "tags": sorted(found.get("tags", ())),
        "list_price_fen": found.get("list_price_fen", 0),
        "limit_per_dealer": found.get("limit_per_dealer"),
        "delivery": found.get("delivery", Delivery.TWO_DAYS.value),
        "terms": dict(found.get("terms", {})),
        "personal": bool(found.get("personal", False)),
        "freight_template": found.get("freight_template", ""),
        "skus": [_sku(one) for one in found.get("skus", ())],
        "shelved_at": found.get("shelved_at"),
        "off_at": found.get("off_at"),
    }


def flat(found: Document) -> dict[str, Any]:
    """The parts of a document by path. `skus` alone holds the codes in their order."""
    parts: dict[str, Any] = {}
    for name, value in found.items():
        if name in TEXTS or name == "terms":
            parts.update({f"{name}/{key}": one for key, one in value.items()})
        elif name == "skus":
            parts["skus"] = [sku["code"] for sku in value]
            for sku in value:
                parts.update({f"skus/{sku['code']}/{key}": one for key, one in sku.items() if key != "code"})
        else:
            parts[name] = value
    return parts


def whole(parts: Mapping[str, Any]) -> Document:
    """The document of such parts; those of SKUs that are not among its codes are left out."""
    found: dict[str, Any] = {}
    skus: dict[str, dict[str, Any]] = {code: {"code": code} for code in parts.get("skus", ())}
    for path, value in parts.items():
        name, _, rest = path.partition("/")
        if name == "skus":
            code, _, key = rest.rpartition("/")
            if code in skus:
                skus[code][key] = value
        elif rest:
            found.setdefault(name, {})[rest] = value
        else:
            found[name] = value
    return document(found | {"skus": list(skus.values())})


def attribute_names(found: Document) -> list[Mapping[str, str]]:
    """What the attributes of its SKUs are called, those of the first SKU."""
    return [attribute["name"] for attribute in found["skus"][0]["attributes"]] if found["skus"] else []


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: texts[language] for language in LANGUAGES if texts.get(language)}


def _sku(found: Mapping[str, Any]) -> dict[str, Any]:
    attributes: Sequence[Mapping[str, Any]] = found.get("attributes", ())
    return {
        "code": found["code"],
        "attributes": [_attribute(one) for one in attributes],
        "cost_fen": found.get("cost_fen", 0),
        "picture": found.get("picture") or "",
    }


def _attribute(found: Mapping[str, Any]) -> dict[str, Any]:
    dot = {"dot": found["dot"]} if found.get("dot") else {}
    return {"name": _texts(found["name"]), "value": _texts(found["value"])} | dot
