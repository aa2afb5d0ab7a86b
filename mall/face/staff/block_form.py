"""A block as a browser sends it, read by the fields of its kind; what cannot be read is kept for the form to show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mall.face.rules.fields import LANGUAGES, Faults, Field, FieldKind, blank
from mall.face.staff.desk import typed_at
from mall.web.forms import parted, trimmed, whole

Sent = MultiDict[str, str]
WITHIN = re.compile(r"[ \t\u3000]*/[ \t\u3000]*")
"""A region within another, as people type it: 华东 / 浙江 is that province, not the whole east and something else."""
ROW_ACT = re.compile(r"([a-z]+):(add|remove|up|down):?([0-9]{0,2})")


def values_from(fields: Iterable[Field], sent: Sent, prefix: str = "") -> dict[str, Any]:
    """The values of these fields."""
    return {one.name: _value(one, sent, f"{prefix}{one.name}") for one in fields}


def audience_from(sent: Sent) -> dict[str, Any]:
    """For whom and when."""
    return {
        "tiers": sent.getlist("tiers"),
        "regions": parted(WITHIN.sub("/", sent.get("regions", ""))),
        "starts_at": typed_at(sent.get("starts_at", "")),
        "ends_at": typed_at(sent.get("ends_at", "")),
    }


def row_act(fields: Iterable[Field], values: dict[str, Any], act: str) -> bool:
    """Add, remove or move a row, as a button of the form asks; whether one did."""
    told = ROW_ACT.fullmatch(act)
    one = next((one for one in fields if told and one.name == told[1] and one.kind is FieldKind.ROWS), None)
    if told is None or one is None:
        return False
    rows: list[dict[str, Any]] = values[one.name]
    at = int(told[3] or 0)
    if told[2] == "add":
        if len(rows) < one.most:
            rows.append(blank(one.fields))
    elif at < len(rows):
        row = rows.pop(at)
        if told[2] != "remove":
            rows.insert(max(0, at - 1) if told[2] == "up" else at + 1, row)
    return True


def told_faults(faults: Faults) -> dict[str, str]:
    """What is wrong, in the reader's language."""
    return {name: _(text) % params if params else _(text) for name, (text, params) in faults.items()}


def words_from(sent: Sent, name: str) -> dict[str, str]:
    """A text by language."""
    return {tongue: trimmed(sent.get(f"{name}-{tongue}")) for tongue in LANGUAGES}


def rich_from(sent: Sent, name: str) -> dict[str, str]:
    """A rich text by language; its lines stay."""
    return {tongue: sent.get(f"{name}-{tongue}", "").replace("\x00", "") for tongue in LANGUAGES}


def _value(one: Field, sent: Sent, name: str) -> Any:
    match one.kind:
        case FieldKind.WORDS:
            return words_from(sent, name)
        case FieldKind.RICH:
            return rich_from(sent, name)
        case FieldKind.NUMBER:
            typed = sent.get(name, "")
            number = whole(typed)
            return typed[:20] if number is None else number
        case FieldKind.TICK:
            return name in sent
        case FieldKind.CODES:
            return parted(sent.get(name))
        case FieldKind.ROWS:
            count = min(max(whole(sent.get(f"{name}-rows", "0")) or 0, 0), one.most)
            return [values_from(one.fields, sent, f"{name}-{at}-") for at in range(count)]
        case _:
            return trimmed(sent.get(name))
