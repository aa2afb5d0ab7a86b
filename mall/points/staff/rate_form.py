"""What finance may send to set the expected redemption rate."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, StringField

from mall.base.refused import N_
from mall.web.forms import AtMost, Form, Needed, trimmed
from mall.web.period import BEGINNING, day

PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?%?")
LATEST = date(2099, 12, 31)


class RateForm(Form):
    """A rate in percent with at most two decimals, from a day on, and on what it rests."""

    from_on = StringField(N_("起始日"), filters=[trimmed], validators=[Needed()])
    percent = StringField(N_("预计兑换率（百分比）"), filters=[trimmed], validators=[Needed()])
    note = StringField(N_("依据"), filters=[trimmed], validators=[Needed(), AtMost(200)])
    supersede = BooleanField(N_("取代当日已有的设定"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape, then whether day and rate make sense."""
        if not super().validate(extra_validators):
            return False
        if self.day is None:
            self.refuse("from_on", _("请填写有效的日期"))
        if self.bps is None:
            self.refuse("percent", _("应在 0.01 与 100 之间，最多两位小数"))
        return not self.trouble

    @property
    def day(self) -> date | None:
        """From which day on."""
        found = day(self.from_on.data or "")
        return found if found is not None and BEGINNING <= found <= LATEST else None

    @property
    def bps(self) -> int | None:
        """The rate in ten-thousandths."""
        told = PERCENT.fullmatch(self.percent.data or "")
        bps = int(told[1]) * 100 + int((told[2] or "").ljust(2, "0")) if told else 0
        return bps if 1 <= bps <= 10_000 else None
