"""What each kind of reward has to say so that it can be handed out: its fields, and whether all is there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mall.base.refused import N_
from mall.catalog.models import Kind

MOST_DAYS = 3660
MOST_FEN = 10**10


@dataclass(frozen=True, kw_only=True)
class Term:
    """A field of a kind's terms: `fen` is typed in yuan, `days` and `text` as they are, others are chosen."""

    name: str
    label: str
    hint: str
    shape: str
    choices: Mapping[str, str] | None = None
    needed: bool = True

    def sound(self, value: Any) -> bool:
        """Whether a value of this field can be what it says."""
        if value is None:
            return not self.needed
        if self.choices is not None:
            return value in self.choices
        if self.shape == "text":
            return isinstance(value, str) and 0 < len(value) <= 60
        least = 1 if self.needed else 0
        return type(value) is int and least <= value <= (MOST_DAYS if self.shape == "days" else MOST_FEN)


SYSTEMS = {"dms": N_("订货系统（DMS）"), "tms": N_("运输系统（TMS）")}
SERVICES = {
    "priority_production": N_("优先排产"),
    "dedicated_logistics": N_("专属物流"),
    "training_seat": N_("培训席位"),
}
ACCOUNTS = {"phone": N_("手机号"), "fuel_card": N_("加油卡号")}
_DAYS = Term(name="days", label=N_("有效天数"), hint=N_("从发放那天算起，1 至 3660 天"), shape="days")
TERMS: dict[Kind, tuple[Term, ...]] = {
    Kind.PHYSICAL: (),
    Kind.CARD_CODE: (),
    Kind.CASH_REBATE: (),
    Kind.TOP_UP: (
        Term(name="account", label=N_("充值到"), hint=N_("兑换时请经销商填写的号码"), shape="choice", choices=ACCOUNTS),
        Term(name="product", label=N_("充值商品编号"), hint=N_("供应商给的编号，例如 PHONE-100"), shape="text"),
        Term(name="fen", label=N_("面值（元）"), hint=N_("每件充多少元"), shape="fen"),
    ),
    Kind.SERVICE: (
        Term(name="service", label=N_("服务"), hint=N_("发放后在业务系统里核销"), shape="choice", choices=SERVICES),
        Term(name="system", label=N_("核销系统"), hint=N_("由哪个系统核销"), shape="choice", choices=SYSTEMS),
        _DAYS,
    ),
    Kind.COUPON: (
        Term(name="fen", label=N_("抵扣金额（元）"), hint=N_("下一张订货单减多少元"), shape="fen"),
        Term(name="least_fen", label=N_("订货满（元）"), hint=N_("不填是没有门槛"), shape="fen", needed=False),
        _DAYS,
    ),
}


def wrong_terms(kind: Kind, terms: Mapping[str, Any]) -> list[Term]:
    """The fields that are missing or say what cannot be. A service without any is given by people."""
    if kind is Kind.SERVICE and not terms:
        return []
    return [term for term in TERMS[kind] if not term.sound(terms.get(term.name))]
