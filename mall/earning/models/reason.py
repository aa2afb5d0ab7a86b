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

FACTS: dict[str, str] = {
    "source": N_("单据自报的来源"),
    "currency": N_("单据币种"),
    "wanted": N_("应为"),
    "dealer": N_("经销商编码"),
    "earlier": N_("此前的类型"),
    "ordered_at": N_("单据日期"),
    "on": N_("单据日期"),
    "points": N_("积分数"),
    "purchase": N_("订货单"),
    "left": N_("最多可扣回"),
}
"""What the facts beside a reason are called."""

FAULTS: dict[str, str] = {
    "missing": N_("缺少这一项"),
    "extra_forbidden": N_("没有这一项，请检查拼写"),
    "int_type": N_("应为整数"),
    "int_from_float": N_("应为整数"),
    "string_type": N_("应为文字"),
    "bool_type": N_("应为 true 或 false"),
    "string_too_short": N_("不能为空"),
    "string_too_long": N_("太长"),
    "string_pattern_mismatch": N_("含有不允许的字符"),
    "string_unicode": N_("含有无法保存的字符"),
    "greater_than_equal": N_("太小"),
    "less_than_equal": N_("太大"),
    "too_long": N_("行数太多"),
    "literal_error": N_("应为 order 或 return"),
    "model_type": N_("应为一个对象"),
    "model_attributes_type": N_("应为一个对象"),
    "timezone_aware": N_("日期须带时区"),
}
"""What is wrong with a field, by pydantic's code of it; others are shown as they were told to the partner."""
