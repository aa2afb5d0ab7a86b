"""Redemption orders, their parts and lines, what happened to them; their states; what is refused."""

from __future__ import annotations

from mall.dealers.models import StaffRole
from mall.orders.models.carriers import CARRIERS, carrier_shown
from mall.orders.models.cart import MOST_IN_CART, MOST_WISHES, CartLine, RestockAlert, Wish
from mall.orders.models.claim import (
    MOST_CLAIMS,
    MOST_PHOTOS,
    MOST_WORDS,
    Claim,
    ClaimEvent,
    ClaimLine,
    ClaimMoved,
    ClaimOpen,
    ClaimPhoto,
    NothingToClaim,
    SecondPersonNeeded,
    TooManyClaims,
    WrongClaim,
)
from mall.orders.models.claim_words import OPEN, TURNS, ClaimKind, ClaimReason, ClaimState, Turn
from mall.orders.models.event import HAPPENED, Happening, OrderEvent
from mall.orders.models.line import MOST, MOST_LINES, OrderLine
from mall.orders.models.order import RedemptionOrder, state_shown
from mall.orders.models.part import OrderPart
from mall.orders.models.refusals import (
    AccountNeeded,
    AddressNeeded,
    BadQuantity,
    CartFull,
    FormReused,
    FreightDiffers,
    GatewayNeeded,
    NoParcel,
    NotAwaiting,
    NotCancellable,
    NothingChosen,
    NotNow,
    NudgedAlready,
    OffShelf,
    OverLimit,
    OwnerDecides,
    PriceChanged,
    QuoteForged,
    QuoteOver,
    TooLate,
    TooManyLines,
    TooManyWishes,
)
from mall.orders.models.states import (
    NAMES,
    NEXT,
    ON_ITS_WAY,
    PART_NEXT,
    UNDECIDED,
    WAY,
    Ended,
    OrderState,
    PartState,
    state_of,
)

MAY_SEE = (StaffRole.FULFILMENT, StaffRole.FINANCE, StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)
"""Who reads orders: those who send, who account and who answer the dealer. A merchandiser works with totals."""
MAY_SEE_ADDRESSES = (StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR)
"""Who may have an address shown in full, each time written down."""
MAY_SEND = (StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR)
"""Who picks, ships and hands out."""

__all__ = [
    "CARRIERS",
    "HAPPENED",
    "MAY_SEE",
    "MAY_SEE_ADDRESSES",
    "MAY_SEND",
    "MOST",
    "MOST_CLAIMS",
    "MOST_IN_CART",
    "MOST_LINES",
    "MOST_PHOTOS",
    "MOST_WISHES",
    "MOST_WORDS",
    "NAMES",
    "NEXT",
    "ON_ITS_WAY",
    "OPEN",
    "PART_NEXT",
    "TURNS",
    "UNDECIDED",
    "WAY",
    "AccountNeeded",
    "AddressNeeded",
    "BadQuantity",
    "CartFull",
    "CartLine",
    "Claim",
    "ClaimEvent",
    "ClaimKind",
    "ClaimLine",
    "ClaimMoved",
    "ClaimOpen",
    "ClaimPhoto",
    "ClaimReason",
    "ClaimState",
    "Ended",
    "FormReused",
    "FreightDiffers",
    "GatewayNeeded",
    "Happening",
    "NoParcel",
    "NotAwaiting",
    "NotCancellable",
    "NotNow",
    "NothingChosen",
    "NothingToClaim",
    "NudgedAlready",
    "OffShelf",
    "OrderEvent",
    "OrderLine",
    "OrderPart",
    "OrderState",
    "OverLimit",
    "OwnerDecides",
    "PartState",
    "PriceChanged",
    "QuoteForged",
    "QuoteOver",
    "RedemptionOrder",
    "RestockAlert",
    "SecondPersonNeeded",
    "TooLate",
    "TooManyClaims",
    "TooManyLines",
    "TooManyWishes",
    "Turn",
    "Wish",
    "WrongClaim",
    "carrier_shown",
    "state_of",
    "state_shown",
]
