"""Changes of the draft. Each says which revision it was made to: a stale one is refused, the same one twice is one.

Staff of a region (`scope`) change only blocks that are for their region, a supplier's none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Malformed
from mall.base.types import canonical
from mall.dealers.models import WHOLE, Scope
from mall.face.blocks import KINDS, MOST_BLOCKS
from mall.face.models import (
    BadBlock,
    Block,
    Document,
    DraftMoved,
    DueLayout,
    LayoutDraft,
    NoSuchDue,
    OutsideRegion,
    PoorContrast,
    TooManyBlocks,
)
from mall.face.queries.versions import last
from mall.face.rules import edits
from mall.face.rules.audience import touched_outside
from mall.face.rules.block import block_judged
from mall.face.rules.fields import blank
from mall.face.rules.palette import measured
from mall.face.rules.standard import EVERYBODY, standard
from mall.face.rules.theme import theme_judged

SUBJECT = "face"


@dataclass(frozen=True, kw_only=True)
class By:
    """Who acts, from where, and within which region; the brand's own staff within all."""

    actor: str
    address: str = ""
    scope: Scope = WHOLE


def add_block(session: Session, now: datetime, *, revision: int, what: str, after: str = "", by: By) -> str:
    """Put a new block at the end, or after another, and give its id. Regional staff get one for their region."""
    kind = KINDS.get(what)
    if kind is None:
        raise Malformed
    own: Block = EVERYBODY | blank(kind.fields) | {"id": str(new_id(now)), "what": what}
    own["regions"] = [by.scope.region] if by.scope.region else []

    def edit(document: Document) -> Document:
        _judge_room(document, what)
        return edits.with_block(document, own, after=after)

    _change(session, now, revision, by, "face.block.add", [what, after], edit, block=own["id"], what=what)
    return str(own["id"])


def copy_block(session: Session, now: datetime, *, revision: int, block_id: str, by: By) -> None:
    """Put a copy of a block behind it."""

    def edit(document: Document) -> Document:
        block = edits.block_of(document, block_id)
        _judge_room(document, block["what"])
        return edits.with_block(document, block | {"id": str(new_id(now))}, after=block_id)

    _change(session, now, revision, by, "face.block.copy", [block_id], edit, block=block_id)


def remove_block(session: Session, now: datetime, *, revision: int, block_id: str, by: By) -> None:
    """Take a block out of the draft."""
    _change(
        session, now, revision, by, "face.block.remove", [block_id], lambda old: edits.without_block(old, block_id),
        block=block_id,
    )  # fmt: skip


def move_block(session: Session, now: datetime, *, revision: int, block_id: str, places: int, by: By) -> None:
    """Move a block so many places down, or up where negative."""
    _change(
        session, now, revision, by, "face.block.move", [block_id, places],
        lambda old: edits.moved(old, block_id, places), block=block_id, places=places,
    )  # fmt: skip


def order_blocks(session: Session, now: datetime, *, revision: int, ids: Sequence[str], by: By) -> None:
    """Put the blocks in this order."""
    _change(session, now, revision, by, "face.order", list(ids), lambda old: edits.ordered(old, ids), order=list(ids))


def change_block(
    session: Session, now: datetime, *, revision: int, block_id: str, values: Mapping[str, Any], by: By
) -> None:
    """Write a block's values, its audience and its times. Refused: a field that may not hold what it holds."""

    def edit(document: Document) -> Document:
        kind = KINDS[edits.block_of(document, block_id)["what"]]
        found = block_judged(kind.fields, values)
        if found.faults:
            raise BadBlock
        return edits.with_values(document, block_id, found.values)

    _change(session, now, revision, by, "face.block.change", [block_id, dict(values)], edit, block=block_id)


def set_theme(session: Session, now: datetime, *, revision: int, theme: Mapping[str, Any], by: By) -> None:
    """Write the theme. Refused where words could not be read on its colours."""
    found = theme_judged(theme)
    if found.faults:
        raise BadBlock
    if poor := [pair for pair in measured(found.values) if not pair.readable]:
        raise PoorContrast(count=len(poor))
    _change(
        session, now, revision, by, "face.theme", [found.values], lambda old: old | {"theme": found.values}
    )  # fmt: skip


def discard_draft(session: Session, now: datetime, *, revision: int, by: By) -> None:
    """Make the draft what is live, and forget what was changed since."""
    live = last(session)
    document = live.document if live else standard()
    _change(session, now, revision, by, "face.discard", [], lambda _old: document, based_on=live.no if live else 0)


def take_up(session: Session, now: datetime, *, revision: int, due_id: int, by: By) -> None:
    """Make the draft what was set to go live at a moment: to look at it again, and to publish it or set it anew."""
    due = session.get(DueLayout, due_id)
    if due is None:
        raise NoSuchDue
    _change(session, now, revision, by, "face.due.take_up", [due_id], lambda _old: due.document, due=due_id)


def locked_draft(session: Session) -> LayoutDraft | None:
    """The draft under its lock, read anew; none before its first change."""
    return session.scalars(
        select(LayoutDraft).where(LayoutDraft.id == 1).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _change(
    session: Session,
    now: datetime,
    revision: int,
    by: By,
    act: str,
    said: Any,
    edit: Callable[[Document], Document],
    *,
    based_on: int | None = None,
    **detail: Any,
) -> None:
    """One change of the draft: lock, look, judge, write."""
    row = locked_draft(session)
    live = last(session)
    digest = hashlib.sha256(canonical([revision, act, said, by.actor]).encode()).hexdigest()
    if row is not None and row.revision == revision + 1 and row.last_act == digest:
        return
    if (row.revision if row else 0) != revision:
        raise DraftMoved(who=row.changed_by if row else "", at=row.changed_at if row else now)
    before = row.document if row else live.document if live else standard()
    after = edit(before)
    if touched_outside(before, after, by.scope):
        raise OutsideRegion(region=by.scope.region)
    if after == before and based_on is None:
        return  # nothing was changed: no page that others have open is stale for it
    if row is None:
        row = LayoutDraft(id=1, revision=0, based_on=live.no if live else 0)
        session.add(row)
    row.document, row.revision, row.last_act = after, revision + 1, digest
    row.changed_at, row.changed_by = now, by.actor
    if based_on is not None:
        row.based_on = based_on
    session.flush()
    changed = _changed(before, after) | {"revision": row.revision} | detail
    note(session, now, actor=by.actor, act=act, subject=SUBJECT, address=by.address, detail=changed)


def _changed(before: Document, after: Document) -> dict[str, Any]:
    """What a change did, for the audit log: the blocks and the theme that differ, before and after."""
    old, new = ({block["id"]: block for block in document["blocks"]} for document in (before, after))
    ids = [block_id for block_id in {**old, **new} if old.get(block_id) != new.get(block_id)]
    told: dict[str, Any] = {}
    if ids:
        told["before"] = [old[block_id] for block_id in ids if block_id in old]
        told["after"] = [new[block_id] for block_id in ids if block_id in new]
    if before.get("theme") != after.get("theme"):
        told |= {"theme_before": before.get("theme"), "theme_after": after.get("theme")}
    return told


def _judge_room(document: Document, what: str) -> None:
    if len(document["blocks"]) >= MOST_BLOCKS:
        raise TooManyBlocks(most=MOST_BLOCKS)
    most = KINDS[what].most if what in KINDS else MOST_BLOCKS
    if sum(block["what"] == what for block in document["blocks"]) >= most:
        raise TooManyBlocks(most=most)
