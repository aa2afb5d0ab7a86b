"""The nouns of the rack: lines, what is handed out of them, the vault's codes, top-ups, and what is refused."""

from mall.rewards.models.line import HandedOut, Issued, Line, Thing
from mall.rewards.models.rebate import Rebate, RebateState, RebateTerms
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
from mall.rewards.models.voucher import Service, Voucher, VoucherState

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
    "Rebate",
    "RebateState",
    "RebateTerms",
    "Service",
    "Thing",
    "TooManyCodes",
    "TooSoonToSettle",
    "TopUp",
    "TopUpState",
    "UnreadableCodes",
    "VaultShelf",
    "Voucher",
    "VoucherState",
    "WrongAccount",
]
