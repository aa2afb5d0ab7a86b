"""The block editor: the draft's blocks in their order, one block's form, publishing, and what is live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.catalog.queries.priced import shelves
from mall.dealers.models import TIERS
from mall.face import actions
from mall.face.blocks import KINDS, MOST_BLOCKS
from mall.face.models import Block, Document, DraftMoved, NoSuchBlock
from mall.face.queries.checks import checks
from mall.face.queries.due import failed, overtaken, waiting
from mall.face.queries.versions import draft, last
from mall.face.rules import edits
from mall.face.rules.audience import open_at, over, touchable
from mall.face.rules.block import block_judged
from mall.face.rules.icons import ICONS
from mall.face.rules.standard import standard
from mall.face.staff.block_form import audience_from, row_act, told_faults, values_from
from mall.face.staff.desk import BODY, MAY_DRESS, by, desk_face, known, moved, name_of, scope, shown_at
from mall.web import guards, headers, htmx
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed, whole
from mall.web.imagined import as_whom, imagined
from mall.web.pages import go, page, told


@desk_face.get("/face")
@guards.staff_required(*MAY_DRESS)
def editor() -> Response:
    """The draft beside its preview."""
    return editor_page()


@desk_face.post("/face/blocks")
@guards.staff_required(*MAY_DRESS)
def add_block() -> Response:
    """Add a block of a kind, and go on to fill it in."""
    what, after = trimmed(request.form.get("what")), trimmed(request.form.get("after"))
    try:
        block_id = transact(actions.add_block, revision=revision_sent(), what=what, after=after, by=by())
    except Refused as refusal:
        return editor_page(refusal)
    if block_id not in {block["id"] for block in draft(reading()).document["blocks"]}:
        return go(home_address())  # the second tap: its block is there under the first one's id
    return go(url_for("desk_face.block", block_id=block_id, **imagined().asked))


@desk_face.post("/face/blocks/<block_id>/copy")
@guards.staff_required(*MAY_DRESS)
def copy_block(block_id: str) -> Response:
    """Put a copy of a block behind it."""
    return _act(lambda: transact(actions.copy_block, revision=revision_sent(), block_id=block_id, by=by()))


@desk_face.post("/face/blocks/<block_id>/removal")
@guards.staff_required(*MAY_DRESS)
def remove_block(block_id: str) -> Response:
    """Take a block out of the draft."""
    return _act(lambda: transact(actions.remove_block, revision=revision_sent(), block_id=block_id, by=by()))


@desk_face.post("/face/blocks/<block_id>/move/<way>")
@guards.staff_required(*MAY_DRESS)
def move_block(block_id: str, way: str) -> Response:
    """Move a block one place up or down."""
    places = {"up": -1, "down": 1}.get(way)
    if places is None:
        raise NotFound
    asked: dict[str, Any] = {"block_id": block_id, "places": places}
    return _act(lambda: transact(actions.move_block, revision=revision_sent(), by=by(), **asked))


@desk_face.post("/face/order")
@guards.staff_required(*MAY_DRESS)
def order_blocks() -> Response:
    """Put the blocks in the order they were dragged into."""
    ids = [one for one in request.form.get("order", "").split(",") if one][: MOST_BLOCKS * 2]
    return _act(lambda: transact(actions.order_blocks, revision=revision_sent(), ids=ids, by=by()))


@desk_face.post("/face/discard")
@guards.staff_required(*MAY_DRESS)
def discard() -> Response:
    """Make the draft what is live."""
    return _act(lambda: transact(actions.discard_draft, revision=revision_sent(), by=by()))


@desk_face.post("/face/publication")
@guards.staff_required(*MAY_DRESS)
def publish() -> Response:
    """Make the draft live, whole."""
    words, seen = trimmed(request.form.get("words"))[:200], whole(request.form.get("live", ""))
    try:
        no = transact(actions.publish, revision=revision_sent(), words=words, known=known(), by=by(), seen=seen)
    except Refused as refusal:
        return editor_page(refusal)
    return go(home_address(), _("第 %(no)s 版已发布，经销商现在看到的就是它。", no=no))


@desk_face.get("/face/blocks/<block_id>")
@guards.staff_required(*MAY_DRESS)
def block(block_id: str) -> Response:
    """One block's form."""
    shown = draft(reading())
    one = edits.block_of(shown.document, block_id)
    if one["what"] not in KINDS:
        raise NoSuchBlock
    return _form(one, shown.revision)


@desk_face.post("/face/blocks/<block_id>")
@guards.staff_required(*MAY_DRESS)
@guards.body_limit(BODY)
def change_block(block_id: str) -> Response:
    """Write a block; a button of its rows asks for another row first."""
    one = edits.block_of(draft(reading()).document, block_id)
    kind = KINDS.get(one["what"])
    if kind is None:
        raise NoSuchBlock
    typed: dict[str, Any] = values_from(kind.fields, request.form) | audience_from(request.form)
    whole_block, revision = one | typed, revision_sent()
    if row_act(kind.fields, typed, request.form.get("rows", "")):
        return _form(one | typed, revision, unsaved=True)
    found = block_judged(kind.fields, typed)
    if found.faults:
        return _form(whole_block, revision, faults=told_faults(found.faults), status=422)
    try:
        transact(actions.change_block, revision=revision, block_id=block_id, values=found.values, by=by())
    except NotFound:
        raise
    except DraftMoved as refusal:
        return _form(whole_block, revision, refusal=moved(refusal), status=refusal.status)
    except Refused as refusal:
        return _form(whole_block, revision, refusal=told(refusal), status=refusal.status)
    return go(home_address(), _("已存入草稿，发布后经销商才看到。"))


def _act(act: Callable[[], object]) -> Response:
    """Do one thing to the draft, and show the list anew."""
    try:
        act()
    except Refused as refusal:
        return editor_page(refusal)
    return editor_page() if htmx.wants_fragment() else go(home_address())


def editor_page(refusal: Refused | None = None) -> Response:
    """The editor as it stands now, perhaps with why something was not done."""
    session, at = reading(), now()
    session.expunge_all()
    session.rollback()
    shown, live = draft(session), last(session)
    before = live.document if live else standard()
    found = checks(session, at, shown.document, known())
    answer = page(
        "face/desk_editor.html",
        "face/_desk_editor.html",
        status=refusal.status if refusal else 200,
        refusal=(moved(refusal) if isinstance(refusal, DraftMoved) else told(refusal)) if refusal else None,
        draft=shown,
        live=live,
        live_by=name_of(live.published_by) if live else "",
        changed_by=name_of(shown.changed_by) if shown.changed_by else "",
        changed=_changed(before, shown.document),
        rows=[_row(one) for one in shown.document["blocks"]],
        kinds=KINDS,
        findings=found,
        bad=sum(finding.bad for finding in found),
        tiers=TIERS,
        scope=scope(),
        waiting=[(one, name_of(one.made_by), overtaken(session, one)) for one in waiting(session)],
        failed=failed(session, at),
        **as_whom(),
    )
    return headers.framing(answer)


def _row(one: Block) -> dict[str, Any]:
    """A block in the list."""
    at = now()
    return {
        "block": one,
        "kind": KINDS.get(one["what"]),
        "over": over(one, at),
        "coming": not over(one, at) and not open_at(one, at),
        "mine": touchable(one["regions"], guards.staff().scope),
    }


def _form(
    one: Block,
    revision: int,
    *,
    faults: dict[str, str] | None = None,
    refusal: str | None = None,
    unsaved: bool = False,
    status: int = 200,
) -> Response:
    kind = KINDS[one["what"]]
    values = {each.name: each.empty for each in kind.fields} | one
    answer = page(
        "face/desk_block.html",
        status=status,
        block=values,
        kind=kind,
        revision=revision,
        faults=faults or {},
        refusal=refusal,
        unsaved=unsaved or bool(faults),
        icons=ICONS,
        shelves=shelves(reading()),
        tiers=TIERS,
        mine=touchable(one.get("regions", ()), guards.staff().scope),
        scope=scope(),
        shown_at=shown_at,
        **as_whom(),
    )
    return headers.framing(answer)


def _changed(before: Document, after: Document) -> int:
    """How many blocks differ from what is live, a changed order or theme counted once."""
    old, new = ({one["id"]: one for one in document["blocks"]} for document in (before, after))
    count = sum(old.get(block_id) != new.get(block_id) for block_id in {**old, **new})
    moved_about = [block_id for block_id in old if block_id in new] != [block_id for block_id in new if block_id in old]
    return int(count) + int(moved_about) + int(before.get("theme") != after.get("theme"))


def home_address() -> str:
    """The editor's address, looked at as before."""
    return url_for("desk_face.editor", **imagined().asked)


def revision_sent() -> int:
    """The draft's revision that the form was made for."""
    return whole(request.form.get("revision", "")) or 0
