"""Announcements and guides at the desk."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.base.types import micros, moment
from mall.dealers.models import TIERS
from mall.dealers.queries.seen_as import regions
from mall.face import actions
from mall.face.models import SlugTaken, WritingMoved
from mall.face.queries import writing
from mall.face.queries.versions import names
from mall.face.queries.writing import STATES, State
from mall.face.rules.audience import touchable
from mall.face.rules.block import audience_judged
from mall.face.rules.writing import slug_fits, words_judged
from mall.face.staff.block_form import audience_from, rich_from, told_faults, words_from
from mall.face.staff.desk import BODY, MAY_DRESS, by, desk_face, moved, scope, shown_at
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed, whole
from mall.web.lists import Column, DeskList
from mall.web.pages import go, page, told

KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")


@dataclass
class Typed:
    """A form as it was typed. `id` is none for a new one."""

    id: int | None
    key: str
    revision: int
    values: dict[str, Any]
    published: bool = False
    faults: dict[str, str] = field(default_factory=dict)


ANNOUNCEMENTS = DeskList(
    "announcements",
    "desk_face.announcements",
    ("q", "state"),
    (
        Column("state", N_("状态"), fixed=True),
        Column("title", N_("标题"), fixed=True),
        Column("audience", N_("给谁看")),
        Column("time", N_("时间")),
        Column("changed", N_("最后修改")),
    ),
)
GUIDES = DeskList(
    "guides",
    "desk_face.guides",
    ("q", "state"),
    (
        Column("place", N_("顺序"), fixed=True),
        Column("state", N_("状态"), fixed=True),
        Column("title", N_("标题"), fixed=True),
        Column("address", N_("地址")),
        Column("changed", N_("最后修改")),
    ),
)
KINDS = {State.LIVE: "brand", State.COMING: "info", State.DRAFT: "value", State.ENDED: ""}
"""The tag of each state."""
PUBLISHED = {"published": N_("已发布"), "draft": N_("草稿")}


@desk_face.get("/announcements")
@guards.staff_required(*MAY_DRESS)
def announcements() -> Response:
    """Announcements by title and state, with what becomes of each now."""
    q, asked = trimmed(request.args.get("q"))[:60], request.args.get("state", "")
    state = State(asked) if asked in set(State) else None
    look = ANNOUNCEMENTS.look({"q": q, "state": state or ""})
    found = writing.all_announcements(reading(), now(), q=q, state=state, page=look.page, size=look.size)
    return page(
        "face/desk_announcements.html",
        look=look,
        found=found,
        state_of=lambda one: writing.state_of(one, now()),
        mine=lambda one: touchable(one.regions, guards.staff().scope),
        states=STATES,
        kinds=KINDS,
        names=names(reading(), {one.changed_by for one in found.rows}),
        tiers=TIERS,
    )


@desk_face.get("/announcements/new")
@guards.staff_required(*MAY_DRESS)
def new_announcement() -> Response:
    """An empty announcement, for now."""
    values: dict[str, Any] = {"titles": {}, "texts": {}, "tiers": [], "regions": [scope()] if scope() else []}
    values |= {"starts_at": micros(now()), "ends_at": None}
    return _announcement(Typed(None, secrets.token_urlsafe(12), 0, values))


@desk_face.get("/announcements/<int:announcement_id>")
@guards.staff_required(*MAY_DRESS)
def announcement(announcement_id: int) -> Response:
    """One announcement, to be changed."""
    one = writing.announcement_to_edit(reading(), announcement_id)
    values: dict[str, Any] = {name: getattr(one, name) for name in ("titles", "texts", "tiers", "regions")}
    values |= {"starts_at": micros(one.starts_at), "ends_at": micros(one.ends_at) if one.ends_at else None}
    return _announcement(Typed(one.id, one.key, one.revision, values, one.published_at is not None))


@desk_face.post("/announcements")
@guards.staff_required(*MAY_DRESS)
@guards.body_limit(BODY)
def put_announcement() -> Response:
    """Write an announcement; `publish` publishes it as well."""
    sent = request.form
    values: dict[str, Any] = {"titles": words_from(sent, "titles"), "texts": rich_from(sent, "texts")}
    values |= audience_from(sent)
    typed = Typed(whole(sent.get("id", "")), trimmed(sent.get("key")), _revision(), values)
    typed.published = sent.get("published") == "1"
    words, aimed = words_judged(values["titles"], values["texts"]), audience_judged(values)
    typed.faults = told_faults(words.faults | aimed.faults)
    if values["starts_at"] is None:
        typed.faults["starts_at"] = _("请填写这一项")
    if not KEY.fullmatch(typed.key):
        typed.faults["key"] = _("页面内容不完整，请重新打开这一页。")
    if typed.faults:
        return _announcement(typed, status=422)
    put = actions.AnnouncementToPut(
        key=typed.key,
        titles=words.values["titles"],
        texts=words.values["texts"],
        starts_at=moment(values["starts_at"]),
        ends_at=moment(values["ends_at"]) if values["ends_at"] is not None else None,
        tiers=tuple(aimed.values["tiers"]),
        regions=tuple(aimed.values["regions"]),
    )
    try:
        made = transact(actions.put_announcement, put=put, revision=typed.revision, by=by())
        if "publish" in sent:
            revision = writing.announcement_to_edit(reading(), made).revision
            transact(actions.publish_announcement, announcement_id=made, revision=revision, wanted=True, by=by())
    except Refused as refusal:
        return _announcement(typed, refusal=_words(refusal), status=refusal.status)
    return go(url_for("desk_face.announcements"), _("公告已发布。") if "publish" in sent else _("公告已保存。"))


@desk_face.post("/announcements/<int:announcement_id>/publication")
@guards.staff_required(*MAY_DRESS)
def publish_announcement(announcement_id: int) -> Response:
    """Publish an announcement, or take it back."""
    wanted = request.form.get("wanted") == "1"
    transact(
        actions.publish_announcement, announcement_id=announcement_id, revision=_revision(), wanted=wanted, by=by()
    )
    return go(url_for("desk_face.announcements"), _("公告已发布。") if wanted else _("公告已撤下。"))


@desk_face.get("/guides")
@guards.staff_required(*MAY_DRESS)
def guides() -> Response:
    """Guides in their order, found by title or address."""
    q, asked = trimmed(request.args.get("q"))[:60], request.args.get("state", "")
    state = asked if asked in PUBLISHED else ""
    found = writing.some_guides(reading(), q=q, published={"published": True, "draft": False}.get(state))
    return page(
        "face/desk_guides.html",
        look=GUIDES.look({"q": q, "state": state}),
        guides=found,
        every=not q and not state,
        states=PUBLISHED,
        names=names(reading(), {one.changed_by for _place, one in found}),
        mine=not scope(),
    )


@desk_face.get("/guides/new")
@guards.staff_required(*MAY_DRESS)
def new_guide() -> Response:
    """An empty guide."""
    return _guide(Typed(None, "", 0, {"slug": "", "titles": {}, "texts": {}}))


@desk_face.get("/guides/<int:guide_id>")
@guards.staff_required(*MAY_DRESS)
def guide(guide_id: int) -> Response:
    """One guide, to be changed."""
    one = writing.guide_to_edit(reading(), guide_id)
    values = {"slug": one.slug, "titles": one.titles, "texts": one.texts}
    return _guide(Typed(one.id, "", one.revision, values, one.published_at is not None))


@desk_face.post("/guides")
@guards.staff_required(*MAY_DRESS)
@guards.body_limit(BODY)
def put_guide() -> Response:
    """Write a guide; `publish` publishes it as well."""
    sent = request.form
    slug = trimmed(sent.get("slug")).lower()
    values: dict[str, Any] = {"slug": slug, "titles": words_from(sent, "titles"), "texts": rich_from(sent, "texts")}
    typed = Typed(whole(sent.get("id", "")), "", _revision(), values, sent.get("published") == "1")
    words = words_judged(values["titles"], values["texts"])
    typed.faults = told_faults(words.faults)
    if not slug_fits(slug):
        typed.faults["slug"] = _("用小写字母、数字和短横线，例如 how-to-redeem")
    if typed.faults:
        return _guide(typed, status=422)
    put = actions.GuideToPut(slug=slug, titles=words.values["titles"], texts=words.values["texts"])
    try:
        made = transact(actions.put_guide, guide_id=typed.id, put=put, revision=typed.revision, by=by())
        if "publish" in sent:
            revision = writing.guide_to_edit(reading(), made).revision
            transact(actions.publish_guide, guide_id=made, revision=revision, wanted=True, by=by())
    except NotFound:
        raise
    except SlugTaken as refusal:
        typed.faults["slug"] = told(refusal)
        return _guide(typed, status=refusal.status)
    except Refused as refusal:
        return _guide(typed, refusal=_words(refusal), status=refusal.status)
    return go(url_for("desk_face.guides"), _("攻略已发布。") if "publish" in sent else _("攻略已保存。"))


@desk_face.post("/guides/<int:guide_id>/publication")
@guards.staff_required(*MAY_DRESS)
def publish_guide(guide_id: int) -> Response:
    """Publish a guide, or take it back."""
    wanted = request.form.get("wanted") == "1"
    transact(actions.publish_guide, guide_id=guide_id, revision=_revision(), wanted=wanted, by=by())
    return go(url_for("desk_face.guides"), _("攻略已发布。") if wanted else _("攻略已撤下。"))


@desk_face.post("/guides/<int:guide_id>/move/<way>")
@guards.staff_required(*MAY_DRESS)
def move_guide(guide_id: int, way: str) -> Response:
    """Move a guide one place up or down."""
    if way not in {"up", "down"}:
        raise NotFound
    seen = whole(request.form.get("seen", "")) or 0
    transact(actions.move_guide, guide_id=guide_id, seen=seen, up=way == "up", by=by())
    return go(url_for("desk_face.guides"))


def _announcement(typed: Typed, *, refusal: str | None = None, status: int = 200) -> Response:
    mine = touchable(typed.values["regions"], guards.staff().scope)
    return page(
        "face/desk_announcement.html", status=status, form=typed, refusal=refusal, tiers=TIERS, shown_at=shown_at,
        all_regions=regions(reading()), mine=mine, scope=scope(),
    )  # fmt: skip


def _guide(typed: Typed, *, refusal: str | None = None, status: int = 200) -> Response:
    return page("face/desk_guide.html", status=status, form=typed, refusal=refusal, mine=not scope())


def _words(refusal: Refused) -> str:
    return moved(refusal) if isinstance(refusal, WritingMoved) else told(refusal)


def _revision() -> int:
    return whole(request.form.get("revision", "")) or 0
