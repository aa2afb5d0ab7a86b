"""What the blocks of one page read with: the database, for whom, when; what two blocks ask for is read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from mall.catalog.queries import Own, own_prices
from mall.dealers.models import Tier
from mall.points.queries import Balance

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """For whom a page is read: a member of a dealer, or a dealer that staff imagine for a preview.

    An imagined one may be no dealer at all: without an id it has had nothing.
    """

    name: str
    dealer_name: str
    tier: Tier
    region: str
    balance: Balance
    dealer_id: int | None = None

    @property
    def net(self) -> int:
        """The points that count: what is owed is missing too."""
        return self.balance.available - self.balance.debt


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One page's reading. `zone` is the mall's; `news` says whether any announcement is live at all."""

    session: Session
    at: datetime
    viewer: Viewer
    zone: str
    news: bool = True
    _kept: dict[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> Own:
        """What rewards cost and say to this dealer where that is its own: asked once a page."""
        viewer = self.viewer
        return self.once("own", lambda: own_prices(self.session, self.at, tier=viewer.tier, region=viewer.region))

    def once(self, name: str, ask: Callable[[], T]) -> T:
        """What is asked, the first time; then what was answered."""
        if name not in self._kept:
            self._kept[name] = ask()
        return cast(T, self._kept[name])
