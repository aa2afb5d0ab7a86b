"""Alipay's trade bill: a ZIP of tables in GBK; the one of details has notes that begin with # around it."""

from __future__ import annotations

import csv
import io
import zipfile

from mall.payments.gateways.wire import fen
from mall.payments.models import BillLine, GatewaySilent, LineKind

NO, GATEWAY_NO, WHAT, AMOUNT = "商户订单号", "支付宝交易号", "业务类型", "订单金额（元）"
REFUND_NO = "退款批次号/请求号"
PAID, REFUNDED = "交易", "退款"
SUMMARY = "汇总"
MOST = 256 * 1024 * 1024


def lines_of(packed: bytes) -> list[BillLine]:
    """The payments and refunds of a bill. Raises GatewaySilent where there is no such table in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            tables = [part for part in archive.infolist() if part.filename.lower().endswith(".csv")]
            if sum(part.file_size for part in tables) > MOST:
                raise GatewaySilent
            texts = [archive.read(part).decode("gb18030") for part in tables]
    except (zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise GatewaySilent from error
    found = [lines for text in texts if (lines := _lines(text)) is not None]
    if not found:
        raise GatewaySilent
    return [line for lines in found for line in lines]


def _lines(text: str) -> list[BillLine] | None:
    rows = [row for row in csv.reader(io.StringIO(text)) if row and not row[0].lstrip("\ufeff").startswith("#")]
    if not rows:
        return None
    head = [cell.strip().lstrip("\ufeff") for cell in rows[0]]
    if not {NO, GATEWAY_NO, WHAT, AMOUNT} <= set(head):
        return None
    lines: list[BillLine] = []
    for row in rows[1:]:
        line = dict(zip(head, (cell.strip() for cell in row), strict=False))
        if line.get(WHAT) == PAID:
            lines.append(BillLine(LineKind.PAID, line[NO], line[GATEWAY_NO], fen(line[AMOUNT])))
        elif line.get(WHAT) == REFUNDED:
            refund_no = line.get(REFUND_NO, "")
            lines.append(BillLine(LineKind.REFUNDED, line[NO], line[GATEWAY_NO], abs(fen(line[AMOUNT])), refund_no))
    return lines
