"""What two documents differ in, what three of them come to together, and two texts word by word. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from mall.catalog.models import Document
from mall.catalog.rules.document import flat, whole

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,-]*|\s+|.", re.S)


@dataclass(frozen=True)
class Difference:
    """A part that two documents say differently; nothing is not said at all."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Merged:
    """What became of two people's changes to one document: `taken` are the other's, `both` where each wrote something
    else into the same part (before is the other's, after one's own, which stands).
    """

    document: Document
    taken: tuple[Difference, ...]
    both: tuple[Difference, ...]


def differences(before: Document, after: Document) -> tuple[Difference, ...]:
    """The parts in which they differ. A SKU that came or went is told once, by its code."""
    old, new = flat(before), flat(after)
    found = []
    for path in [*old, *(path for path in new if path not in old)]:
        if old.get(path) == new.get(path):
            continue
        if path.startswith("skus/") and path.split("/")[1] not in set(old["skus"]) & set(new["skus"]):
            continue
        found.append(Difference(path, old.get(path), new.get(path)))
    return tuple(found)


def merged(base: Document, mine: Document, theirs: Document) -> Merged:
    """One's own changes and the other's on the same base. Where both changed one part, one's own stands, and is told.

    SKUs are known by their codes: where one's own are not told apart by them, nothing is taken over.
    """
    codes = [sku["code"] for sku in mine["skus"]]
    if len(set(codes)) < len(codes):
        return Merged(mine, (), differences(theirs, mine))
    was, own, other = flat(base), flat(mine), flat(theirs)
    parts: dict[str, Any] = dict(own)
    taken: list[Difference] = []
    both: list[Difference] = []
    for path in [*own, *(path for path in other if path not in own)]:
        b, m, t = was.get(path), own.get(path), other.get(path)
        if t in (m, b):
            continue
        if path == "skus":
            parts[path], quarrel = _codes(b or [], m or [], t or [])
            (both if quarrel else taken).append(Difference(path, t, m))
        elif m == b:
            taken.append(Difference(path, m, t))
            if t is None:
                parts.pop(path, None)
            else:
                parts[path] = t
        else:
            both.append(Difference(path, t, m))
    return Merged(whole(parts), tuple(taken), tuple(both))


def told(before: Document, after: Document) -> dict[str, Any]:
    """What they differ in, as the audit log keeps it: before and after, by path."""
    found = differences(before, after)
    return {
        "before": {one.path: one.before for one in found},
        "after": {one.path: one.after for one in found},
    }


def words(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts as one, word by word (sign by sign in Chinese): ("same" | "gone" | "come", text)."""
    old, new = WORD.findall(before), WORD.findall(after)
    told: list[tuple[str, str]] = []
    # In a long text the words that are everywhere tell nothing apart, and comparing them all would take minutes.
    for act, a, b, c, d in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if act == "equal":
            told.append(("same", "".join(old[a:b])))
            continue
        if b > a:
            told.append(("gone", "".join(old[a:b])))
        if d > c:
            told.append(("come", "".join(new[c:d])))
    return told


def _codes(base: list[str], mine: list[str], theirs: list[str]) -> tuple[list[str], bool]:
    """The SKUs of both: what either took out is out, what either put in is in, in one's own order."""
    gone = {code for code in base if code not in theirs}
    come = [code for code in theirs if code not in base and code not in mine]
    kept_mine = [code for code in mine if code not in gone or code not in base]
    mine_changed = [code for code in mine if code in base] != [code for code in base if code in mine] or mine != base
    order = kept_mine if mine_changed else [code for code in theirs if code in kept_mine]
    return [*order, *come], mine_changed and not gone and not come
