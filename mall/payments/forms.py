"""What a browser may send about payments on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from wtforms import StringField

from mall.base.refused import N_
from mall.base.time import civil_day, last_day, start_of_day
from mall.payments.models import GatewayName
from mall.payments.queries.desk import View, Wanted
from mall.web.forms import AtMost, Form, Needed, trimmed

ZONE = "Asia/Shanghai"
"""Of the gateways' days."""
EARLIEST, LATEST = date(1970, 1, 2), date(9000, 1, 1)


class RemarkForm(Form):
    """What became of a difference."""

    remark = StringField(N_("处理结果"), filters=[trimmed], validators=[Needed(), AtMost(200)])


class OutsideForm(Form):
    """A refund that was paid back by bank transfer."""

    reference = StringField(N_("银行流水号"), filters=[trimmed], validators=[Needed(), AtMost(64)])
    remark = StringField(N_("原因"), filters=[trimmed], validators=[Needed(), AtMost(200)])


def wanted_from(args: Mapping[str, str]) -> Wanted:
    """The list's filters; what makes no sense counts as not asked."""
    view, gateway = args.get("view", ""), args.get("gateway", "")
    since, until = day_from(args.get("since", "")), day_from(args.get("until", ""))
    return Wanted(
        view=View(view) if view in set(View) else View.ALL,
        gateway=GatewayName(gateway) if gateway in set(GatewayName) else None,
        q=trimmed(args.get("q", ""))[:60],
        since=start_of_day(since, ZONE) if since else None,
        until=start_of_day(until + timedelta(days=1), ZONE) if until else None,
    )


def told_of(wanted: Wanted) -> dict[str, str]:
    """The same by the names that an address has for it; what is as usual is empty."""
    return {
        "view": "" if wanted.view is View.ALL else wanted.view.value,
        "gateway": wanted.gateway.value if wanted.gateway else "",
        "q": wanted.q,
        "since": civil_day(wanted.since, ZONE).isoformat() if wanted.since else "",
        "until": last_day(wanted.until, ZONE).isoformat() if wanted.until else "",
    }


def day_from(text: str) -> date | None:
    """A civil day as 2026-11-30, or nothing."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and EARLIEST <= day < LATEST else None


def gateway_from(text: str) -> GatewayName | None:
    """A gateway outside the house by its name, or nothing."""
    return GatewayName(text) if text in {GatewayName.WECHAT.value, GatewayName.ALIPAY.value} else None
