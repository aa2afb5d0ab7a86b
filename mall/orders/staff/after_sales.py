"""The desk's after-sales: the queue of claims by time limit, one claim with its papers, and each step of the brand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, Forbidden, NotFound, Refused
from mall.base.types import micros
from mall.orders.actions.after_sales import (
    accept,
    agree,
    decline_claim,
    needs_two,
    photo_place,
    refuse_return,
    resend,
    words_place,
)
from mall.orders.actions.after_sales.look import look, looked
from mall.orders.forms import ShipForm, ids_from
from mall.orders.models import (
    CARRIERS,
    MAY_SEE,
    MAY_SEND,
    MOST_PHOTOS,
    TURNS,
    Claim,
    ClaimKind,
    ClaimState,
)
from mall.orders.queries import claim_papers, claim_queue, papers
from mall.orders.queries.claim_queue import View
from mall.orders.queries.queue import regions
from mall.orders.rules import Waiting, waiting
from mall.orders.staff.claim_forms import (
    CLAIMS,
    AcceptForm,
    AgreeForm,
    RefuseForm,
    SendToForm,
    address_of,
    mark_from,
    told_of,
    wanted_from,
)
from mall.orders.staff.desk import desk_orders, may_see, told
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.lists import keep
from mall.web.pages import count_on, desk_link, go, page, refused

VIEWS: dict[View, str] = {
    View.OURS: N_("待我处理"),
    View.LATE: N_("已超时"),
    View.CHECKING: N_("待复核"),
    View.RETURN_AWAITED: N_("等经销商寄回"),
    View.REFUNDING: N_("退款中"),
    View.ALL: N_("全部售后"),
}
ACTS: dict[str, str] = {
    "claim.apply": N_("申请售后"),
    "claim.move": N_("处理售后"),
    "claim.look": N_("查看照片"),
}
"""What the audit log's entries about claims are called; a move is told by the state it led to."""
MOVES: dict[ClaimState, str] = {
    ClaimState.CHECKING: N_("一人已同意，等待复核"),
    ClaimState.RETURN_AWAITED: N_("已同意，等经销商寄回"),
    ClaimState.RETURNED: N_("已寄回，填写了运单号"),
    ClaimState.RESENDING: N_("已验收，等待重新发出"),
    ClaimState.SENDING_HOME: N_("验收没通过，等待寄还原件"),
    ClaimState.REFUNDING: N_("积分已退回，现金退款中"),
    ClaimState.DONE: N_("已完成"),
    ClaimState.DECLINED: N_("已拒绝"),
    ClaimState.WITHDRAWN: N_("经销商撤销了申请"),
    ClaimState.LAPSED: N_("没有按时寄回，自动关闭"),
}
SAID: dict[ClaimState, str] = {
    ClaimState.CHECKING: N_("已记下你的同意，等另一位同事复核"),
    ClaimState.RETURN_AWAITED: N_("已同意，已通知经销商寄回"),
    ClaimState.RETURNED: N_("这笔售后已经同意过了"),
    ClaimState.RESENDING: N_("已验收，请安排重新发出"),
    ClaimState.SENDING_HOME: N_("已拒收，请把原件寄还经销商"),
    ClaimState.REFUNDING: N_("积分已退回，款项正在原路退回"),
    ClaimState.DONE: N_("已完成，已通知经销商"),
    ClaimState.DECLINED: N_("已拒绝，已通知经销商"),
}
PAGE = "orders/desk_claim.html"


def install(app: Flask) -> None:
    """Put after-sales on the desk's side with the number that waits for who is here."""
    keep(app, CLAIMS)
    desk_link(app, N_("履约"), "after_sales", "/desk/after-sales", "undo-2", N_("售后"), may_see)
    count_on(app, "desk.after_sales", lambda: claim_queue.waiting(reading(), guards.staff().staff_id))


@desk_orders.get("/after-sales")
@guards.staff_required(*MAY_SEE)
def after_sales() -> Response:
    """The queue by time limit, with views, filters and pages in its address."""
    session, at, staff_id = reading(), now(), guards.staff().staff_id
    wanted = wanted_from(request.args)
    found = claim_queue.queue(session, at, staff_id, wanted, mark_from(request.args))
    return page(
        "orders/desk_claims.html",
        look=CLAIMS.look(told_of(wanted)),
        wanted=wanted,
        found=found,
        counts=claim_queue.counts(session, at, staff_id),
        regions=regions(session),
        views=VIEWS,
        kinds=tuple(ClaimKind),
        address=address_of,
        onward=_onward(wanted, found.after) if found.after else "",
        further="after" in request.args,
        waits=_waits,
        told=told,
    )


@desk_orders.get("/after-sales/<dealer>/<no>", endpoint="claim")
@guards.staff_required(*MAY_SEE)
def one(dealer: str, no: str) -> Response:
    """One claim: what is asked for and why, how it stands, and what each answer would do."""
    return page(PAGE, **_look(dealer, no), refusal=None)


@desk_orders.post("/after-sales/<dealer>/<no>/agreement", endpoint="agree_to_claim")
@guards.staff_required(*MAY_SEND)
def agreement(dealer: str, no: str) -> Response:
    """Agree, or be the second person to."""
    wants = _look(dealer, no)
    claim: Claim = wants["claim"]
    form, codes = _agreeing(claim)(), ids_from(request.form.getlist("code"))
    valid = form.validate()
    by_hand = claim.kind is ClaimKind.REFUND_ONLY and not wants["codes"]
    trouble = _wrong_codes(wants, codes) if claim.names_codes and not by_hand else ""
    if claim.open and (trouble or not valid):
        return refused(PAGE, **wants | {"agreeing": form, "ticked": codes, "codes_wrong": trouble})
    seal = current_app.extensions["seal"]
    said = {"answer": form.answer.data or "", "code_ids": tuple(codes), "seal": seal}
    return _done(agree, dealer, no, {"agreeing": form, "ticked": codes}, **said)


@desk_orders.post("/after-sales/<dealer>/<no>/refusal", endpoint="refuse_claim")
@guards.staff_required(*MAY_SEND)
def refusal(dealer: str, no: str) -> Response:
    """Decline it, or refuse what came back; the dealer reads why."""
    form, wants = RefuseForm(), _look(dealer, no)
    if not form.validate():
        return refused(PAGE, **wants | {"refusing": form})
    verb = refuse_return if wants["claim"].returned else decline_claim
    return _done(verb, dealer, no, {"refusing": form}, reason=form.reason.data or "")


@desk_orders.post("/after-sales/<dealer>/<no>/acceptance", endpoint="accept_return")
@guards.staff_required(*MAY_SEND)
def acceptance(dealer: str, no: str) -> Response:
    """What came back is as it was said: into stock or written off, then paid back or replaced."""
    form = AcceptForm()
    if not form.validate():
        return refused(PAGE, **_look(dealer, no) | {"accepting": form})
    instead = request.form.get("instead") == "1"
    return _done(accept, dealer, no, {"accepting": form}, restock=form.restock.data == "1", instead=instead)


@desk_orders.post("/after-sales/<dealer>/<no>/resending", endpoint="resend_claim")
@guards.staff_required(*MAY_SEND)
def resending(dealer: str, no: str) -> Response:
    """Say with whom others left in place of what came back, and under which number."""
    form = ShipForm()
    if not form.validate():
        return refused(PAGE, **_look(dealer, no) | {"sending": form})
    sent = {"carrier": form.carrier.data or "", "waybill": form.waybill.data or ""}
    return _done(resend, dealer, no, {"sending": form}, **sent)


@desk_orders.post("/after-sales/<dealer>/<no>/photos", endpoint="look_at_claim")
@guards.staff_required(*MAY_SEND)
def look_at_photos(dealer: str, no: str) -> Response:
    """Have the pictures shown: written down, once a person and claim."""
    here, claim = guards.staff(), claim_papers.claim_papers(reading(), dealer_code=dealer, no=no).claim
    who: dict[str, Any] = {"claim_id": claim.id, "staff_id": here.staff_id, "role": here.role}
    transact(look, source_address=request.remote_addr or "", **who)
    return go(url_for("desk_orders.claim", dealer=dealer, no=no, _anchor="photos"))


@desk_orders.get("/after-sales/<dealer>/<no>/photos/<int:position>", endpoint="claim_photo")
@guards.staff_required(*MAY_SEND)
def photo(dealer: str, no: str, position: int) -> Response:
    """One picture that came with a claim; who has not asked for them to be shown is led to where one does."""
    if position > MOST_PHOTOS:
        raise NotFound
    session, claim = reading(), claim_papers.claim_papers(reading(), dealer_code=dealer, no=no).claim
    sealed = claim_papers.photo_sealed(session, claim, position)
    if not looked(session, claim_id=claim.id, staff_id=guards.staff().staff_id):
        return go(url_for("desk_orders.claim", dealer=dealer, no=no, _anchor="photos"))
    image = current_app.extensions["seal"].open_bytes(sealed, photo_place(claim.id, position))
    return Response(image, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})


def _done(verb: Callable[..., Claim], dealer: str, no: str, typed: dict[str, Any], **said: Any) -> Response:
    here = guards.staff()
    who = {"staff_id": here.staff_id, "role": here.role, "source_address": request.remote_addr or ""}
    try:
        state = transact(verb, dealer_code=dealer, no=no, **who, **said).state
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        return refused(PAGE, refusal=refusal, **_look(dealer, no) | typed)
    return go(url_for("desk_orders.claim", dealer=dealer, no=no), toast=_(SAID.get(state, state.name_shown)))


def _agreeing(claim: Claim) -> type[AgreeForm | SendToForm]:
    """What is said with an agreement: where to send what travels, else whatever the person wants to say."""
    return SendToForm if claim.kind.sends_back else AgreeForm


def _wrong_codes(wants: dict[str, Any], ticked: list[int]) -> str:
    """Why these codes cannot be replaced, in words: none, not of this claim, or more than it is about."""
    line_of = {thing.id: line_no for line_no, things in wants["codes"].items() for thing in things}
    if not ticked or not set(ticked) <= line_of.keys():
        return str(_("请勾选失效的卡密"))
    claimed = {shown.line.line_no: shown.quantity for shown in wants["pieces"]}
    many = Counter(line_of[code] for code in set(ticked))
    over = any(number > claimed[line_no] for line_no, number in many.items())
    if over:
        return str(_("勾选的比申请的多，最多 %(n)s 张", n=sum(claimed.values())))
    short = wants["claim"].kind is ClaimKind.REFUND_ONLY and any(many[line] < claimed[line] for line in wants["codes"])
    return str(_("要退的卡密没有勾满，共 %(n)s 张", n=sum(claimed.values()))) if short else ""


def _onward(wanted: claim_queue.Wanted, after: claim_queue.Mark) -> str:
    return address_of(wanted, after=f"{micros(after.at)}-{after.dealer_id}-{after.claim_id}")


def _waits(claim: Claim) -> Waiting | None:
    """How an open claim stands against its time limit; nothing once it has ended."""
    if claim.due_at is None:
        return None
    return waiting(claim.due_at - TURNS[claim.state][1], claim.due_at, now())


def _look(dealer: str, no: str) -> dict[str, Any]:
    session, here = reading(), guards.staff()
    found = claim_papers.claim_papers(session, dealer_code=dealer, no=no)
    claim, order, seal = found.claim, found.order, current_app.extensions["seal"]
    pieces = claim_papers.pieces_shown(session, claim, order)
    undecided = claim.applied or claim.checking
    asks_where = undecided and claim.kind.sends_back and not claim.answer
    said = claim_papers.return_place(session) if asks_where else claim.answer
    traces = papers.traces_of(session, claim.dealer_id, f"claim:{claim.id}")
    names = claim_papers.names_of(session, claim.dealer_id, [f"staff:{claim.decided_by}", f"staff:{claim.checked_by}"])
    return {
        "claim": claim,
        "dealer": found.dealer,
        "member": found.member,
        "order": order,
        "pieces": pieces,
        "back": claim_papers.would_go_back(session, claim, order, pieces) if claim.open else None,
        "words": seal.open(claim.words_sealed, words_place(claim.id)) if claim.words_sealed else "",
        "photos": claim_papers.photos_of(session, claim),
        "looked": looked(session, claim_id=claim.id, staff_id=here.staff_id),
        "codes": claim_papers.codes_held(session, claim, pieces) if undecided else {},
        "events": claim_papers.events_of(session, claim),
        "refunds": claim_papers.money_of(session, claim),
        "postings": claim_papers.postings_of(session, claim),
        "traces": traces,
        "waiting": _waits(claim),
        "told": told,
        "acts": ACTS,
        "moves": {state.value: text for state, text in MOVES.items()},
        "carriers": CARRIERS,
        "may_send": here.role in MAY_SEND,
        "needs_two": needs_two(claim),
        "agreed_first": claim.checking and claim.decided_by == here.staff_id,
        "first": names.get(f"staff:{claim.decided_by}", ""),
        "second": names.get(f"staff:{claim.checked_by}", ""),
        "return_days": TURNS[ClaimState.RETURN_AWAITED][1].days,
        "agreeing": _agreeing(claim)(None, answer=said),
        "refusing": RefuseForm(None),
        "accepting": AcceptForm(None),
        "sending": ShipForm(None),
        "ticked": [],
        "codes_wrong": "",
    }
