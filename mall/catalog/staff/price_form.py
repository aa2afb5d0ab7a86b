"""What staff may send about prices: a new price, a cost, and what the price helper works from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField
from wtforms.validators import Optional

from mall.base.money import BPS, MICROS
from mall.base.refused import N_
from mall.catalog.actions import PlanToPut
from mall.catalog.rules.pricing import Costs
from mall.catalog.staff.desk import end_typed, fen_typed, start_typed, yuan_told
from mall.dealers.models import TIERS, Tier
from mall.web.forms import AtMost, Form, Needed, fresh_key, trimmed, whole
from mall.web.moments import YEARS

STEPS = {0: N_("全积分"), 1: N_("积分 + 现金，第一档"), 2: N_("积分 + 现金，第二档"), 3: N_("积分 + 现金，第三档")}
PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?%?")
WORTH = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,6}))?")
MOST_FEN = 10**9


class PlanForm(Form):
    """A price: points, cash beside them, for whom and from when until when."""

    step = SelectField(N_("兑换方式"), coerce=int, choices=[], validate_choice=False)
    points = StringField(N_("积分"), filters=[trimmed], validators=[Needed(), AtMost(20)])
    cash = StringField(N_("现金（元）"), filters=[trimmed], validators=[AtMost(20)])
    tier = SelectField(N_("等级"), choices=[], validate_choice=False)
    region = StringField(N_("区域"), filters=[trimmed], validators=[AtMost(200)])
    since = DateField(N_("起始日"), validators=[Optional()])
    until = DateField(N_("最后一天"), validators=[Optional()])
    sure = BooleanField(N_("低于成本也要这样定价，交给另一位同事复核"))
    why = StringField(N_("为什么低于成本"), filters=[trimmed], validators=[AtMost(200)])
    key = HiddenField(filters=[trimmed])

    def offer(self) -> PlanForm:
        """The form with its choices in the reader's language."""
        self.key.data = self.key.data or fresh_key()
        self.step.choices = [(step, _(name)) for step, name in STEPS.items()]
        self.tier.choices = [("", _("不限等级")), *((tier.value, _(name)) for tier, name in TIERS.items())]
        return self

    @property
    def reason(self) -> str:
        """Why it is to lie below cost; nothing, and told at the field, where none is given."""
        if not self.why.data:
            self.refuse("why", _("请写明原因，复核的同事要看"))
        return self.why.data or ""

    def put(self, regions: list[str]) -> PlanToPut | None:
        """The price, or none after putting what is wrong at the fields. The region must be one that dealers are in."""
        self.offer()
        good = self.validate()
        points, step = whole((self.points.data or "").replace(",", "")), self.step.data or 0
        cash = fen_typed(self.cash.data or "0")
        if points is None or not 0 < points <= MOST_FEN:
            self.refuse("points", _("请填写大于 0 的整数"))
        if cash is None or cash > MOST_FEN:
            self.refuse("cash", _("请填写金额，最多两位小数"))
        elif step and not cash:
            self.refuse("cash", _("积分 + 现金的价格要有现金"))
        elif cash and not step:
            self.refuse("cash", _("全积分的价格没有现金"))
        if step not in STEPS:
            self.refuse("step", _("请选择兑换方式"))
        if self.tier.data and self.tier.data not in set(Tier):
            self.refuse("tier", _("请选择等级"))
        if self.region.data and self.region.data not in regions:
            self.refuse("region", _("没有这个区域的经销商，请从列表中选择"))
        self._judge_days()
        if not good or self.trouble or points is None or cash is None:
            return None
        return PlanToPut(
            points=points,
            step=step,
            cash_fen=cash,
            tier=Tier(self.tier.data) if self.tier.data else None,
            region=self.region.data or "",
            starts_at=start_typed(self.since.data) if self.since.data else None,
            ends_at=end_typed(self.until.data) if self.until.data else None,
        )

    def _judge_days(self) -> None:
        for name in ("since", "until"):
            if self[name].data and self[name].data.year not in YEARS:
                self.refuse(name, _("日期太远了。"))
        if self.since.data and self.until.data and self.until.data < self.since.data:
            self.refuse("until", _("最后一天不能早于起始日"))


class CostForm(Form):
    """What a piece costs the brand, and what it is sent by."""

    cost = StringField(N_("成本（元，不含税）"), filters=[trimmed], validators=[AtMost(20)])
    template = HiddenField()

    @property
    def fen(self) -> int | None:
        """The cost in fen; nothing typed is not known."""
        return fen_typed(self.cost.data or "0")


@dataclass(frozen=True)
class Helper:
    """What the price helper works from, as its address says it: yuan, percent, and what could not be read."""

    cost: str
    freight: str
    tax: str
    worth: str
    margin: str
    costs: Costs | None
    margin_bps: int

    @property
    def basis(self) -> dict[str, str]:
        """What a new price is held against, to be sent along with it."""
        return {"freight": self.freight, "tax": self.tax, "worth": self.worth}


def helper_from(args: MultiDict[str, str], *, cost_fen: int, unit_value: int, tax_bps: int) -> Helper:
    """The helper's question; what is left out is as usual: the SKU's cost, no freight, its tax, 10 % margin."""
    cost = trimmed(args.get("cost")) or yuan_told(cost_fen)
    freight = trimmed(args.get("freight")) or "0"
    tax, margin = trimmed(args.get("tax")) or yuan_told(tax_bps), trimmed(args.get("margin")) or "10"
    worth = trimmed(args.get("worth")) or worth_told(unit_value)
    read: tuple[Any, ...] = (fen_typed(cost), fen_typed(freight), bps_typed(tax), bps_typed(margin), worth_typed(worth))
    good = None not in read and read[4] > 0 and read[3] < BPS
    return Helper(
        cost=cost[:20],
        freight=freight[:20],
        tax=tax[:10],
        worth=worth[:20],
        margin=margin[:10],
        costs=Costs(cost_fen=read[0], freight_fen=read[1], tax_bps=read[2], unit_value=read[4]) if good else None,
        margin_bps=read[3] if good else 0,
    )


def bps_typed(text: str) -> int | None:
    """A percentage in ten-thousandths."""
    told = PERCENT.fullmatch(text)
    return int(told[1]) * 100 + int((told[2] or "").ljust(2, "0")) if told else None


def worth_typed(text: str) -> int | None:
    """What a point is worth, in yuan, in millionths."""
    told = WORTH.fullmatch(text)
    return int(told[1]) * 100 * MICROS + int((told[2] or "").ljust(6, "0")) if told else None


def worth_told(millionths: int) -> str:
    """Millionths as they stand in a field: 0.01."""
    whole_part, rest = divmod(millionths, 100 * MICROS)
    return f"{whole_part}.{rest:06d}".rstrip("0").rstrip(".") or "0"
