"""积分价值: what a point is worth, since when, by whose word and whose second; and asking for another value."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from wtforms import DateField, StringField

from mall.base.refused import N_, Refused
from mall.base.scope import Scope
from mall.base.time import civil_day
from mall.dealers.queries.people import staff_names
from mall.earning.actions.point_value import MAY_SET, SUBJECT, WHAT, agree_value, ask_value
from mall.earning.queries import point_value, point_values
from mall.proposals.models import Proposal
from mall.proposals.queries import waiting_of
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.filters import days
from mall.web.forms import AtMost, Keyed, Needed, trimmed
from mall.web.pages import desk_link, go, page, refused
from mall.web.second import Decision, decides

desk_point_value = Blueprint("desk_point_value", __name__, url_prefix="/desk/points/value")

ACTS: dict[str, str] = {"points.value": N_("设定积分价值")}
MICROS, A_FEN = 1_000_000, 10_000
WORTH = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,6}))?")
PAGE = "earning/desk_point_value.html"
LATEST = date(2099, 12, 31)


class ValueForm(Keyed):
    """A value in yuan with at most six decimals, from a day on, and on what it rests."""

    from_on = DateField(N_("起始日"), validators=[Needed()])
    worth = StringField(N_("每积分价值（元）"), filters=[trimmed], validators=[Needed(), AtMost(12)])
    note = StringField(N_("依据"), filters=[trimmed], validators=[Needed(), AtMost(200)])

    def value(self, today: date) -> int | None:
        """Millionths of the currency's unit, or none after putting what is wrong at the fields."""
        good = self.validate()
        told = WORTH.fullmatch(self.worth.data or "")
        value = int(told[1]) * MICROS + int((told[2] or "").ljust(6, "0")) if told else 0
        if self.worth.data and not 0 < value <= 100 * MICROS:
            self.refuse("worth", _("请填写 0.000001 至 100 之间的金额"))
        if self.from_on.data and not today <= self.from_on.data <= LATEST:
            self.refuse("from_on", _("起始日不能早于今天"))
        return value if good and not self.trouble else None


def install(app: Flask) -> None:
    """Put the page on the desk's side, and its proposals on the page of what waits for a second person."""
    desk_link(app, N_("财务"), "point-value", "/desk/points/value", "coins", N_("积分价值"), _may_see)
    decides(
        app,
        Decision(
            what=WHAT,
            label=N_("积分价值"),
            roles=frozenset(MAY_SET),
            within=_within,
            title=lambda made: _("积分价值改为 %(worth)s", worth=worth(made.facts["value"])),
            facts=_facts,
            href=lambda _made: url_for("desk_point_value.show"),
            agree=_agree,
            warning=N_("通过后从起始日起，所有礼品的底价和毛利都按新的积分价值计算；已发出的积分不变。"),
        ),
    )


def worth(millionths: int) -> str:
    """What a point is worth, in yuan: ¥0.01."""
    whole, rest = divmod(millionths, MICROS)
    return f"¥{whole:,}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"


@desk_point_value.get("", endpoint="show")
@guards.staff_required(*MAY_SET)
def show() -> Response:
    """The value that holds, its history, what waits, and the form for another."""
    return page(PAGE, form=ValueForm(None), refusal=None, **_look())


@desk_point_value.post("", endpoint="ask")
@guards.staff_required(*MAY_SET)
def ask() -> Response:
    """Ask for another value: a second person decides."""
    form, today = ValueForm(), _today()
    value = form.value(today)
    if value is None or form.from_on.data is None:
        return refused(PAGE, form=form, **_look())
    here = guards.staff()
    by: dict[str, Any] = {"role": here.role, "actor": here.actor, "address": request.remote_addr or ""}
    said: dict[str, Any] = {"note": form.note.data or "", "key": form.key.data or ""}
    try:
        transact(ask_value, from_on=form.from_on.data, today=today, value=value, **said, **by)
    except Refused as refusal:
        return refused(PAGE, refusal=refusal, form=form, **_look())
    return go(url_for("desk_point_value.show"), _("已提交复核，另一位同事同意后生效。"))


def _look() -> dict[str, Any]:
    session = reading()
    values = point_values(session)
    return {
        "today": _today(),
        "holds": point_value(session, _today()),
        "values": values,
        "names": staff_names(session, (actor for each in values for actor in (each.set_by, each.checked_by))),
        "asked": waiting_of(session, SUBJECT, WHAT),
        "worth": worth,
        "usual": A_FEN,
    }


def _facts(made: Proposal) -> list[tuple[str, str]]:
    on = date.fromisoformat(made.facts["from_on"])
    held = point_value(reading(), on)
    return [
        (_("现在的价值"), worth(held or A_FEN)),
        (_("改为"), worth(made.facts["value"])),
        (_("起始日"), days(on)),
    ]


def _agree(*args: Any, scope: Scope, **said: Any) -> None:
    scope.must_be_whole()
    agree_value(*args, **said)


def _within(scope: Scope, _made: Proposal) -> bool:
    return scope.whole


def _may_see() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SET)


def _today() -> date:
    return civil_day(now(), str(current_app.extensions["settings"].zone))
