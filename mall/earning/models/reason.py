"""Why a document was not posted, in codes for partners and words for people."""

from __future__ import annotations

from mall.base.refused import N_
from mall.points.models import AlreadyExpired, ClosedPeriod, KeyReused, NotRefundable

REASONS: dict[str, str] = {
    "malformed": N_("单据格式有误"),
    "wrong_source": N_("单据自报的来源与合作系统不符"),
    "wrong_currency": N_("币种与积分计划不符"),
    "unknown_dealer": N_("经销商编码不存在"),
    "dealer_changed": N_("同一单号换了经销商"),
    "kind_changed": N_("同一单号由订货变退货，或相反"),
    "in_future": N_("单据日期在未来"),
    "no_rule": N_("当天没有适用的积分规则"),
    "beyond_bounds": N_("积分数超出上限"),
    "purchase_awaited": N_("等待对应的订货单"),
    "conflict": N_("同一单号同一版本已有不同内容"),
    ClosedPeriod.code: ClosedPeriod.text,
    KeyReused.code: KeyReused.text,
    NotRefundable.code: N_("扣回数超过这张订单的所得"),
    AlreadyExpired.code: AlreadyExpired.text,
}
"""A sentence or a short phrase for each reason that a document can carry."""
