"""Reads of payments and refunds."""

from mall.payments.queries.due import due_payments, due_refunds
from mall.payments.queries.mine import payment_by_no, payments_of, refunds_of

__all__ = ["due_payments", "due_refunds", "payment_by_no", "payments_of", "refunds_of"]
