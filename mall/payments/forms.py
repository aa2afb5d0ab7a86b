"""What a browser may send about payments on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from wtforms import StringField

from mall.base.refused import N_
from mall.base.types import micros, moment
from mall.payments.models import GatewayName
from mall.payments.queries.desk import Mark, View, Wanted
from mall.web.forms import AtMost, Form, Needed, trimmed

LAST_MICROS = 253_402_300_799_000_000


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
    return Wanted(
        view=View(view) if view in set(View) else View.ALL,
        gateway=GatewayName(gateway) if gateway in set(GatewayName) else None,
        q=trimmed(args.get("q", ""))[:64],
    )


def query_of(wanted: Wanted, *, after: Mark | None = None) -> str:
    """The same as an address has it."""
    said = {"view": wanted.view.value, "gateway": wanted.gateway.value if wanted.gateway else "", "q": wanted.q}
    if after:
        said["after"] = f"{micros(after[0])}-{after[1]}"
    return urlencode({name: value for name, value in said.items() if value})


def mark_from(args: Mapping[str, str]) -> Mark | None:
    """Where a list goes on."""
    at, _, row = args.get("after", "").partition("-")
    if not (at.isascii() and at.isdigit() and row.isascii() and row.isdigit() and len(at) < 19 and len(row) < 20):
        return None
    if int(at) > LAST_MICROS or int(row) >= 2**63:
        return None
    return _mark(moment(int(at)), int(row))


def day_from(text: str) -> date | None:
    """A civil day as 2026-11-30, or nothing."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def gateway_from(text: str) -> GatewayName | None:
    """A gateway outside the house by its name, or nothing."""
    return GatewayName(text) if text in {GatewayName.WECHAT.value, GatewayName.ALIPAY.value} else None


def _mark(at: datetime, row: int) -> Mark:
    return at, row
