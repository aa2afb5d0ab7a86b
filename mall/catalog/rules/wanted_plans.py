"""A price that somebody wants, held against those that a SKU has: which one it means, and what becomes of it. Pure.

A price is known again by its SKU, step, tier and region (its place), and there by its time: one that is to come by its
start, one that holds by whether it has an end. Standing prices follow each other and lie beneath those with an end; of
these no two of a place hold at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from mall.base.refused import N_
from mall.catalog.rules.bulk import Slot
from mall.catalog.rules.plans import Plan, followed
from mall.catalog.rules.standing import OfSku
from mall.dealers.models import Tier

OPEN = "open"
NEEDS_POINTS = N_("新价格要写积分")
NEEDS_CASH = N_("积分+现金的新价格要写现金")
NOTHING = N_("没有填积分，也没有这个价格，没有要改的")
FOLLOWED = N_("起始写的那个价格已经被后来的价格接替了：要改现在的价格，请把起始留空")
OVER = N_("截止要晚于起始和现在")
OVERLAPS = N_("时间和已有的活动价（%(points)s 积分，%(from_at)s 至 %(to_at)s）重叠")


class NotSo(Exception):
    """What keeps a price from being written: a message id, with what it names."""

    def __init__(self, text: str, **params: Any) -> None:
        self.text, self.params = text, params
        super().__init__(text, params)


class Nothing(NotSo):
    """Nothing is asked for, or what is so already."""


@dataclass(frozen=True, kw_only=True)
class Want:
    """What is asked for; nothing is left as it is. `open` is that there be no end."""

    sku: str
    step: int
    tier: str
    region: str
    points: int | None = None
    cash_fen: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    open: bool = False

    @classmethod
    def of(cls, sku: str, asked: Mapping[str, Any]) -> Self:
        """As a row keeps it."""
        until = asked["until"]
        return cls(
            sku=sku,
            step=asked["step"],
            tier=asked["tier"],
            region=asked["region"],
            points=asked["points"],
            cash_fen=asked["cash_fen"],
            since=_moment(asked["since"]),
            until=None if until == OPEN else _moment(until),
            open=until == OPEN,
        )

    @property
    def slot(self) -> Slot:
        """Its place."""
        return Slot(self.sku, self.step, self.tier, self.region)

    @property
    def tier_meant(self) -> Tier | None:
        """The tier, none for all."""
        return Tier(self.tier) if self.tier else None


@dataclass(frozen=True, kw_only=True)
class Becomes:
    """What becomes of it: the price that there is to be, that which it takes the place of, and all that go."""

    points: int
    cash_fen: int
    starts_at: datetime
    ends_at: datetime | None
    known: Plan | None
    gone: Sequence[Plan]


def meant(want: Want, prices: OfSku, now: datetime) -> Plan | None:
    """Which price is meant; none: it is a new one. NotSo where one is named that another has followed."""
    mine = _mine(want, prices, now)
    if want.since is not None and want.since > now:
        same = [plan for plan in mine if _minute(plan.starts_at) == _minute(want.since)]
        return max(same, key=lambda plan: (plan.stands == (want.until is None), plan.id), default=None)
    begun = [plan for plan in mine if plan.starts_at <= now and (want.until is None or not plan.stands)]
    past = [plan for plan in begun if followed(plan, prices.plans, now)]
    begun = [plan for plan in begun if plan not in past]
    exact = [plan for plan in begun if want.since and _minute(plan.starts_at) == _minute(want.since)]
    if not exact and want.since and any(_minute(plan.starts_at) == _minute(want.since) for plan in past):
        raise NotSo(FOLLOWED)
    return _last(exact) or _last(plan for plan in begun if plan.stands == (want.until is None))


def becomes(want: Want, prices: OfSku, now: datetime) -> Becomes:
    """What becomes of what is asked for. NotSo says why it cannot be; Nothing that it changes nothing."""
    known = meant(want, prices, now)
    points = want.points if want.points is not None else known.points if known else None
    cash = want.cash_fen if want.cash_fen is not None else known.cash_fen if known else None
    if points is None:
        asks = want.cash_fen or want.until or want.since
        raise NotSo(NEEDS_POINTS) if asks else Nothing(NOTHING)
    if cash is None and want.step:
        raise NotSo(NEEDS_CASH)
    kept = known.ends_at if known is not None and not known.stands and not want.open else None
    starts, ends = max(want.since or now, now), want.until or kept
    if known is not None and known.starts_at > now:
        starts = known.starts_at
    if ends is not None and ends <= starts:
        raise NotSo(OVER)
    if known is not None and same(known, points, cash or 0, ends):
        raise Nothing("")
    if ends is not None:
        _alone(want, prices, now, known, starts, ends)
    return Becomes(
        points=points,
        cash_fen=cash or 0,
        starts_at=starts,
        ends_at=ends,
        known=known,
        gone=_gone(want, prices, now, known, standing=ends is None and starts <= now),
    )


def _mine(want: Want, prices: OfSku, now: datetime) -> list[Plan]:
    """The prices of its place that are not over, as far as they are to be changed by whoever asks."""
    return [plan for plan in _there(want, prices, now) if prices.theirs(plan)]


def _there(want: Want, prices: OfSku, now: datetime) -> list[Plan]:
    place = (want.step, want.tier_meant, want.region)
    here = [plan for plan in prices.plans if (plan.step, plan.tier, plan.region) == place]
    return [plan for plan in here if plan.ends_at is None or plan.ends_at > now]


def _alone(want: Want, prices: OfSku, now: datetime, known: Plan | None, starts: datetime, ends: datetime) -> None:
    for plan in _there(want, prices, now):
        if plan is known or plan.stands or plan.ends_at is None:
            continue
        if starts < plan.ends_at and plan.starts_at < ends:
            times = {"from_at": plan.starts_at.isoformat(), "to_at": plan.ends_at.isoformat()}
            raise NotSo(OVERLAPS, points=f"{plan.points:,}", **times)


def _gone(want: Want, prices: OfSku, now: datetime, known: Plan | None, *, standing: bool) -> list[Plan]:
    """All that go: the one that is meant, and standing ones that a new standing one leaves nobody to pay."""
    begun = [plan for plan in _mine(want, prices, now) if standing and plan.stands and plan.starts_at <= now]
    return list({plan.id: plan for plan in (*begun, *([known] if known else []))}.values())


def same(known: Plan, points: int, cash: int, ends: datetime | None) -> bool:
    """Whether a price says this already; `ends` is none for a standing one."""
    there = None if known.stands else known.ends_at
    same_end = (there is None) == (ends is None) and (ends is None or there is None or _minute(there) == _minute(ends))
    return (known.points, known.cash_fen) == (points, cash) and same_end


def _last(plans: Any) -> Plan | None:
    return max(plans, key=lambda plan: (plan.starts_at, plan.id), default=None)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
