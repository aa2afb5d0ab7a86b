"""What sending costs: the rule of a province, first pieces and further ones, in fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mall.base.money import Rounding, divide
from mall.catalog.models import NotDelivered


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What pieces cost to some provinces, named by their short names (浙江, 内蒙古); none is all the others."""

    provinces: tuple[str, ...] = ()
    first: int = 1
    first_fen: int = 0
    further: int = 1
    further_fen: int = 0
    free_from: int | None = None
    """From so many pieces on it is free; null never."""
    delivered: bool = True

    def fee(self, pieces: int) -> int:
        """Fen for so many pieces: a further step begun is a step paid."""
        if self.free_from is not None and pieces >= self.free_from:
            return 0
        more = max(0, pieces - self.first)
        return self.first_fen + divide(more, self.further, Rounding.CEILING) * self.further_fen


def rules_from(written: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules of a template as its row keeps them."""
    return tuple(Rule(**{**rule, "provinces": tuple(rule.get("provinces", ()))}) for rule in written)


def fee(rules: Iterable[Rule], *, pieces: int, region: str) -> int:
    """Fen for pieces of one template to a region 省/市/区县/街道; refused with NotDelivered where none goes.

    A province is known by how its name begins: 新疆 is 新疆维吾尔自治区.
    """
    province = region.split("/", maxsplit=1)[0]
    own = next((rule for rule in rules if any(province.startswith(name) for name in rule.provinces)), None)
    rule = own or next((rule for rule in rules if not rule.provinces), None)
    if rule is None or not rule.delivered:
        raise NotDelivered(province=province)
    return rule.fee(pieces)


PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西",
    "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃",
    "青海", "宁夏", "新疆",
)  # fmt: skip
"""The mainland's provinces by their short names, each the beginning of its official one."""
MOST_RULES = 12
MOST_FEN = 1_000_000
MOST_PIECES = 999


def sound(rules: Sequence[Rule]) -> bool:
    """Whether rules can be a template: provinces known and named once, the last rule alone for all the others,
    pieces from one up, fees up to ¥10,000.
    """
    named = [name for rule in rules for name in rule.provinces]
    return (
        1 <= len(rules) <= MOST_RULES
        and [rule for rule in rules if not rule.provinces] == [rules[-1]]
        and len(named) == len(set(named))
        and set(named) <= set(PROVINCES)
        and all(_sound(rule) for rule in rules)
    )


def _sound(rule: Rule) -> bool:
    pieces = (rule.first, rule.further, rule.free_from if rule.free_from is not None else 1)
    fees = (rule.first_fen, rule.further_fen)
    return all(1 <= n <= MOST_PIECES for n in pieces) and all(0 <= fen <= MOST_FEN for fen in fees)
