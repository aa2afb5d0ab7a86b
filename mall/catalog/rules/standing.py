"""The prices of a SKU as many of them are changed at once: which one stands where, and what it would be without. Pure.

A standing price was written without an end. A region's that the brand's bounds cut short stands all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mall.catalog.rules.bulk import Slot
from mall.catalog.rules.plans import Plan, regions_above


@dataclass(frozen=True, kw_only=True)
class OfSku:
    """All prices of a SKU that are not withdrawn. Where it is `confined` to a region's people, those that the brand
    wrote are not theirs to change.
    """

    plans: tuple[Plan, ...]
    confined: bool = False

    def theirs(self, plan: Plan) -> bool:
        """Whether a price may be changed by whoever asks."""
        return not self.confined or plan.bounded > 0

    def brands(self) -> list[Plan]:
        """Those that no region wrote."""
        return [plan for plan in self.plans if not plan.bounded]

    def at(self, slot: Slot, now: datetime) -> Plan | None:
        """The standing price that hangs there now, or at the slot's own moment, if that is to come."""
        moment = max(slot.begins or now, now)
        found = [plan for plan in self._standing(slot) if plan.open_at(moment)]
        return max(found, key=lambda plan: (plan.starts_at, plan.id), default=None)

    def hanging(self, slot: Slot, now: datetime) -> list[Plan]:
        """All that go when a price is hung there: those that hold already, or that begin at the very same moment."""
        begins = slot.begins
        if begins is not None and begins > now:
            return [plan for plan in self._standing(slot) if plan.starts_at == begins]
        return [plan for plan in self._standing(slot) if plan.starts_at <= now]

    def beneath(self, slot: Slot, now: datetime) -> Plan | None:
        """The standing price that the slot's dealers have where none hangs there: the closest one around it."""
        moment = max(slot.begins or now, now)
        tiers, above = (None, slot.tier_meant), regions_above(slot.region)
        found = [
            plan
            for plan in self.plans
            if plan.step == slot.step
            and plan.tier in tiers
            and plan.region in above
            and plan.stands
            and plan.open_at(moment)
        ]
        return max(found, key=lambda plan: plan.closeness, default=None)

    def _standing(self, slot: Slot) -> Iterator[Plan]:
        place = (slot.step, slot.tier_meant, slot.region)
        for plan in self.plans:
            if (plan.step, plan.tier, plan.region) == place and plan.stands and self.theirs(plan):
                yield plan
