"""Routes of the partners' API: documents in, their standing and dealers' balances out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext

from mall.api import door
from mall.api.answers import BalanceAnswer, BatchAnswer, DocumentAnswer, DocumentsAnswer, OrderAnswer, ResultAnswer
from mall.base.refused import Malformed, NotFound
from mall.earning.actions import Result, deliver
from mall.earning.models import REASONS, DocumentState
from mall.earning.queries import Filter, dealer_of_partner, documents, revisions
from mall.points.queries import balance
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.refusals import problem

BATCH = 500
routes = Blueprint("api", __name__, url_prefix="/api/v1")
door.guard(routes)

STATUS = {"posted": 201, "waiting": 202, "superseded": 200, "conflict": 409}


@routes.post("/orders")
@guards.partner_signed
@guards.body_limit(door.MOST_BYTES)
def post_order() -> Response:
    """One document."""
    [result] = deliver(transact, source=door.source(), bodies=[door.body()])
    return _told(result)


@routes.post("/orders/batch")
@guards.partner_signed
@guards.body_limit(door.MOST_BYTES)
def post_batch() -> Response:
    """Up to 500 documents; each has its own result."""
    bodies = _documents(door.body())
    results = deliver(transact, source=door.source(), bodies=bodies)
    return door.answer(BatchAnswer(results=[ResultAnswer.of(result) for result in results]))


@routes.get("/orders/<path:external_id>")
@guards.partner_signed
def get_order(external_id: str) -> Response:
    """Where a document stands."""
    found = revisions(reading(), door.source(), external_id)
    if not found:
        raise NotFound
    answers = [DocumentAnswer.standing(document) for document in found]
    return door.answer(OrderAnswer(external_id=external_id, revisions=answers))


@routes.get("/documents")
@guards.partner_signed
def get_documents() -> Response:
    """The partner's documents in a state: the dead letters, for one."""
    state, limit = request.args.get("state"), request.args.get("limit", "50")
    if state is not None and state not in list(DocumentState):
        raise Malformed(state=state[:40])
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= 200):
        raise Malformed(limit=limit[:40])
    wanted = Filter(source=door.source(), state=DocumentState(state) if state else None)
    part = documents(reading(), wanted, after=request.args.get("after"), limit=int(limit))
    answers = [DocumentAnswer.standing(document) for document in part.documents]
    return door.answer(DocumentsAnswer(documents=answers, next=part.next))


@routes.get("/dealers/<code>/balance")
@guards.partner_signed
def get_balance(code: str) -> Response:
    """A dealer's points as of now; of dealers for whom this partner has posted documents."""
    dealer_id = dealer_of_partner(reading(), door.source(), code)
    if dealer_id is None:
        raise NotFound
    return door.answer(BalanceAnswer.of(code, balance(reading(), dealer_id, now())))


def _documents(body: Any) -> list[Any]:
    listed = body.get("documents") if isinstance(body, dict) else None
    if not isinstance(listed, list) or set(body) != {"documents"}:
        raise Malformed(wanted="documents: a list")
    if len(listed) > BATCH:
        raise Malformed(most=BATCH)
    return listed


def _told(result: Result) -> Response:
    told = ResultAnswer.of(result)
    if result.outcome in {"dead", "conflict", "unreadable"}:
        text = gettext(REASONS.get(result.reason or "", Malformed.text))
        facts = {"result": told.model_dump(mode="json")}
        return problem(STATUS.get(result.outcome, 422), result.reason or "malformed", text, facts)
    return door.answer(told, 200 if result.repeat else STATUS[result.outcome])
