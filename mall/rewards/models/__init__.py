"""The nouns of the rack: lines, what is handed out of them, the vault's codes, top-ups, and what is refused."""

from mall.rewards.models.line import HandedOut, Issued, Line, Thing
from mall.rewards.models.refusals import (
    BatchChanged,
    NotACardSku,
    NotHeld,
    NothingToTake,
    NotReturnable,
    TooManyCodes,
    TooSoonToSettle,
    UnreadableCodes,
    WrongAccount,
)
from mall.rewards.models.top_up import TopUp, TopUpState
from mall.rewards.models.vault import CardBatch, CardCode, CodeState, VaultShelf

__all__ = [
    "BatchChanged",
    "CardBatch",
    "CardCode",
    "CodeState",
    "HandedOut",
    "Issued",
    "Line",
    "NotACardSku",
    "NotHeld",
    "NotReturnable",
    "NothingToTake",
    "Thing",
    "TooManyCodes",
    "TooSoonToSettle",
    "TopUp",
    "TopUpState",
    "UnreadableCodes",
    "VaultShelf",
    "WrongAccount",
]
