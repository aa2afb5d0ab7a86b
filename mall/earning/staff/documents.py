"""The back office's documents: what came in, what could not be posted and why, and mending it."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound
from mall.dealers.models import StaffRole
from mall.earning.actions import mend
from mall.earning.forms import MendForm
from mall.earning.models import FACTS, FAULTS, REASONS, AnotherDocument, Document, DocumentState, NothingToMend
from mall.earning.queries import Filter, dead_count, dealer_names, documents, one, open_counts, revisions
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import count_on, desk_link, go, page, refused

desk_documents = Blueprint("desk_documents", __name__, url_prefix="/desk/documents")

MAY_SEE = (StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)
STATES: dict[str, str] = {
    DocumentState.DEAD: N_("未入账"),
    DocumentState.WAITING: N_("等待订货单"),
    DocumentState.POSTED: N_("已入账"),
    DocumentState.SUPERSEDED: N_("已被新版取代"),
}
KINDS = {"order": N_("订货单"), "return": N_("退货单")}
ACTS: dict[str, str] = {
    "document.mend": N_("修正单据"),
    "rule.add": N_("添加积分规则"),
    "partner.add": N_("接入合作系统"),
    "partner.rotate_key": N_("更换合作系统密钥"),
    "partner.disable": N_("停用合作系统"),
    "partner.enable": N_("恢复合作系统"),
}
ANY = "all"
LARGEST = 2 * 1024 * 1024
DOCUMENTS = DeskList(
    "documents",
    "desk_documents.documents",
    ("state", "source", "reason", "q"),
    (
        Column("state", N_("状态"), fixed=True),
        Column("document", N_("单据"), fixed=True),
        Column("source", N_("来源")),
        Column("dealer", N_("经销商")),
        Column("reason", N_("原因")),
        Column("received", N_("收到"), sort="received"),
        Column("posted", N_("入账时间"), usual=False),
        Column("points", N_("积分变动"), end=True),
    ),
    tab="state",
)


def install(app: Flask) -> None:
    """Put documents on the desk's side with the number that waits to be mended."""
    desk_link(app, N_("积分"), "documents", "/desk/documents", "file-warning", N_("进货单据"), _may_see)
    keep(app, DOCUMENTS)
    count_on(app, "desk.documents", lambda: dead_count(reading()))


def _may_see() -> bool:
    here = guards.who()
    return here is not None and guards.staff().role in MAY_SEE


@desk_documents.get("", endpoint="documents")
@guards.staff_required(*MAY_SEE)
def listing() -> Response:
    """Documents by state, source and reason; those that could not be posted first of all."""
    asked = {name: trimmed(request.args.get(name))[:100] for name in ("state", "source", "reason", "q")}
    state = asked["state"] if asked["state"] in {*STATES, ANY} else DocumentState.DEAD.value
    look = DOCUMENTS.look(asked | {"state": "" if state == DocumentState.DEAD else state})
    wanted = Filter(
        source=asked["source"] or None,
        state=DocumentState(state) if state in STATES else None,
        reason=asked["reason"] if asked["reason"] in REASONS else None,
        words=asked["q"] or None,
    )
    session = reading()
    after = request.args.get("after")
    found = documents(session, wanted, after=after, limit=look.size, oldest=look.oldest_first)
    counts = open_counts(session)
    return page(
        "earning/documents.html",
        look=look,
        found=found,
        state=state,
        dead_shown=state == DocumentState.DEAD,
        waiting_shown=state == DocumentState.WAITING,
        dead=sum(n for (_source, its, _reason), n in counts.items() if its is DocumentState.DEAD),
        waiting=sum(n for (_source, its, _reason), n in counts.items() if its is DocumentState.WAITING),
        sources=sorted({source for source, _state, _reason in counts}),
        reasons={code: REASONS[code] for _source, _state, code in sorted(counts) if code in REASONS},
        onward=look.onward(after=found.next) if found.next else "",
        **_words([row.dealer_id for row in found.documents if row.dealer_id]),
    )


@desk_documents.get("/<source>/<int:revision>/<path:external_id>")
@guards.staff_required(*MAY_SEE)
def document(source: str, revision: int, external_id: str) -> Response:
    """One document: where it stands, why, what came, and a form to mend it."""
    found = _found(source, external_id, revision)
    form = MendForm(None, body=_spread(found.payload))
    return page("earning/document.html", **_look(found), form=form, refusal=None)


@desk_documents.post("/<source>/<int:revision>/<path:external_id>/mending")
@guards.staff_required(*MAY_SEE)
@guards.body_limit(LARGEST)
def mending(source: str, revision: int, external_id: str) -> Response:
    """Post the mended document again; written down with who did it."""
    found = _found(source, external_id, revision)
    form = MendForm()
    body = form.document() if form.validate() else None
    if body is None:
        return refused("earning/document.html", **_look(found), form=form)
    try:
        result = transact(
            mend,
            source=source,
            external_id=external_id,
            revision=revision,
            body=body,
            actor=f"staff:{guards.staff().staff_id}",
            address=request.remote_addr or "",
        )
    except (AnotherDocument, NothingToMend) as refusal:
        return refused("earning/document.html", refusal=refusal, **_look(found), form=form)
    toast = (
        _("仍未入账：%(reason)s", reason=_(REASONS.get(result.reason or "", "")))
        if result.outcome == "dead"
        else _("单据已处理：%(state)s", state=_(STATES[result.outcome]))
    )
    kind = "negative" if result.outcome == "dead" else ""
    return go(
        url_for("desk_documents.document", source=source, revision=revision, external_id=external_id), toast, kind
    )


def _found(source: str, external_id: str, revision: int) -> Document:
    found = one(reading(), source, external_id, revision) if revision <= 10**9 else None
    if found is None:
        raise NotFound
    return found


def _look(found: Document) -> dict[str, Any]:
    body = json.loads(found.payload)
    return {
        "document": found,
        "said": body if isinstance(body, dict) else {},
        "payload": _spread(found.payload),
        "others": [x for x in revisions(reading(), found.source, found.external_id) if x.revision != found.revision],
        **_words([found.dealer_id] if found.dealer_id else []),
    }


def _words(dealer_ids: list[int]) -> dict[str, Any]:
    names = dealer_names(reading(), dealer_ids) if dealer_ids else {}
    return {
        "states": STATES,
        "kinds": KINDS,
        "all_reasons": REASONS,
        "facts": FACTS,
        "faults": FAULTS,
        "dealers": names,
        "kind_of": _kind,
    }


def _kind(found: Document) -> str:
    """The kind that a document gives itself, as words; nothing where it gives none that is known."""
    kept = '"kind":"return"' in found.payload, '"kind":"order"' in found.payload
    return KINDS["return"] if kept == (True, False) else KINDS["order"] if kept == (False, True) else ""


def _spread(text: str) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
