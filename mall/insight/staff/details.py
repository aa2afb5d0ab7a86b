"""What was written down of an act, as people read it: names in the page's language, money and moments as elsewhere.

The log keeps what the verbs wrote, in their words; the spreadsheet of it has them untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _

from mall.base.refused import N_
from mall.web.filters import fen, fen_short, moment, number

NAMES = {
    "after": N_("改后"),
    "asked": N_("要改"),
    "batch": N_("批次"),
    "before": N_("改前"),
    "below_cost": N_("低于成本"),
    "brand": N_("品牌"),
    "bytes": N_("字节"),
    "carrier": N_("快递"),
    "cash_fen": N_("现金"),
    "category": N_("分类"),
    "changed": N_("修改"),
    "claim": N_("售后单"),
    "code": N_("编号"),
    "cost_fen": N_("成本"),
    "costs": N_("成本"),
    "counted": N_("清点"),
    "created": N_("新建"),
    "dealer": N_("经销商"),
    "delivery": N_("发货承诺"),
    "draft": N_("草稿"),
    "descriptions": N_("说明"),
    "en": N_("英文"),
    "ends_at": N_("截止"),
    "failed": N_("有误"),
    "faults": N_("问题"),
    "fen": N_("现金"),
    "file": N_("文件"),
    "from": N_("从"),
    "icon": N_("图标"),
    "item": N_("礼品"),
    "kind": N_("类型"),
    "lead_days": N_("补货天数"),
    "limit_per_dealer": N_("每个经销商限兑"),
    "list_price_fen": N_("市场价"),
    "login": N_("登录名"),
    "name": N_("名称"),
    "names": N_("名称"),
    "no": N_("编号"),
    "note": N_("备注"),
    "off_at": N_("下架时间"),
    "order": N_("订单"),
    "pack_size": N_("每箱件数"),
    "parent": N_("上级"),
    "part": N_("包裹"),
    "parts": N_("内容"),
    "pictures": N_("图片"),
    "pieces": N_("件数"),
    "plan": N_("价格"),
    "points": N_("积分"),
    "proposal": N_("待复核"),
    "published_at": N_("发布时间"),
    "reason": N_("原因"),
    "reference": N_("单号"),
    "region": N_("区域"),
    "regions": N_("区域"),
    "remark": N_("备注"),
    "replaces": N_("替换"),
    "revision": N_("修订"),
    "role": N_("岗位"),
    "rows": N_("行数"),
    "safety": N_("安全库存"),
    "shelved_at": N_("上架时间"),
    "size": N_("尺寸"),
    "sku": N_("规格"),
    "skus": N_("规格"),
    "slug": N_("地址"),
    "starts_at": N_("开始"),
    "state": N_("状态"),
    "step": N_("档"),
    "subtitles": N_("副标题"),
    "supplier": N_("供应商"),
    "tags": N_("标签"),
    "taken": N_("收入"),
    "texts": N_("正文"),
    "tier": N_("等级"),
    "tiers": N_("等级"),
    "titles": N_("标题"),
    "to": N_("到"),
    "version": N_("版本"),
    "warehouse": N_("仓库"),
    "warning": N_("预警线"),
    "waybill": N_("运单号"),
    "weight": N_("调价幅度"),
    "what": N_("事项"),
    "why": N_("原因"),
    "zh_Hans": N_("简体"),
    "zh_Hant": N_("繁体"),
}
FIRST = ("before", "after")
NOW = "now"
"""How a draft says that it goes on the shelf when it is published."""
NOTHING: tuple[object, ...] = (None, "", [], {})
MICROSECONDS = 1_000_000


def _price(value: Sequence[int]) -> str:
    """Points, and fen beside them; what more stands there is how a region's price is bound."""
    points, fen_beside = value[:2]
    cash = _(" + %(money)s", money=fen_short(fen_beside)) if fen_beside else ""
    return str(_("%(n)s 积分", n=number(points))) + str(cash)


WORTH: dict[str, Callable[[Any], str]] = {"plan.cost": fen_short, "plan.batch": _price}
"""Acts whose `before` and `after` are bare fen, or points and fen."""


def told_of(act: str, detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name by name, what was before what is; what says nothing is left out."""
    order = sorted(detail.items(), key=lambda one: (one[0] in FIRST, one[0] == "after", one[0]))
    there = [(name, value) for name, value in order if value not in NOTHING]
    worth = WORTH.get(act)
    return [
        (_named(name), said)
        for name, value in there
        if (said := worth(value) if worth and name in FIRST else _plain(name, value))
    ]


def _named(path: str) -> str:
    """A name, or a path of them such as `names/zh_Hans`; what is no name of ours, a SKU's code, stays."""
    return " ".join(_(NAMES[each]) if each in NAMES else each for each in path.split("/"))


def _plain(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        said = {key: each for key, each in value.items() if each not in NOTHING}
        return str(_("，")).join(f"{_named(key)} {_plain(key, each)}" for key, each in said.items())
    if isinstance(value, list):
        return str(_("、")).join(_plain(name, each) for each in value)
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, int) and name.rpartition("/")[2].endswith("fen"):
        return fen(value)
    if value == NOW and name.endswith("_at"):
        return str(_("立即"))
    if name.endswith("_at") and (at := _at(value)):
        return moment(at)
    return str(value)


def _at(value: Any) -> datetime | None:
    """A moment as a verb wrote it: in words of ISO 8601, or in microseconds as a column has it."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value / MICROSECONDS, UTC)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else None
