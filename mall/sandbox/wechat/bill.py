"""The daily bill (https://pay.weixin.qq.com/doc/v3/merchant/4012791883): a digest and an address, then the file."""

from __future__ import annotations

import gzip
import hashlib
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request

from mall.sandbox import payments
from mall.sandbox.payments import Payment, Refund
from mall.sandbox.wechat.api import reply
from mall.sandbox.wechat.shape import BEIJING, TRADE_TYPES
from mall.sandbox.wechat.signing import Failed, admit, answer
from mall.sandbox.world import World, here

bp = Blueprint("wechat_bill", __name__)

COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


@bp.get("/v3/bill/tradebill")
def tradebill() -> Response:
    """申请交易账单."""

    def act(world: World) -> dict[str, Any]:
        asked = request.args.get("bill_date", "")
        kind = request.args.get("bill_type", "ALL")
        packed = request.args.get("tar_type", "") == "GZIP"
        content = _file(world, asked, kind)
        address = f"{world.base_url}/v3/billdownload/file?token={asked}.{kind}{'&tartype=gzip' if packed else ''}"
        return {"hash_type": "SHA1", "hash_value": hashlib.sha1(content).hexdigest(), "download_url": address}  # noqa: S324

    return reply("", act)


@bp.get("/v3/billdownload/file")
def download() -> Response:
    """The file itself: the request is signed, the answer is not. The digest is of the file before it is packed."""
    world = here()
    try:
        admit(world, request)
        asked, _, kind = request.args.get("token", "").partition(".")
        content = _file(world, asked, kind)
    except Failed as error:
        return answer(world, request, {"code": error.code, "message": error.message}, error.status)
    if request.args.get("tartype") == "gzip":
        return Response(gzip.compress(content), content_type="application/x-gzip")
    return Response(content, content_type="text/plain; charset=utf-8")


def _file(world: World, asked: str, kind: str) -> bytes:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", asked) or kind not in {"ALL", "SUCCESS", "REFUND"}:
        raise Failed(400, "PARAM_ERROR", "bill_date 或 bill_type 不合规则")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise Failed(400, "PARAM_ERROR", "bill_date 不是日期") from None
    start = datetime.combine(day, time(), BEIJING)
    end = start + timedelta(days=1)
    if end > world.now():
        raise Failed(400, "INVALID_REQUEST", "账单日期须早于今天")
    paid = payments.paid_between(world, "wechat", start, end) if kind != "REFUND" else []
    back = payments.refunded_between(world, "wechat", start, end) if kind != "SUCCESS" else []
    if not paid and not back:
        raise Failed(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    lines = [COLUMNS, *(_paid(one) for one in paid), *(_back(*pair) for pair in back), SUMS]
    gross = sum(one.fen for one in paid)
    returned = sum(refund.fen for _, refund in back)
    lines.append(_line([str(len(paid) + len(back)), *(_yuan(fen) for fen in (gross, returned, 0)), "0.00000",
                        _yuan(gross), _yuan(returned)]))  # fmt: skip
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _line(cells: list[str]) -> str:
    return ",".join("`" + cell.replace(",", " ").replace("\n", " ") for cell in cells)


def _shared(payment: Payment, at: datetime) -> list[str]:
    return [
        f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}", payment.app, payment.merchant, "0", "", payment.gateway_no,
        payment.no, payment.payer, TRADE_TYPES[payment.way],
    ]  # fmt: skip


def _paid(payment: Payment) -> str:
    assert payment.ended_at is not None
    return _line([
        *_shared(payment, payment.ended_at), "SUCCESS", "OTHERS", "CNY", _yuan(payment.fen), "0.00", "0", "0", "0.00",
        "0.00", "", "", payment.subject, payment.attach, "0.00000", "0.00%", _yuan(payment.fen), "0.00", "",
    ])  # fmt: skip


def _back(payment: Payment, refund: Refund) -> str:
    return _line([
        *_shared(payment, refund.done_at), "REFUND", "OTHERS", "CNY", "0.00", "0.00", refund.gateway_no, refund.no,
        _yuan(refund.fen), "0.00", "ORIGINAL", "SUCCESS", payment.subject, payment.attach, "0.00000", "0.00%", "0.00",
        _yuan(refund.fen), "",
    ])  # fmt: skip
