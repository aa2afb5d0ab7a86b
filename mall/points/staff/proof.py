"""账本校验: the last proofs and checkpoint, and whether a period's trial balance ties."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from mall.base.refused import N_
from mall.points.models import ProofRun, Scope
from mall.points.queries.proof.fault import RULES
from mall.points.queries.proof_runs import proof_state
from mall.points.queries.trial_balance import net, trial_balance
from mall.points.staff.asked import Days
from mall.points.staff.desk import GROUP, MAY_SEE, desk_points, may_see, zone
from mall.points.staff.words import AGAINST, COLUMNS, MOVEMENTS
from mall.web import guards
from mall.web.db import now, snapshot
from mall.web.pages import desk_link, page

SCOPES = {Scope.FULL: N_("全量"), Scope.CHANGED: N_("增量")}


def install(app: Flask) -> None:
    """Put the page on the desk's side."""
    desk_link(app, GROUP, "proof", "/desk/points/proof", "shield-check", N_("账本校验"), may_see)


@desk_points.get("/proof")
@guards.staff_required(*MAY_SEE)
def proof() -> Response:
    """How well the ledger is proven, and a period's trial balance."""
    session, at = snapshot(), now()
    asked = Days.of(request.args, at, zone())
    return page(
        "points/desk_proof.html",
        state=proof_state(session, at),
        balance=trial_balance(session, asked.start, asked.end),
        asked=asked,
        usual=Days.usual(at, asked.zone),
        movements=MOVEMENTS,
        columns=COLUMNS,
        against=AGAINST,
        scopes=SCOPES,
        net=net,
        fault=fault,
        ago=lambda then: told(at - then),
        seconds=seconds,
    )


def fault(code: str) -> str:
    """A rule that does not hold, in plain words; one that this version does not know keeps its code."""
    return str(_(RULES[code][1])) if code in RULES else code


def seconds(run: ProofRun) -> str:
    """How long a run took: 12.3."""
    tenths = (run.ended_at - run.started_at) // timedelta(milliseconds=100)
    return f"{tenths // 10:,}.{tenths % 10}"


def told(age: timedelta) -> str:
    """How long ago: 刚刚, 12 分钟前, 3 小时前, 5 天前."""
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return str(_("刚刚"))
    if minutes < 60:
        return str(ngettext("%(num)s 分钟前", "%(num)s 分钟前", minutes))
    if minutes < 48 * 60:
        return str(ngettext("%(num)s 小时前", "%(num)s 小时前", minutes // 60))
    return str(ngettext("%(num)s 天前", "%(num)s 天前", minutes // (24 * 60)))
