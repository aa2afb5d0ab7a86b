"""As whom staff look at the mall from beside an editor: what the address of the page and of its preview say.

    headers.framing(page("…/desk_….html", **as_whom()))   and   {% include "ui/_preview.html" %}

No dealer is told of that a person's scope does not cover: a region's people look as dealers of it, a supplier's people
as a tier and a region alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from mall.dealers.models import TIERS, Tier
from mall.dealers.queries.seen_as import SomeDealer, find_dealers, regions
from mall.web import guards
from mall.web.db import now, reading
from mall.web.forms import trimmed
from mall.web.locale import THEMES
from mall.web.moments import moment_typed

ASKED = ("dealer", "tier", "region", "at", "lang", "look")


@dataclass(frozen=True)
class Imagined:
    """As whom and when a page is looked at. Without a dealer it is one of this tier and region."""

    asked: dict[str, Any]
    dealer: SomeDealer | None
    others: list[SomeDealer]
    tier: Tier
    region: str
    at: datetime
    look: str

    @property
    def lost(self) -> bool:
        """Whether a dealer was looked for and not found."""
        return bool(self.asked.get("dealer")) and self.dealer is None


def imagined() -> Imagined:
    """What the address asks for; what it leaves out is a core dealer of the person's own region, now."""
    asked: dict[str, Any] = {name: trimmed(request.args.get(name))[:60] for name in ASKED if request.args.get(name)}
    scope = guards.staff().scope
    if scope.supplier_id is not None:
        asked.pop("dealer", None)
    found = find_dealers(reading(), asked["dealer"], within=scope.region) if asked.get("dealer") else []
    dealer = found[0] if found else None
    tier = Tier(asked["tier"]) if asked.get("tier") in set(Tier) else Tier.CORE
    return Imagined(
        asked=asked,
        dealer=dealer,
        others=found[1:],
        tier=dealer.tier if dealer else tier,
        region=dealer.region if dealer else asked.get("region", scope.region),
        at=moment_typed(asked.get("at", "")) or now(),
        look=asked.get("look", "auto") if asked.get("look") in THEMES else "auto",
    )


def as_whom() -> dict[str, Any]:
    """What pages beside a preview say about as whom it is looked at."""
    return {
        "seen_as": imagined(),
        "all_regions": regions(reading()),
        "tiers_shown": TIERS,
        "may_be_dealer": guards.staff().supplier_id is None,
    }
