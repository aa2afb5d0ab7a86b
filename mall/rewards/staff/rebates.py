"""返利: what each dealer had this month and this year against the caps, and the terms with their history."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, Refused
from mall.base.time import civil_day
from mall.dealers.queries.people import staff_names
from mall.rewards.actions.rebate_terms import set_rebate_terms
from mall.rewards.forms.rebate_terms import RebateTermsForm
from mall.rewards.models.rebate import MAY_SET_TERMS, RebateTerms
from mall.rewards.queries.rebates import all_terms, by_dealer, terms_in_force, totals, zone_of
from mall.rewards.staff.desk import desk_rewards
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.filters import days, number
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, go, page, refused

REBATES = DeskList(
    "rebates",
    "desk_rewards.rebates",
    ("q",),
    (
        Column("dealer", N_("经销商"), fixed=True, sort="name"),
        Column("region", N_("区域")),
        Column("month", N_("本月"), end=True, sort="month"),
        Column("month-left", N_("本月还可兑"), end=True),
        Column("year", N_("本年"), end=True, sort="year"),
        Column("year-left", N_("本年还可兑"), end=True),
        Column("waiting", N_("待入账"), end=True),
        Column("credited", N_("已入账"), end=True),
    ),
)


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    keep(app, REBATES)
    desk_link(app, N_("财务"), "rebates", "/desk/rebates", "badge-percent", N_("返利兑换"), _may_see)


def _may_see() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SET_TERMS)


@desk_rewards.get("/rebates", endpoint="rebates")
@guards.staff_required(*MAY_SET_TERMS)
def show() -> Response:
    """Dealers by what they had this year, the terms in force, and the form for new ones."""
    form, terms = RebateTermsForm(None), terms_in_force(reading(), now())
    form.from_on.data = civil_day(now(), zone_of(reading())).isoformat()
    if terms is not None:
        form.ratio.data = terms.points_per_yuan
        form.monthly.data, form.yearly.data = _yuan(terms.monthly_cap_fen), _yuan(terms.yearly_cap_fen)
    return page("rewards/desk_rebates.html", form=form, refusal=None, **_look())


@desk_rewards.post("/rebates/terms")
@guards.staff_required(*MAY_SET_TERMS)
def set_terms() -> Response:
    """Set the terms from a day on; what was ordered before keeps its own."""
    form = RebateTermsForm()
    if not form.validate() or form.day is None:
        return refused("rewards/desk_rebates.html", form=form, **_look())
    monthly, yearly = form.caps
    try:
        terms = transact(
            set_rebate_terms,
            from_on=form.day,
            points_per_yuan=form.ratio.whole,
            monthly_cap_fen=monthly,
            yearly_cap_fen=yearly,
            note=form.note.data or "",
            actor=guards.staff().actor,
            address=request.remote_addr or "",
        )
    except Refused as refusal:
        return refused("rewards/desk_rebates.html", refusal=refusal, form=form, **_look())
    toast = _("%(day)s 起 %(n)s 积分兑 ¥1", day=days(form.day), n=number(terms.points_per_yuan))
    return go(url_for("desk_rewards.rebates"), toast)


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}".removesuffix(".00")


def _look() -> dict[str, Any]:
    session, at = reading(), now()
    today = civil_day(at, zone_of(session))
    terms, history = terms_in_force(session, at), all_terms(session)
    words = trimmed(request.args.get("q"))[:60]
    look = REBATES.look({"q": words})
    order: dict[str, Any] = {"sort": look.sort, "page": look.page, "size": look.size}
    return {
        "today": today,
        "terms": terms,
        "history": [(one, _standing(one, terms)) for one in history],
        "setters": staff_names(session, (one.set_by for one in history)),
        "total": totals(session, today),
        "look": look,
        "found": by_dealer(session, today, terms, words=words, **order),
    }


def _standing(one: RebateTerms, terms: RebateTerms | None) -> str:
    if terms is not None and one.no == terms.no:
        return "now"
    return "ahead" if one.since_at > now() else "before"
