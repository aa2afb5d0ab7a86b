"""Reads of payments and refunds."""

from mall.payments.queries.due import due_payments, due_refunds
from mall.payments.queries.mine import dealer_of_refund, payment_by_no, payments_of, refunds_of

__all__ = ["dealer_of_refund", "due_payments", "due_refunds", "payment_by_no", "payments_of", "refunds_of"]
