"""WeChat Pay's trade bill: a table whose cells begin with a backtick, then a line of totals with a head of its own."""

from __future__ import annotations

import csv
import io

from mall.payments.gateways.wire import fen
from mall.payments.models import BillLine, GatewaySilent, LineKind

NO, GATEWAY_NO, STATE, TOTAL = "商户订单号", "微信订单号", "交易状态", "订单金额"
REFUND_NO, REFUND_GATEWAY_NO, REFUND, REFUND_STATE = "商户退款单号", "微信退款单号", "申请退款金额", "退款状态"
SETTLED, REFUNDED = "应结订单金额", "退款金额"
"""Older bills have no column of what was ordered or applied for."""
SUMS = "总交易单数"
GONE = frozenset({"CLOSED", "FAIL"})


def lines_of(table: bytes) -> list[BillLine]:
    """The payments and refunds of a bill. Raises GatewaySilent where it is no such table."""
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    if not rows:
        return []
    head = [cell.strip() for cell in rows[0]]
    if not {NO, GATEWAY_NO, STATE} <= set(head):
        raise GatewaySilent
    lines: list[BillLine] = []
    for row in rows[1:]:
        if row and row[0].strip() == SUMS:
            break
        line = dict(zip(head, (cell.strip().removeprefix("`") for cell in row), strict=False))
        if line.get(NO):
            lines += _line(line)
    return lines


def _line(line: dict[str, str]) -> list[BillLine]:
    if line[STATE] == "REFUND":
        if line.get(REFUND_STATE) in GONE:
            return []
        amount = fen(line.get(REFUND) or line.get(REFUNDED) or "0")
        number, refund_no = line.get(REFUND_GATEWAY_NO, ""), line.get(REFUND_NO, "")
        return [BillLine(LineKind.REFUNDED, line[NO], number, abs(amount), refund_no)]
    if line[STATE] == "SUCCESS":
        amount = fen(line.get(TOTAL) or line.get(SETTLED) or "0")
        return [BillLine(LineKind.PAID, line[NO], line[GATEWAY_NO], amount)]
    return []
