"""The ledger's tables.

Truth, append-only: Journal, Entry, Line. Derived from it and rebuildable: Account, Lot, Allocation.
What people ask to be put right: Correction.
What finance expects: ExpectedRate.
Left behind by proofs: Verified, ProofRun, Checkpoint, CheckpointLeaf.
"""

from mall.points.models import append_only  # noqa: F401 - guards the tables as they are created
from mall.points.models.account import Account, AccountStatus, Programme
from mall.points.models.correction import Correction, CorrectionKind, CorrectionReason, CorrectionState
from mall.points.models.expected_rate import ExpectedRate, RateSet
from mall.points.models.journal import Entry, Journal, Kind, Line, Outcome
from mall.points.models.lot import Allocation, Lot, LotKind
from mall.points.models.proof import Checkpoint, CheckpointLeaf, ProofRun, Scope, Verified
from mall.points.models.refusals import (
    AccountClosed,
    AlreadyExpired,
    AlreadyReinstated,
    ClosedPeriod,
    KeyReused,
    NeedsSecondPerson,
    NoStatement,
    NotHeld,
    NotRefundable,
    NotYetCheckpointed,
    PeriodNotOver,
    ProofTooLong,
    SameAccount,
    SamePerson,
    SpendingStopped,
    TooFewPoints,
    TooMuchToProve,
    UnknownPosting,
)

__all__ = [
    "Account",
    "AccountClosed",
    "AccountStatus",
    "Allocation",
    "AlreadyExpired",
    "AlreadyReinstated",
    "Checkpoint",
    "CheckpointLeaf",
    "ClosedPeriod",
    "Correction",
    "CorrectionKind",
    "CorrectionReason",
    "CorrectionState",
    "Entry",
    "ExpectedRate",
    "Journal",
    "KeyReused",
    "Kind",
    "Line",
    "Lot",
    "LotKind",
    "NeedsSecondPerson",
    "NoStatement",
    "NotHeld",
    "NotRefundable",
    "NotYetCheckpointed",
    "Outcome",
    "PeriodNotOver",
    "Programme",
    "ProofRun",
    "ProofTooLong",
    "RateSet",
    "SameAccount",
    "SamePerson",
    "Scope",
    "SpendingStopped",
    "TooFewPoints",
    "TooMuchToProve",
    "UnknownPosting",
    "Verified",
]
