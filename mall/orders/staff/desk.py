"""What the desk's pages of orders and of after-sales share."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import ngettext

from mall.orders.models import MAY_SEE
from mall.orders.rules import Haste, Waiting
from mall.web import guards

desk_orders = Blueprint("desk_orders", __name__, url_prefix="/desk")


def may_see() -> bool:
    """Whether who is here reads orders and what is claimed of them."""
    here = guards.who()
    return here is not None and guards.staff().role in MAY_SEE


def told(wait: Waiting) -> str:
    """A time limit in words: 超时 26 小时, 剩 1 小时 24 分, 剩 3 天."""
    minutes = int(wait.time.total_seconds()) // 60
    if minutes >= 48 * 60:
        time = ngettext("%(num)s 天", "%(num)s 天", minutes // (24 * 60))
    elif minutes >= 600:
        time = _("%(num)s 小时", num=minutes // 60)
    elif minutes >= 60:
        time = _("%(hours)s 小时 %(minutes)s 分", hours=minutes // 60, minutes=minutes % 60)
    else:
        time = _("%(num)s 分钟", num=max(minutes, 1))
    return str(_("超时 %(time)s", time=time) if wait.haste is Haste.LATE else _("剩 %(time)s", time=time))
