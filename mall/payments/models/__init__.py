"""Payments and refunds, what gateways say of them, their bills, and what is refused."""

from mall.payments.models.bill import (
    BillDay,
    BillDifference,
    BillLine,
    DifferenceKind,
    LineKind,
)
from mall.payments.models.notice import PaymentNotice
from mall.payments.models.payment import GatewayName, Payment, PaymentState, Way
from mall.payments.models.refund import Refund, RefundState
from mall.payments.models.refusals import (
    AmountDiffers,
    AnotherTransaction,
    BadSignature,
    GatewayDeclined,
    GatewaySilent,
    NoSuchGateway,
    NoSuchPayment,
    NoSuchRefund,
    NotPaid,
    RefundedElsewhere,
    RefundReused,
    RefundTooLarge,
    StaleNotice,
    UnknownSerial,
    WrongCurrency,
    WrongMerchant,
)
from mall.payments.models.told import RefundTold, Settled, There, Ticket, Told, ToPay

__all__ = [
    "AmountDiffers",
    "AnotherTransaction",
    "BadSignature",
    "BillDay",
    "BillDifference",
    "BillLine",
    "DifferenceKind",
    "GatewayDeclined",
    "GatewayName",
    "GatewaySilent",
    "LineKind",
    "NoSuchGateway",
    "NoSuchPayment",
    "NoSuchRefund",
    "NotPaid",
    "Payment",
    "PaymentNotice",
    "PaymentState",
    "Refund",
    "RefundReused",
    "RefundState",
    "RefundTold",
    "RefundTooLarge",
    "RefundedElsewhere",
    "Settled",
    "StaleNotice",
    "There",
    "Ticket",
    "ToPay",
    "Told",
    "UnknownSerial",
    "Way",
    "WrongCurrency",
    "WrongMerchant",
]
