"""The desk's page of all that waits for a second person, and one proposal with its decision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, Forbidden, NotFound, Refused
from mall.dealers.models import StaffRole
from mall.dealers.queries.people import staff_names
from mall.proposals.actions import decline, withdraw
from mall.proposals.forms import AnswerForm
from mall.proposals.models import ACTS, Proposal
from mall.proposals.queries import Shown, decided, proposal, waiting
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.pages import count_on, desk_link, go, name_acts, page, refused
from mall.web.second import Decision, Source, Waits

desk_waiting = Blueprint("desk_waiting", __name__, url_prefix="/desk/waiting")

SEERS = (StaffRole.MERCHANDISER, StaffRole.FULFILMENT, StaffRole.FINANCE)
"""Who may ever be a second person; the administrator as everywhere."""


def register(app: Flask) -> None:
    """Open the pages, and put them on the desk's side with the number that waits for who is here."""
    app.register_blueprint(desk_waiting)
    name_acts(app, ACTS)
    desk_link(app, N_("复核"), "waiting", "/desk/waiting", "hourglass", N_("待复核"), _may_see)
    count_on(app, "desk.waiting", lambda: sum(not one.mine for one in _proposals()))


def _may_see() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*SEERS)


@desk_waiting.get("", endpoint="waiting")
@guards.staff_required(*SEERS)
def all_of_it() -> Response:
    """Everything that waits, by what it is: what who is here may decide first."""
    own = Source("proposals", N_("低于成本的价格、积分价值"), _may_see, _proposals)
    sources = [own, *(one for one in current_app.extensions.get("second_person", []) if one.shown())]
    lists = [(one, sorted(one.waiting(), key=lambda each: (each.mine, each.at))) for one in sources]
    found = [(one, rows) for one, rows in lists if rows]
    mine = decided(reading(), _decisions())
    return page(
        "proposals/desk_waiting.html",
        found=found,
        names=staff_names(reading(), {each.by for _source, rows in found for each in rows}),
        decided=[(one, _decisions()[one.proposal.what].title(one.proposal)) for one in mine if _concerns(one.proposal)],
    )


@desk_waiting.get("/<int:number>", endpoint="proposal")
@guards.staff_required(*SEERS)
def one_of_it(number: int) -> Response:
    """One proposal: what is asked for, by whom and why, and what who is here may do about it."""
    return page("proposals/desk_proposal.html", **_look(number), form=AnswerForm(None), refusal=None)


@desk_waiting.post("/<int:number>/agreement")
@guards.staff_required(*SEERS)
def agree_to(number: int) -> Response:
    """A second person agrees: it is done."""
    here, found = guards.staff(), _shown(number)
    said: dict[str, Any] = {"role": here.role, "scope": here.scope}
    return _settled(number, _decisions()[found.proposal.what].agree, _("已复核通过，现在生效。"), **said)


@desk_waiting.post("/<int:number>/declining")
@guards.staff_required(*SEERS)
def decline_it(number: int) -> Response:
    """A second person declines, and says why."""
    form = AnswerForm()
    if not form.validate():
        return refused("proposals/desk_proposal.html", **_look(number), form=form)
    if not guards.staff().is_one_of(*_decisions()[_shown(number).proposal.what].roles):
        raise Forbidden
    return _settled(number, decline, _("已驳回。"), answer=form.answer.data or "")


@desk_waiting.post("/<int:number>/withdrawal")
@guards.staff_required(*SEERS)
def take_back(number: int) -> Response:
    """Its maker takes it back."""
    _shown(number)
    return _settled(number, withdraw, _("已撤回。"))


def _settled(number: int, verb: Any, text: str, **more: Any) -> Response:
    try:
        transact(verb, proposal_id=number, actor=guards.staff().actor, address=request.remote_addr or "", **more)
    except NotFound:
        raise
    except Refused as refusal:
        wants = _look(number) | {"form": AnswerForm(None, answer=more.get("answer", ""))}
        return refused("proposals/desk_proposal.html", refusal=refusal, **wants)
    return go(url_for("desk_waiting.proposal", number=number), text)


def _look(number: int) -> dict[str, Any]:
    shown = _shown(number)
    made, decision = shown.proposal, _decisions()[shown.proposal.what]
    mine = made.made_by == guards.staff().actor
    return {
        "shown": shown,
        "made": made,
        "decision": decision,
        "title": decision.title(made),
        "facts": decision.facts(made),
        "href": decision.href(made),
        "may_decide": made.waiting and not mine,
        "may_withdraw": made.waiting and mine,
    }


def _shown(number: int) -> Shown:
    """A proposal that concerns who is here; any other is not found."""
    found = proposal(reading(), number)
    if not _concerns(found.proposal):
        raise NotFound
    return found


def _proposals() -> list[Waits]:
    here, known = guards.staff(), _decisions()
    return [
        Waits(
            known[one.proposal.what].title(one.proposal),
            one.proposal.made_by,
            one.proposal.made_at,
            url_for("desk_waiting.proposal", number=one.proposal.id),
            one.proposal.made_by == here.actor,
        )
        for one in waiting(reading(), known)
        if _concerns(one.proposal)
    ]


def _concerns(made: Proposal) -> bool:
    here, decision = guards.staff(), _decisions().get(made.what)
    return decision is not None and here.is_one_of(*decision.roles) and decision.within(here.scope, made)


def _decisions() -> dict[str, Decision]:
    known: dict[str, Decision] = current_app.extensions.get("decisions", {})
    return known
