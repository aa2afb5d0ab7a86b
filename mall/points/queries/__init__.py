"""Reads of the ledger, shaped for pages. Each takes the dealer; no page adds up a whole history."""

from mall.points.queries.actors import Actor, actors
from mall.points.queries.balance import SOON, Balance, MonthEnding, balance, expiring_by_month
from mall.points.queries.borders import first_posted
from mall.points.queries.history import History, Shown, between, history, movement
from mall.points.queries.lots import LotSeen, Taken, allocations, closed_lots, lots
from mall.points.queries.months import MonthTotal, month_totals
from mall.points.queries.movement import Movement, Step
from mall.points.queries.standings import Standing, balances_as_of
from mall.points.queries.statement import Amounts, Covered, Statement, checkpoint_over, statement, statements
from mall.points.queries.turnover import KindTotal, Turnover, kind_name, turnover

__all__ = [
    "SOON",
    "Actor",
    "Amounts",
    "Balance",
    "Covered",
    "History",
    "KindTotal",
    "LotSeen",
    "MonthEnding",
    "MonthTotal",
    "Movement",
    "Shown",
    "Standing",
    "Statement",
    "Step",
    "Taken",
    "Turnover",
    "actors",
    "allocations",
    "balance",
    "balances_as_of",
    "between",
    "checkpoint_over",
    "closed_lots",
    "expiring_by_month",
    "first_posted",
    "history",
    "kind_name",
    "lots",
    "month_totals",
    "movement",
    "statement",
    "statements",
    "turnover",
]
