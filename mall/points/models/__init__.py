"""The ledger's tables.

Truth, append-only: Journal, Entry, Line. Derived from it and rebuildable: Account, Lot, Allocation, Hold.
"""

from mall.points.models import append_only  # noqa: F401 - guards the tables as they are created
from mall.points.models.account import Account, AccountStatus, Programme
from mall.points.models.journal import Entry, Journal, Kind, Line, Outcome
from mall.points.models.lot import Allocation, Hold, Lot, LotKind
from mall.points.models.refusals import (
    AlreadyExpired,
    ClosedPeriod,
    KeyReused,
    NotRefundable,
    SpendingStopped,
    TooFewPoints,
    UnknownPosting,
)

__all__ = [
    "Account",
    "AccountStatus",
    "Allocation",
    "AlreadyExpired",
    "ClosedPeriod",
    "Entry",
    "Hold",
    "Journal",
    "KeyReused",
    "Kind",
    "Line",
    "Lot",
    "LotKind",
    "NotRefundable",
    "Outcome",
    "Programme",
    "SpendingStopped",
    "TooFewPoints",
    "UnknownPosting",
]
