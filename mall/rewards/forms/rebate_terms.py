"""What finance may send to set by what terms points become money."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import StringField

from mall.base.refused import N_
from mall.web.forms import AtMost, Form, Needed, WholeField, trimmed

YUAN = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?")
LATEST = date(2099, 12, 31)


class RebateTermsForm(Form):
    """So many points to ¥1, caps in yuan (left empty: none), from a day on, and on what it rests."""

    from_on = StringField(N_("起始日"), filters=[trimmed], validators=[Needed()])
    ratio = WholeField(N_("多少积分兑 ¥1"), least=1, most=1_000_000, wrong=N_("应为 1 到 %(most)s 的整数"))
    monthly = StringField(N_("每家每月上限（元）"), filters=[trimmed])
    yearly = StringField(N_("每家每年上限（元）"), filters=[trimmed])
    note = StringField(N_("依据"), filters=[trimmed], validators=[Needed(), AtMost(200)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape, then whether the day is one, and the caps are money."""
        if not super().validate(extra_validators):
            return False
        if self.day is None:
            self.refuse("from_on", _("请填写有效的日期"))
        for name in ("monthly", "yearly"):
            if self[name].data and fen_of(self[name].data) is None:
                self.refuse(name, _("应为金额，最多两位小数，不设上限就留空"))
        return not self.trouble

    @property
    def day(self) -> date | None:
        """From which day on."""
        try:
            found = date.fromisoformat(self.from_on.data or "")
        except ValueError:
            return None
        return found if date(2000, 1, 1) <= found <= LATEST else None

    @property
    def caps(self) -> tuple[int | None, int | None]:
        """The month's and the year's cap in fen."""
        return fen_of(self.monthly.data or ""), fen_of(self.yearly.data or "")


def fen_of(typed: str) -> int | None:
    """Yuan as people type them as fen; none where it is no amount, or nothing."""
    told = YUAN.fullmatch(typed.replace(",", "").replace("，", "").removeprefix("¥"))
    fen = int(told[1]) * 100 + int((told[2] or "").ljust(2, "0")) if told else 0
    return fen or None
