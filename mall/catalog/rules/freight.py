"""What sending costs: the rule of a province, first pieces and further ones, in fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
