"""How much of the brand's business a person of the brand looks after."""

from __future__ import annotations

from dataclasses import dataclass

from mall.base.refused import N_, Forbidden


class OutsideScope(Forbidden):
    """The person's role allows it, and what it is done to is not theirs to look after."""

    code = "outside_scope"
    text = N_("这不在你的数据权限之内。需要改动请找负责全品牌的同事。")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person of the brand looks after (数据权限): everything, one region, or what one supplier sends.

    `region` is a path such as 华东/浙江 with all that lies in it, '' the whole brand; `supplier_id` narrows to that
    supplier's rewards and their stock. Nobody has both.
    """

    region: str = ""
    supplier_id: int | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is outside it."""
        return not self.region and self.supplier_id is None

    @property
    def regional(self) -> bool:
        """Whether it is a region of the brand, all suppliers of it."""
        return bool(self.region) and self.supplier_id is None

    def covers(self, region: str) -> bool:
        """Whether what is for a region is theirs to change. What is for everybody ('') is the whole brand's alone.

        A supplier's person looks after no region.
        """
        return self.supplier_id is None and beneath(region, self.region)

    def supplies(self, supplier_id: int | None) -> bool:
        """Whether a reward of this supplier, or of none, is theirs to see."""
        return self.supplier_id is None or self.supplier_id == supplier_id

    def must_be_whole(self) -> None:
        """Refused: whoever does not look after the whole brand."""
        if not self.whole:
            raise OutsideScope

    def must_cover(self, *regions: str) -> None:
        """Refused: one of these regions lies outside."""
        if not all(self.covers(region) for region in regions):
            raise OutsideScope


WHOLE = Scope()
"""The whole brand, and whatever acts by itself."""


def beneath(region: str, above: str) -> bool:
    """Whether a region such as 华东/浙江 is this one or lies in it; everything lies in the empty one."""
    return not above or region == above or region.startswith(f"{above}/")
