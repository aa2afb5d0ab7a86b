"""The daily bill: an address good for half a minute, and behind it a zip with two tables in GBK."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request

from mall.sandbox import payments
from mall.sandbox.alipay.shape import BEIJING, Asked, Failed, beijing, yuan
from mall.sandbox.store import stamp
from mall.sandbox.world import World, here

bp = Blueprint("alipay_bill", __name__)

LIFE = timedelta(seconds=30)
RULE = "-" * 41
COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
SUMS = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,"
    "服务费（元）,分润（元）,实收净额（元）"
)


def bill_url(world: World, asked: Asked) -> dict[str, Any]:
    """alipay.data.dataservice.bill.downloadurl.query."""
    if asked.text("bill_type", 20) != "trade":
        raise Failed("isp.unknown-error", "沙箱只有 trade 账单")
    day = _day(asked.text("bill_date", 10))
    if datetime.combine(day, time(), BEIJING) + timedelta(days=1) > world.now() or not _lines(world, day):
        raise Failed("isp.bill_not_exist", "入参账单日期的账单不存在")
    query = f"bizDates={day:%Y%m%d}&fileType=csv.zip&made={stamp(world.now())}"
    address = f"{world.base_url}/downloadBillFile.resource?{query}"
    return {"code": "10000", "msg": "Success", "bill_download_url": address}


@bp.get("/downloadBillFile.resource")
def download() -> Response:
    """The zip."""
    world, made = here(), request.args.get("made", "")
    if not made.isdigit() or stamp(world.now()) - int(made) > LIFE / timedelta(microseconds=1):
        return Response("下载链接已失效", 403)
    text = request.args.get("bizDates", "")
    day = _day(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    seller, packed = world.keys["seller_id"], io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in (("业务明细", _details(world, day)), ("业务明细(汇总)", _totals(world, day))):
            entry = zipfile.ZipInfo(f"{seller}_{day:%Y%m%d}_{name}.csv")
            file.writestr(entry, content.encode("gbk", "replace"))
    return Response(packed.getvalue(), content_type="application/zip")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Failed("isv.invalid-parameter", "账单日期格式不对", code="40002") from None


def _lines(world: World, day: date) -> list[tuple[str, int]]:
    """Each line and its fen: a refund's are below nothing."""
    start = datetime.combine(day, time(), BEIJING)
    end = start + timedelta(days=1)
    found = [
        *(
            (payment, "交易", payment.ended_at or start, payment.fen, "")
            for payment in payments.paid_between(world, "alipay", start, end)
        ),
        *(
            (payment, "退款", refund.done_at, -refund.fen, refund.no)
            for payment, refund in payments.refunded_between(world, "alipay", start, end)
        ),
    ]
    lines = []
    for payment, kind, at, fen, request_no in sorted(found, key=lambda one: one[2]):
        cells = [
            f"{payment.trade_no}\t", f"{payment.no}\t", kind, payment.subject.replace(",", " "),
            beijing(payment.opened_at), beijing(at), "", "", "", "", "**沙(138****0000)", yuan(fen), yuan(fen),
            "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00", f"{request_no}\t", "0.00", "0.00", "",
        ]  # fmt: skip
        lines.append((",".join(cells), fen))
    return lines


def _head(world: World, day: date, title: str) -> list[str]:
    return [
        f"#{title}",
        f"#账号：[{world.keys['seller_id']}]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{day + timedelta(days=1):%Y年%m月%d日} 00:00:00]",
    ]


def _details(world: World, day: date) -> str:
    lines = _lines(world, day)
    paid = [fen for _, fen in lines if fen > 0]
    back = [fen for _, fen in lines if fen < 0]
    return _joined([
        *_head(world, day, "支付宝业务明细查询"),
        f"#{RULE}业务明细列表{RULE[1:]}",
        COLUMNS,
        *(line for line, _ in lines),
        f"#{RULE}业务明细列表结束{RULE[5:]}",
        f"#交易合计：{len(paid)}笔，商家实收共{yuan(sum(paid))}元，商家优惠共0.00元",
        f"#退款合计：{len(back)}笔，商家实收退款共{yuan(sum(back))}元，商家优惠退款共0.00元",
        f"#导出时间：[{world.now().astimezone(BEIJING):%Y年%m月%d日 %H:%M:%S}]",
    ])


def _totals(world: World, day: date) -> str:
    lines = _lines(world, day)
    net, back = sum(fen for _, fen in lines), sum(1 for _, fen in lines if fen < 0)
    total = f"合计,,{len(lines) - back},{back},{yuan(net)},{yuan(net)},0.00,0.00,0.00,0.00,0.00,{yuan(net)}"
    return _joined([
        *_head(world, day, "支付宝业务汇总查询"),
        f"#{RULE}业务汇总列表{RULE[1:]}",
        SUMS,
        total,
        f"#{RULE[1:]}业务汇总列表结束{RULE[4:]}",
        f"#导出时间：[{world.now().astimezone(BEIJING):%Y年%m月%d日 %H:%M:%S}]",
    ])


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
