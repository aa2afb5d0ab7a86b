"""The desk's editor of a reward: its draft, what is checked before it is published, its way on and off the shelf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Phrase, Refused
from mall.catalog.actions.drafts import catch_up, discard, save
from mall.catalog.actions.due import cancel_due, set_due
from mall.catalog.actions.publish import publish, schedule, take_off
from mall.catalog.models import KINDS, TAGS, DraftDue, DraftMoved, Item, Kind, WrongMoments, on_shelf
from mall.catalog.queries.beside import regions_saying
from mall.catalog.queries.documents import Written, choices, facts, written
from mall.catalog.queries.quarrels import conflict
from mall.catalog.queries.tree import tree
from mall.catalog.rules.checks import checks
from mall.catalog.rules.differences import differences
from mall.catalog.rules.document import MOST_ATTRIBUTES, MOST_NAME, MOST_PICTURES, MOST_SKUS
from mall.catalog.rules.terms import TERMS
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed, yuan_told
from mall.catalog.staff.item_form import ItemForm, item_form_from
from mall.catalog.staff.items import paths
from mall.catalog.staff.parts import part_named
from mall.catalog.staff.sums import sums
from mall.dealers.queries.people import staff_names
from mall.web import guards, headers
from mall.web.db import now, reading, transact
from mall.web.filters import moment
from mall.web.forms import trimmed, whole
from mall.web.imagined import as_whom, imagined
from mall.web.moments import moment_typed
from mall.web.pages import go, page, refused, told

BODY = 512 * 1024
"""Sixty SKUs with names in three languages, and three long descriptions."""
EDITOR = "catalog/desk_item.html"


@desk_catalog.get("/items/<code>")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def item(code: str) -> Response:
    """A reward to be written on: its draft, or what is live until somebody changes it."""
    found = written(reading(), code, guards.staff().scope)
    return headers.framing(page(EDITOR, refusal=None, **_look(found, ItemForm.of(found))))


@desk_catalog.post("/items/<code>")
@guards.staff_required(*MAY_PRICE, suppliers=True)
@guards.body_limit(BODY)
def save_item(code: str) -> Response:
    """Save the draft; a button inside of the form that adds or moves something shows it again and saves nothing."""
    found, form = written(reading(), code, guards.staff().scope), item_form_from(request.form)
    if request.form.get("act") or form.pictures.asked:
        return headers.framing(
            page(EDITOR, "catalog/_desk_item_form.html", refusal=None, **_look(found, form, typed=True))
        )
    kept, answer = _saved(code, found, form)
    if kept is None:
        return answer
    return go(url_for("desk_catalog.item", code=code, **imagined().asked), _("草稿已保存。"))


@desk_catalog.post("/items/<code>/publication")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def publish_item(code: str) -> Response:
    """Save what is typed and let dealers see it; what fails a check is saved and not published."""
    found, form = written(reading(), code, guards.staff().scope), item_form_from(request.form)
    kept, answer = _saved(code, found, form)
    if kept is None:
        return answer
    if not kept.draft_id:
        return go(url_for("desk_catalog.item", code=code), _("和线上一样，没有要发布的改动。"))
    try:
        no = transact(publish, code=code, draft_id=kept.draft_id, revision=kept.revision, note_=form.note, **signed())
    except NotFound:
        raise
    except Refused as refusal:
        again = written(reading(), code, guards.staff().scope)
        return headers.framing(refused(EDITOR, refusal=_named(refusal), **_look(again, ItemForm.of(again))))
    return go(url_for("desk_catalog.item", code=code), _("已发布，线上是第 %(no)s 版。", no=no))


@desk_catalog.post("/items/<code>/due")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def set_item_due(code: str) -> Response:
    """Save what is typed, to be published at a moment."""
    found, form = written(reading(), code, guards.staff().scope), item_form_from(request.form)
    kept, answer = _saved(code, found, form)
    if kept is None:
        return answer
    if not kept.draft_id:
        return go(url_for("desk_catalog.item", code=code), _("和线上一样，没有要发布的改动。"))
    due_at = moment_typed(trimmed(request.form.get("due_at"))) or now()  # no moment is one that is over
    asked: dict[str, Any] = {"draft_id": kept.draft_id, "revision": kept.revision, "note_": form.note}
    return _done(set_due, code, _("已定在 %(at)s 自动发布。", at=moment(due_at)), due_at=due_at, **asked)


@desk_catalog.post("/items/<code>/due/cancellation")
@guards.staff_required(*MAY_PRICE)
def cancel_item_due(code: str) -> Response:
    """Let the draft wait for its writers again."""
    asked = {"draft_id": _number("draft"), "revision": _number("revision")}
    return _done(cancel_due, code, _("定时已取消，草稿还在。"), **asked)


@desk_catalog.post("/items/<code>/catching-up")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def catch_up_item(code: str) -> Response:
    """Take what was published meanwhile into the draft."""
    asked = {"draft_id": _number("draft"), "revision": _number("revision")}
    return _done(catch_up, code, _("线上的改动已并入草稿，请看过再发布。"), **asked)


@desk_catalog.post("/items/<code>/discarding")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def discard_item(code: str) -> Response:
    """Let go of the draft; a reward that was never published is gone with it."""
    return _done(discard, code, _("草稿已放弃。"), draft_id=_number("draft"), revision=_number("revision"))


@desk_catalog.post("/items/<code>/shelf")
@guards.staff_required(*MAY_PRICE)
def shelve_item(code: str) -> Response:
    """Put what is live on the shelf from a moment on, or at once, perhaps until another."""
    on, off = trimmed(request.form.get("on")), trimmed(request.form.get("off"))
    found, at = written(reading(), code, guards.staff().scope), now()
    stays = found.item.shelved_at if found.item and found.item.on_shelf(at) else None
    shelved_at = moment_typed(on) if on else stays or at
    off_at = moment_typed(off) if off else None
    if shelved_at is None or (off and off_at is None):
        return headers.framing(refused(EDITOR, refusal=WrongMoments(), **_look(found, ItemForm.of(found))))
    moments: dict[str, Any] = {"shelved_at": shelved_at, "off_at": off_at, "version_seen": _number("version")}
    return _done(schedule, code, _("上下架时间已改。"), **moments)


@desk_catalog.post("/items/<code>/removal")
@guards.staff_required(*MAY_PRICE)
def take_item_off(code: str) -> Response:
    """Take it off the shelf at once."""
    return _done(take_off, code, _("已下架，经销商看不到了。"), version_seen=_number("version"))


def _saved(code: str, found: Written, form: ItemForm) -> tuple[Any, Response]:
    """Save what was typed; where it cannot be, the answer that hands it back."""
    if form.errors:
        return None, headers.framing(refused(EDITOR, **_look(found, form, typed=True)))
    seen: dict[str, Any] = {"revision": form.revision, "version_seen": form.version}
    try:
        return transact(save, code=code, document_=form.document, draft_id=form.draft, **seen, **signed()), Response()
    except DraftMoved as refusal:
        session = reading()
        again = written(session, code, guards.staff().scope)
        if again.draft is not None and form.draft not in (0, again.draft.id):
            seen["revision"] = 0  # another draft than the one that was seen: its revisions say nothing of this one
        together = conflict(session, code=code, document_=form.document, **seen)
        mine = replace(form, document=together.document).following(again)
        told: dict[str, Any] = {"taken": together.taken, "both": together.both}
        wants = _look(again, mine, typed=True) | told
        return None, headers.framing(refused(EDITOR, refusal=_named(refusal), **wants))
    except DraftDue as refusal:
        return None, headers.framing(refused(EDITOR, refusal=_named(refusal), **_look(found, form, typed=True)))


def _done(verb: Callable[..., Any], code: str, said: str, **asked: Any) -> Response:
    """Do something to a reward, and show it again; where it is refused, as it stands now."""
    try:
        transact(verb, code=code, **asked, **signed())
    except NotFound:
        raise
    except Refused as refusal:
        found = written(reading(), code, guards.staff().scope)
        return headers.framing(refused(EDITOR, refusal=_named(refusal), **_look(found, ItemForm.of(found))))
    try:
        written(reading(), code, guards.staff().scope)
    except NotFound:
        return go(url_for("desk_catalog.items"), said)
    return go(url_for("desk_catalog.item", code=code), said)


def _look(found: Written, form: ItemForm, *, typed: bool = False) -> dict[str, Any]:
    session, at = reading(), now()
    branches = tree(session)
    item_, draft = found.item, found.draft
    return {
        "found": found,
        "form": form,
        "typed": typed,
        "checks": checks(form.document, facts(session, at, form.document, item_)),
        "changed": differences(found.live, found.document) if found.live else (),
        "taken": (),
        "both": (),
        "live_now": item_ is not None and on_shelf(item_.shelved_at, item_.off_at, at),
        "behind": item_ is not None and draft is not None and item_.version != draft.based_on,
        "saying": _saying(item_),
        "by": _name(draft.changed_by) if draft else "",
        "failed": told(Phrase.of(draft.fault)) if draft and draft.fault else "",
        "due_by": _name(draft.due_by) if draft and draft.due_by else "",
        "shelves": paths(branches),
        "kinds": [(kind.value, _(name)) for kind, name in KINDS.items()],
        "kind": Kind(form.document["kind"]),
        "terms": TERMS,
        "tags": TAGS,
        "most": {"skus": MOST_SKUS, "attributes": MOST_ATTRIBUTES, "pictures": MOST_PICTURES, "name": MOST_NAME},
        "part_named": part_named,
        "sums": sums(session, item_),
        "yuan_told": yuan_told,
        "at": at,
        **as_whom(),
        **choices(session, guards.staff().scope),
    }


def _saying(item_: Item | None) -> list[str]:
    """The regions that say this reward in their own words, as far as who is here looks after them."""
    scope = guards.staff().scope
    editions = regions_saying(reading(), item_.id) if item_ is not None and scope.supplier_id is None else []
    return [one.region for one in editions if scope.covers(one.region)]


def _name(actor: str) -> str:
    return staff_names(reading(), [actor]).get(actor, actor)


def _named(refusal: Refused) -> Refused:
    """A refusal that names a person, with the name in the place of the number."""
    if isinstance(refusal, DraftDue):
        return DraftDue(when=moment(refusal.params["when"]))
    if not isinstance(refusal, DraftMoved):
        return refusal
    who, when = refusal.params.get("who") or "", refusal.params.get("when")
    name = staff_names(reading(), [who]).get(who) or _("有人")
    return DraftMoved(who=name, when=moment(when) if isinstance(when, datetime) else _("刚才"))


def _number(name: str) -> int:
    return max(whole(request.form.get(name, "0")) or 0, 0)
