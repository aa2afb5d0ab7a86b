"""Changes of a draft's document: each takes one and gives another, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from mall.face.models import Block, Document, NoSuchBlock


def block_of(document: Document, block_id: str) -> Block:
    """A block by its id."""
    for block in document["blocks"]:
        if block["id"] == block_id:
            return dict(block)
    raise NoSuchBlock


def with_block(document: Document, block: Block, *, after: str = "") -> Document:
    """With one more block, after another one or at the end."""
    blocks = list(document["blocks"])
    places = [at for at, one in enumerate(blocks, 1) if one["id"] == after]
    blocks.insert(places[0] if places else len(blocks), block)
    return document | {"blocks": blocks}


def without_block(document: Document, block_id: str) -> Document:
    """Without a block."""
    block_of(document, block_id)
    return document | {"blocks": [block for block in document["blocks"] if block["id"] != block_id]}


def with_values(document: Document, block_id: str, values: Mapping[str, Any]) -> Document:
    """With other values in a block; what it is and its id stay."""
    old = block_of(document, block_id)
    new = {**deepcopy(dict(values)), "id": old["id"], "what": old["what"]}
    return document | {"blocks": [new if block["id"] == block_id else block for block in document["blocks"]]}


def moved(document: Document, block_id: str, by: int) -> Document:
    """With a block so many places further down, or up; never beyond either end."""
    block = block_of(document, block_id)
    others = [one for one in document["blocks"] if one["id"] != block_id]
    at = [one["id"] for one in document["blocks"]].index(block_id)
    others.insert(min(max(at + by, 0), len(others)), block)
    return document | {"blocks": others}


def ordered(document: Document, ids: Sequence[str]) -> Document:
    """With the blocks in this order; those not named keep their order behind."""
    places = {block_id: at for at, block_id in enumerate(ids)}
    return document | {"blocks": sorted(document["blocks"], key=lambda block: places.get(block["id"], len(places)))}
