"""账本校验: the last proofs and checkpoint, a proof at once, and whether a period's trial balance ties."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mall.base.refused import N_
from mall.points.actions.verify import Proof, hold_against, prove, record_proof
from mall.points.models import ProofRun, Scope, TooMuchToProve
from mall.points.queries.checkpoints import Folder
from mall.points.queries.proof.fault import RULES
from mall.points.queries.proof_runs import proof_state, unproven
from mall.points.queries.trial_balance import net, trial_balance
from mall.points.staff.desk import GROUP, MAY_SEE, desk_points, may_see, zone
from mall.points.staff.words import AGAINST, COLUMNS, MOVEMENTS
from mall.web import guards
from mall.web.db import db, now, reading, snapshot, transact
from mall.web.filters import number
from mall.web.pages import desk_link, go, page
from mall.web.period import Days

MOST = 20_000
"""Entries that are proven while somebody waits: some seconds."""
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
        most=MOST,
    )


@desk_points.post("/proof/runs")
@guards.staff_required(*MAY_SEE)
def prove_changed() -> Response:
    """Prove what was posted since the last run, while somebody waits for it; more than that is the worker's."""
    if unproven(reading()) > MOST:
        raise TooMuchToProve(most=MOST)
    reading().rollback()  # the proof reads by connections of its own
    run = Proof(Scope.CHANGED, now())
    for _found in prove(db.engine, transact, run):
        pass
    for _fault in hold_against(reading(), run, Folder(current_app.extensions["settings"].checkpoints)):
        pass
    transact(record_proof, proof=run)
    toast = (
        ngettext("校验发现 %(num)s 处差错", "校验发现 %(num)s 处差错", run.faults)
        if run.faults
        else _("校验了 %(n)s 条记录，没有差错", n=number(run.entries))
    )
    return go(url_for("desk_points.proof"), toast, "negative" if run.faults else "")


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
