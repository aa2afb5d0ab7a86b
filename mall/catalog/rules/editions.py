"""What a region says of a reward: its shape, what is wrong with it, and a reward with it put on. Pure.

An edition holds the parts that are the region's own, as a document has them (`rules/document.py`), and the time in
which its dealers do not see the reward: {names, subtitles, descriptions, pictures, off_from, off_until}.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from mall.base.refused import N_
from mall.base.rich import MOST
from mall.base.types import canonical
from mall.catalog.models import Document, Edition, Said
from mall.catalog.rules.document import MOST_NAME, MOST_PICTURES, MOST_SUBTITLE, document

WORDS = (Said.NAMES, Said.SUBTITLES, Said.DESCRIPTIONS, Said.PICTURES)
"""The parts that stand in the place of the library's; the shelf is another matter."""
LONGEST = {Said.NAMES: MOST_NAME, Said.SUBTITLES: MOST_SUBTITLE, Said.DESCRIPTIONS: MOST}


def edition(found: Mapping[str, Any]) -> Edition:
    """An edition in its one form: only what it says, texts without empty languages, descriptions cleaned."""
    mine = [part.value for part in WORDS if found.get(part) is not None]
    whole = document({name: found[name] for name in mine})
    said: Edition = {name: whole[name] for name in mine}
    if found.get("off_from"):
        said |= {"off_from": found["off_from"], "off_until": found.get("off_until")}
    return said


def parts_of(said: Edition) -> list[Said]:
    """The parts that an edition says, in their order."""
    return [part for part in Said if part in said or (part is Said.SHELF and said.get("off_from"))]


def without(said: Edition, parts: Iterable[Said]) -> Edition:
    """An edition that says these parts no more."""
    gone = {name for part in parts for name in (("off_from", "off_until") if part is Said.SHELF else (part.value,))}
    return {name: value for name, value in said.items() if name not in gone}


def library_of(found: Document, said: Edition) -> Edition:
    """What the library says in the place of an edition's parts."""
    return {part.value: found[part.value] for part in WORDS if part in said}


def mark(value: Any) -> str:
    """A short sign of what somebody was shown, for their form to send back."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def worn(found: Document, editions: Iterable[Edition]) -> Document:
    """A reward as dealers see it in whose regions these editions hold, the widest region's first."""
    for said in editions:
        found = found | {part.value: said[part.value] for part in WORDS if part in said}
    return found


def hidden(said: Edition, at: datetime) -> bool:
    """Whether the region's dealers do not see the reward at a moment."""
    if not said.get("off_from") or _at(said["off_from"]) > at:
        return False
    return said.get("off_until") is None or _at(said["off_until"]) > at


def faults(said: Edition) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is wrong with an edition: the field, words to be translated, what they name."""
    if "names" in said and not said["names"].get("zh_Hans"):
        yield "names-zh_Hans", N_("请填写名称，或者取消勾选，跟随品牌库"), {}
    for part, most in LONGEST.items():
        for language, text in said.get(part, {}).items():
            if len(text) > most:
                yield f"{part.value}-{language}", N_("最多 %(most)s 个字"), {"most": most}
    if "pictures" in said and not said["pictures"]:
        yield "pictures", N_("至少要一张主图，或者取消勾选，跟随品牌库"), {}
    if len(said.get("pictures", ())) > MOST_PICTURES:
        yield "pictures", N_("最多 %(most)s 张图片"), {"most": MOST_PICTURES}
    if said.get("off_until") and _at(said["off_until"]) <= _at(said["off_from"]):
        yield "off_until", N_("恢复上架要晚于下架"), {}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
