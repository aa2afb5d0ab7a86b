"""Finance's words: movements, columns, ages and what does not tie, to be translated when told."""

from __future__ import annotations

from datetime import date

from babel.numbers import format_compact_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.points.queries.liability import AGES
from mall.points.queries.trial_balance import Against
from mall.points.rules.movements import Movement
from mall.web.filters import year_month

MOVEMENTS: dict[Movement, str] = {
    Movement.ISSUED: N_("发放"),
    Movement.REDEEMED: N_("兑换"),
    Movement.GIVEN_BACK: N_("退回"),
    Movement.EXPIRED: N_("过期"),
    Movement.CLAWED: N_("扣回"),
    Movement.MOVED: N_("转让与宽限"),
    Movement.ACTIVATED: N_("在途转可用"),
    Movement.HELD: N_("冻结与解冻"),
    Movement.SETTLED: N_("抵扣欠分"),
}
COLUMNS: dict[str, str] = {
    "pending": N_("在途"),
    "available": N_("可用"),
    "held": N_("冻结"),
    "debt": N_("待抵扣"),
    "net": N_("合计"),
}
AGAINST: dict[Against, str] = {
    Against.OPENING: N_("期初：明细行与账户"),
    Against.CLOSING: N_("期末：明细行与账户"),
    Against.LOTS: N_("现在：明细行与批次"),
    Against.MOVED: N_("转入与转出"),
}
NEVER = 999912
"""The expiry month of what does not expire."""


def expiry_month(number: int) -> str:
    """An expiry month (202611) in words."""
    return str(_("长期有效")) if number >= NEVER else year_month(date(number // 100, number % 100, 1))


def age(place: int) -> str:
    """Months since the month earned, in words."""
    start, end = AGES[place]
    told = _("满 %(n)s 个月", n=start) if end is None else _("%(a)s–%(b)s 个月", a=start, b=end - 1)
    return str(told)


def fund(code: str) -> str:
    """A fund's code; points without one say so."""
    return code or str(_("未标经费"))


def compact(value: int) -> str:
    """A large number as short as it can be told: `12.4万`, `124K`."""
    return str(format_compact_decimal(value, locale=get_locale(), fraction_digits=1))


def percent(bps: int) -> str:
    """A rate in ten-thousandths as a percentage: `97.00%`."""
    return f"{bps // 100}.{bps % 100:02d}%"


def share(part: int, whole: int) -> str:
    """How much of a whole, in tenths of a percent: `12.4%`; nothing of nothing is a dash."""
    if whole <= 0:
        return "—"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"
