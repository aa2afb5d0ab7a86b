"""Earning's nouns: rules, partners, their documents, and what each document has earned so far."""

from mall.earning.models.document import Claim, Document, DocumentState, Earned
from mall.earning.models.partner import OUR_OWN, Partner, PartnerNonce, UnknownDealers
from mall.earning.models.point_value import MOST_VALUE, PointValue
from mall.earning.models.reason import FACTS, FAULTS, REASONS
from mall.earning.models.refusals import (
    AnotherDocument,
    AnotherShift,
    ClockSkew,
    NonceReplayed,
    NotAdmitted,
    NothingToMend,
    PartnerExists,
    RuleFixed,
    UnknownPartner,
    UnknownRuleSource,
    ValueNeedsTwo,
)
from mall.earning.models.rule import EarningRule
from mall.earning.models.shape import MOST, DealerShape, LineShape, OrderDocument

__all__ = [
    "FACTS",
    "FAULTS",
    "MOST",
    "MOST_VALUE",
    "OUR_OWN",
    "REASONS",
    "AnotherDocument",
    "AnotherShift",
    "Claim",
    "ClockSkew",
    "DealerShape",
    "Document",
    "DocumentState",
    "Earned",
    "EarningRule",
    "LineShape",
    "NonceReplayed",
    "NotAdmitted",
    "NothingToMend",
    "OrderDocument",
    "Partner",
    "PartnerExists",
    "PartnerNonce",
    "PointValue",
    "RuleFixed",
    "UnknownDealers",
    "UnknownPartner",
    "UnknownRuleSource",
    "ValueNeedsTwo",
]
