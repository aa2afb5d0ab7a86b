"""The desk's corrections: asked for by one person, looked at by a second one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.base.time import add_months, civil_day
from mall.dealers.models import Dealer
from mall.points.actions.correct import approve, decline, withdraw
from mall.points.actions.correct import request as request_correction
from mall.points.actions.rehearse import Rehearsal, rehearse, rehearse_again
from mall.points.models import CorrectionKind, Programme
from mall.points.models.correction import MAY_CORRECT, MAY_SEE
from mall.points.queries import balance
from mall.points.queries.corrections import (
    CorrectionsAsked,
    CorrectionShown,
    View,
    correction,
    corrections,
    entries_of,
    fund_codes,
    traces,
    waiting_for,
)
from mall.points.queries.desk_account import clawback_of, dealer_by_code, dealers_found, dealers_named
from mall.points.staff.correction_form import (
    MILLIONTHS,
    AnswerForm,
    CorrectionForm,
    number_of,
    reasons_of,
)
from mall.points.staff.desk import desk_points, zone
from mall.points.views.words import ADJUSTMENTS
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed
from mall.web.pages import count_on, desk_link, go, page, refused, told
from mall.web.second import Waits, second_person

ACTS: dict[str, str] = {
    "correction.request": N_("提交申请"),
    "correction.post": N_("单人入账"),
    "correction.approve": N_("复核通过并入账"),
    "correction.decline": N_("驳回"),
    "correction.withdraw": N_("撤回"),
}
CHOOSABLE = (CorrectionKind.ADD, CorrectionKind.TAKE, CorrectionKind.TRANSFER)
"""Kinds that a form begins with; a reinstatement begins at its clawback."""
USUAL_MONTHS = 12


def install(app: Flask) -> None:
    """Put corrections on the desk's side, with the number that waits for who is here."""
    desk_link(app, N_("积分"), "corrections", "/desk/points/corrections", "scale", N_("更正单"), may_look)
    count_on(app, "desk.corrections", _waiting)
    second_person(app, "corrections", N_("更正单"), _may_check, _for_second)


def may_look() -> bool:
    """Whether who is here may see corrections and dealers' accounts."""
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEE)


def may_correct() -> bool:
    """Whether who is here may ask for corrections and check other people's."""
    return guards.staff().role in MAY_CORRECT


def _may_check() -> bool:
    return guards.who() is not None and may_correct()


def _for_second() -> list[Waits]:
    here = guards.staff()
    found = corrections(reading(), CorrectionsAsked(view=View.WAITING), here.staff_id)
    return [
        Waits(
            f"{row.dealer.name} {_(row.correction.kind.name_shown)} {row.correction.points:,}",
            f"staff:{row.correction.maker_id}",
            row.correction.made_at,
            url_for("desk_points.correction", number=row.correction.id),
            row.correction.maker_id == here.staff_id,
        )
        for row in found.rows
    ]


def _waiting() -> int:
    return waiting_for(reading(), guards.staff().staff_id) if may_correct() else 0


@desk_points.get("/corrections/new")
@guards.staff_required(*MAY_CORRECT)
def new_correction() -> Response:
    """First whose account, then what is to be put right; a clawback leads here with all of it chosen."""
    code = trimmed(request.args.get("dealer"))[:80]
    if not code:
        words = trimmed(request.args.get("q"))[:80]
        found = dealers_found(reading(), words) if words else None
        return page("points/desk_correction_dealer.html", words=words, found=found)
    dealer = dealer_by_code(reading(), code)
    asked = request.args.get("kind", "")
    kind = CorrectionKind(asked) if asked in set(CorrectionKind) else CorrectionKind.ADD
    given: dict[str, Any] = {}
    if kind is CorrectionKind.ADD:
        given["until"] = add_months(civil_day(now(), zone()), USUAL_MONTHS + 1) - timedelta(days=1)
    if kind is CorrectionKind.REINSTATE:
        journal = number_of(request.args.get("journal")) or 0
        given["points"] = str(clawback_of(reading(), dealer.id, journal)[1])
        given["journal"] = str(journal)
    form = CorrectionForm.blank(kind, dealer.code, **given)
    return page("points/desk_correction_new.html", **_desk(form, kind, dealer), refusal=None)


@desk_points.post("/corrections", endpoint="request_correction")
@guards.staff_required(*MAY_CORRECT)
def file_correction() -> Response:
    """What it would do, shown before anything is done; the same sent again as it was shown is asked for."""
    form = CorrectionForm()
    kind = form.wanted
    if kind is None:
        raise NotFound
    dealer = dealer_by_code(reading(), form.dealer.data or "")
    to = _receiver(form) if kind is CorrectionKind.TRANSFER else None
    ask = form.ask(kind, dealer, to, zone(), now())
    wants = _desk(form, kind, dealer, to if isinstance(to, Dealer) else None)
    if ask is None:
        return refused("points/desk_correction_new.html", **wants)
    staff_id = guards.staff().staff_id
    try:
        if "again" in request.form or form.seen.data != form.fingerprint:
            tried = transact(rehearse, ask=ask, staff_id=staff_id)
            form.seen.data = form.fingerprint
            return page("points/desk_correction_new.html", **wants | {"tried": tried}, refusal=None)
        address = request.remote_addr or ""
        made = transact(request_correction, ask=ask, key=form.key.data or "", staff_id=staff_id, address=address)
    except Refused as refusal:
        return refused("points/desk_correction_new.html", refusal=refusal, **wants)
    text = _("已入账。") if made.posted else _("已提交，等待另一人复核。")
    return go(url_for("desk_points.correction", number=made.id), text)


@desk_points.get("/corrections/<int:number>", endpoint="correction")
@guards.staff_required(*MAY_SEE)
def one(number: int) -> Response:
    """One correction: all facts, what it would do now, and what who is here may do about it."""
    return page("points/desk_correction.html", **_look(number), form=AnswerForm(None), refusal=None)


@desk_points.post("/corrections/<int:number>/approval")
@guards.staff_required(*MAY_CORRECT)
def approve_correction(number: int) -> Response:
    """A second person agrees: it is posted."""
    return _settled(number, approve, _("已复核通过并入账。"))


@desk_points.post("/corrections/<int:number>/withdrawal")
@guards.staff_required(*MAY_CORRECT)
def withdraw_correction(number: int) -> Response:
    """Its maker takes it back."""
    return _settled(number, withdraw, _("已撤回。"))


@desk_points.post("/corrections/<int:number>/declining")
@guards.staff_required(*MAY_CORRECT)
def decline_correction(number: int) -> Response:
    """A second person declines, and says why."""
    form = AnswerForm()
    if not form.validate():
        return refused("points/desk_correction.html", **_look(number), form=form)
    return _settled(number, decline, _("已驳回。"), answer=form.answer.data or "")


def _settled(number: int, verb: Any, text: str, **more: Any) -> Response:
    here = guards.staff()
    try:
        transact(verb, correction_id=number, staff_id=here.staff_id, address=request.remote_addr or "", **more)
    except NotFound:
        raise
    except Refused as refusal:
        wants = _look(number) | {"form": AnswerForm(None, answer=more.get("answer", ""))}
        return refused("points/desk_correction.html", refusal=refusal, **wants)
    return go(url_for("desk_points.correction", number=number), text)


def _receiver(form: CorrectionForm) -> Dealer | str:
    """To whom points go, found by code or words; or, in words, why nobody is."""
    found = dealers_named(reading(), form.to.data or "")
    if not form.to.data:
        return str(_("请填写经销商的编号或名称。"))
    if not found:
        return str(_("没有这家经销商。"))
    if len(found) > 1:
        several = _("、").join(f"{dealer.code} {dealer.name}" for dealer in found[:5])
        return str(_("有几家符合，请填写编号：%(dealers)s", dealers=several))
    form.to.data = found[0].code
    return found[0] if found[0].code != form.dealer.data else str(_("不能转给自己。"))


def _look(number: int) -> dict[str, Any]:
    shown = correction(reading(), number)
    here, made = guards.staff(), shown.correction
    tried, trouble = _rehearsed(shown)
    mine = made.maker_id == here.staff_id
    return {
        "shown": shown,
        "correction": made,
        "may_check": made.waiting and may_correct() and not mine,
        "may_withdraw": made.waiting and may_correct() and mine,
        "mine": mine,
        "tried": tried,
        "trouble": trouble,
        "entries": entries_of(reading(), made),
        "clawback_seq": clawback_of(reading(), made.dealer_id, made.clawback_journal)[0]
        if made.clawback_journal
        else None,
        "traces": traces(reading(), f"correction:{made.id}"),
        "acts": ACTS,
        **words(),
    }


def _rehearsed(shown: CorrectionShown) -> tuple[Rehearsal | None, str]:
    """What approving would do now, or in words why it would be refused."""
    if not shown.correction.waiting:
        return None, ""
    try:
        return rehearse_again(reading(), now(), correction=shown.correction), ""
    except Refused as refusal:
        return None, told(refusal)


def _desk(form: CorrectionForm, kind: CorrectionKind, dealer: Dealer, to: Dealer | None = None) -> dict[str, Any]:
    session, at = reading(), now()
    form.reason.choices = reasons_of(kind)
    programme = session.get(Programme, 1)
    return {
        "form": form,
        "kind": kind,
        "tabs": [
            (_(one.name_shown), url_for("desk_points.new_correction", dealer=dealer.code, kind=one), one is kind, 0)
            for one in CHOOSABLE
        ]
        if kind in CHOOSABLE
        else [],
        "dealer": dealer,
        "to": to,
        "balance": balance(session, dealer.id, at),
        "threshold": programme.approval_points if programme else 0,
        "funds": fund_codes(session),
        "tried": None,
        **words(),
    }


def words() -> dict[str, Any]:
    """What pages of corrections say."""
    return {"reasons": ADJUSTMENTS, "may_correct": may_correct(), "worth": worth}


def worth(millionths: int) -> str:
    """What a point is worth, from millionths of the currency's unit: ¥0.01."""
    whole, rest = divmod(millionths, MILLIONTHS)
    return f"¥{whole:,}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"
