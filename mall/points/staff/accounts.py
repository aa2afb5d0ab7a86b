"""A dealer's account as the brand's people see it: for questions on the phone, and where corrections begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.dealers.models import TIERS, Dealer
from mall.dealers.queries.people import staff_names
from mall.dealers.queries.seen_as import regions
from mall.points.actions.drawing_up import SOURCE
from mall.points.forms import HistoryAsked, LotsAsked, turn_text
from mall.points.models import Kind
from mall.points.models.correction import MAY_SEE
from mall.points.queries import Movement, Shown, actors, balance, expiring_by_month, history, movement
from mall.points.queries.desk_account import dealer_by_code, dealers_found, funded_lots, head_of, reinstated
from mall.points.staff.corrections import may_correct, may_look, worth
from mall.points.staff.desk import desk_points, zone
from mall.points.staff.statements import months_told
from mall.web import guards
from mall.web.db import now, reading
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, page

PAGE = 25
LOTS = 10
"""How many open lots stand on an account's page; the rest is a page further."""
STANDINGS = {"debt": N_("有待抵扣"), "held": N_("有冻结"), "suspended": N_("已停用"), "none": N_("还没有积分账")}
ACCOUNTS = DeskList(
    "accounts",
    "desk_points.accounts",
    ("q", "region", "state"),
    (
        Column("dealer", N_("经销商"), fixed=True, sort="name"),
        Column("code", N_("编号"), sort="code"),
        Column("region", N_("区域"), sort="region"),
        Column("tier", N_("会员等级"), usual=False),
        Column("available", N_("账面可用"), end=True, sort="available"),
        Column("pending", N_("在途"), end=True, sort="pending"),
        Column("held", N_("冻结"), end=True, sort="held"),
        Column("debt", N_("待抵扣"), end=True, sort="debt"),
        Column("posted", N_("最近入账"), usual=False, sort="posted"),
    ),
)
MACHINES = {"system": N_("系统"), "ledger": N_("系统"), "demo": N_("演示数据"), "operator:cli": N_("运维命令")}


def install(app: Flask) -> None:
    """Put dealers' accounts on the desk's side."""
    desk_link(app, N_("积分"), "accounts", "/desk/points/dealers", "wallet", N_("经销商账户"), may_look)
    keep(app, ACCOUNTS)


@desk_points.get("/dealers", endpoint="accounts")
@guards.staff_required(*MAY_SEE)
def search() -> Response:
    """Dealers by code, name or pinyin, with what the books say they have."""
    session, args = reading(), request.args
    q, region, standing = trimmed(args.get("q"))[:60], trimmed(args.get("region"))[:200], args.get("state", "")
    standing = standing if standing in STANDINGS else ""
    look = ACCOUNTS.look({"q": q, "region": region, "state": standing})
    order: dict[str, Any] = {"sort": look.sort, "page": look.page, "size": look.size}
    return page(
        "points/desk_accounts.html",
        look=look,
        found=dealers_found(session, q, region=region, standing=standing, **order),
        regions=regions(session),
        standings=STANDINGS,
        tiers=TIERS,
    )


@desk_points.get("/dealers/<code>", endpoint="account")
@guards.staff_required(*MAY_SEE)
def account(code: str) -> Response:
    """One dealer's points: balances, what ends next, open lots with who pays, and what happened with who did it."""
    session, at = reading(), now()
    dealer = dealer_by_code(session, code)
    asked, lots_asked = HistoryAsked.of(request.args), LotsAsked.of(request.args)
    found = history(session, dealer.id, asked.shown, asked.before, PAGE)
    lots = funded_lots(session, dealer.id, at, lots_asked.after, LOTS + 1)
    kind = None if asked.shown is Shown.ALL else asked.shown.value
    return page(
        "points/desk_account.html",
        dealer=dealer,
        balance=balance(session, dealer.id, at),
        head=head_of(session, dealer.id),
        endings=[ending for ending in expiring_by_month(session, dealer.id, at, zone(), 12) if ending.points],
        lots=lots[:LOTS],
        more_lots=url_for("desk_points.account", code=code, after=turn_text(lots[LOTS - 1].lot.turn))
        if len(lots) > LOTS
        else "",
        further_lots=lots_asked.after is not None,
        asked=asked,
        filters=[*Shown],
        movements=found.movements,
        older=url_for("desk_points.account", code=code, kind=kind, before=found.before) if found.before else "",
        worth=worth,
        months=months_told(dealer.id, code),
        **_people(dealer, found.movements),
    )


@desk_points.get("/dealers/<code>/movements/<int:seq>", endpoint="account_movement")
@guards.staff_required(*MAY_SEE)
def why(code: str, seq: int) -> Response:
    """One movement with every step of it, its reasons, and who did and who checked it."""
    dealer = dealer_by_code(reading(), code)
    found = movement(reading(), dealer.id, seq)
    by_key = found.key.removeprefix("correction/") if found.source == SOURCE else ""
    number = str(found.why.get("correction") or by_key)
    return page(
        "points/desk_account_movement.html",
        dealer=dealer,
        movement=found,
        correction_no=int(number) if number.isdigit() else None,
        **_people(dealer, (found,)),
    )


def _people(dealer: Dealer, movements: Sequence[Movement]) -> dict[str, Any]:
    """Who did what, by name; and which clawbacks can still be reinstated."""
    session = reading()
    staff = staff_names(session, (name for one in movements for name in (one.actor, one.checker)))
    members = actors(session, dealer.id, (one.member_id for one in movements))
    clawbacks = [one.journal_id for one in movements if one.kind is Kind.CLAWBACK]
    closed = reinstated(session, dealer.id, clawbacks)

    def named(actor: str | None) -> str:
        if not actor:
            return ""
        if actor in MACHINES:
            return str(_(MACHINES[actor]))
        kind, _colon, number = actor.partition(":")
        if kind == "member" and number.isdigit() and int(number) in members:
            person = members[int(number)]
            return str(_("%(name)s（%(role)s）", name=person.name, role=_(person.role_shown)))
        return staff.get(actor) or (number if kind == "partner" else actor)

    return {
        "named": named,
        "may_correct": may_correct(),
        "reinstatable": {number for number in clawbacks if number not in closed},
    }
