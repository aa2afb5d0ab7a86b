"""Reads of the ledger, shaped for pages. Each takes the dealer; no page adds up a whole history."""

from mall.points.queries.actors import Actor, actors
from mall.points.queries.balance import SOON, Balance, MonthEnding, balance, expiring_by_month
from mall.points.queries.history import History, Shown, history, movement
from mall.points.queries.lots import LotSeen, Taken, allocations, closed_lots, lots
from mall.points.queries.months import MonthTotal, first_posted, month_totals
from mall.points.queries.movement import Movement, Step
from mall.points.queries.standings import Standing, balances_as_of

__all__ = [
    "SOON",
    "Actor",
    "Balance",
    "History",
    "LotSeen",
    "MonthEnding",
    "MonthTotal",
    "Movement",
    "Shown",
    "Standing",
    "Step",
    "Taken",
    "actors",
    "allocations",
    "balance",
    "balances_as_of",
    "closed_lots",
    "expiring_by_month",
    "first_posted",
    "history",
    "lots",
    "month_totals",
    "movement",
]
