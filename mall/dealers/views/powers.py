"""What the owner lets the dealer's people do with its points."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.dealers import actions, queries
from mall.dealers.forms import CapForm, LimitsForm
from mall.dealers.models import SecondFactorNeeded
from mall.dealers.queries import Powers
from mall.dealers.views.blueprint import routes
from mall.dealers.views.members import member_page
from mall.web import guards, limits
from mall.web.db import reading, transact
from mall.web.pages import go, page, refused


def powers_here() -> Powers:
    """The powers of the member who is here."""
    here = guards.member()
    return queries.powers_of(reading(), here.dealer_id, here.member_id)


@routes.get("/me/powers")
@guards.member_may("manage")
def powers() -> Response:
    """Above how many points a redemption waits, and above how many it asks for a second factor."""
    mine = powers_here()
    form = LimitsForm(
        formdata=None, data={"approval_over": mine.approval_over, "second_factor_over": mine.second_factor_over}
    )
    return page("dealers/powers.html", form=form, mine=mine, refusal=None, way=None)


@routes.post("/me/powers")
@guards.member_may("manage")
def set_limits() -> Response:
    """Keep both."""
    here, form, mine = guards.member(), LimitsForm(), powers_here()
    if not form.validate():
        return refused("dealers/powers.html", form=form, mine=mine, way=None)
    try:
        transact(
            actions.set_limits,
            here=here,
            approval_over=form.approval_over.data,
            second_factor_over=form.second_factor_over.data,
            address=limits.network(),
        )
    except SecondFactorNeeded as refusal:
        way = (_("去验证"), url_for("dealers.second_factor", purpose="powers", next=url_for("dealers.powers")))
        return refused("dealers/powers.html", refusal=refusal, form=form, mine=mine, way=way)
    return go(url_for("dealers.powers"), toast=_("已保存"))


@routes.post("/me/members/<int:member_id>/cap")
@guards.member_may("manage")
def set_cap(member_id: int) -> Response:
    """How many points a person may redeem a month; an empty field takes the cap away."""
    here, form = guards.member(), CapForm()
    if not form.validate():
        return member_page(member_id, form)
    try:
        transact(
            actions.set_cap,
            dealer_id=here.dealer_id,
            member_id=member_id,
            cap=form.cap.data,
            by=here.member_id,
            address=limits.network(),
        )
    except Refused as refusal:
        return member_page(member_id, form, refusal)
    return go(url_for("dealers.member", member_id=member_id), toast=_("额度已保存"))


@routes.post("/me/members/<int:member_id>/personal")
@guards.member_may("manage")
def authorise_personal(member_id: int) -> Response:
    """Let a person redeem rewards for personal use, or no longer."""
    here = guards.member()
    allowed = request.form.get("allowed") == "1"
    transact(
        actions.authorise_personal,
        dealer_id=here.dealer_id,
        member_id=member_id,
        allowed=allowed,
        by=here.member_id,
        address=limits.network(),
    )
    return go(url_for("dealers.member", member_id=member_id), toast=_("已授权") if allowed else _("已收回授权"))
