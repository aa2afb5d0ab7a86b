"""Reads of the ledger, shaped for pages. Each takes the dealer; none sums over history."""

from mall.points.queries.balance import Balance, balance

__all__ = ["Balance", "balance"]
