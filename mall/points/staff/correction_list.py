"""Corrections in their list: what waits for who is here first of all."""

from __future__ import annotations

from flask import Flask, Response, request

from mall.base.places import id_from
from mall.base.refused import N_
from mall.points.models import CorrectionKind, CorrectionReason
from mall.points.models.correction import MAY_SEE
from mall.points.queries.corrections import VIEWS, CorrectionsAsked, View, corrections, view_counts
from mall.points.staff.corrections import may_correct, words
from mall.points.staff.desk import desk_points
from mall.points.views.words import ADJUSTMENTS
from mall.web import guards
from mall.web.db import reading
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import page

TABS = (View.FOR_ME, View.MINE, View.WAITING)
KINDS = {kind.value: kind.name_shown for kind in CorrectionKind}
REASONS = {reason.value: ADJUSTMENTS[reason.value] for reason in CorrectionReason}
CORRECTIONS = DeskList(
    "corrections",
    "desk_points.corrections",
    ("view", "kind", "reason", "dealer"),
    (
        Column("state", N_("状态"), fixed=True),
        Column("correction", N_("更正"), fixed=True),
        Column("dealer", N_("经销商"), fixed=True),
        Column("points", N_("积分变动"), fixed=True, end=True),
        Column("reason", N_("原因")),
        Column("fund", N_("资金"), usual=False),
        Column("made", N_("申请"), sort="made"),
        Column("settled", N_("复核")),
    ),
    size=25,
    tab="view",
)


def install(app: Flask) -> None:
    """Let people keep views of it."""
    keep(app, CORRECTIONS)


@desk_points.get("/corrections", endpoint="corrections")
@guards.staff_required(*MAY_SEE)
def listing() -> Response:
    """Corrections by view, kind, reason and dealer."""
    here, usual, args = guards.staff(), View.FOR_ME if may_correct() else View.WAITING, request.args
    asked_view, kind, reason = args.get("view", ""), args.get("kind", ""), args.get("reason", "")
    view = View(asked_view) if asked_view in set(View) else usual
    told = {
        "view": "" if view is usual else view.value,
        "kind": kind if kind in KINDS else "",
        "reason": reason if reason in REASONS else "",
        "dealer": trimmed(args.get("dealer"))[:60],
    }
    look = CORRECTIONS.look(told)
    asked = CorrectionsAsked(
        view=view,
        kind=CorrectionKind(kind) if told["kind"] else None,
        reason=CorrectionReason(reason) if told["reason"] else None,
        dealer=told["dealer"],
        before=id_from(args.get("before", "")),
        oldest=look.oldest_first,
        size=look.size,
    )
    found = corrections(reading(), asked, here.staff_id)
    return page(
        "points/desk_corrections.html",
        look=look,
        view=view,
        usual=usual,
        found=found,
        counts=view_counts(reading(), here.staff_id),
        tabs=TABS if may_correct() else TABS[2:],
        views={each.value: VIEWS[each] for each in View if may_correct() or each not in TABS[:2]},
        kinds=KINDS,
        reason_names=REASONS,
        onward=look.onward(before=str(found.before)) if found.before else "",
        **words(),
    )
