"""Carriers (快递公司) that parcels leave with, by the code that kuaidi100 knows them under.

Sources, read in November 2026: kuaidi100's own page of the carriers it collects for (快递公司编码,
apifox.com/apidoc/project-514987) has shunfeng, jd, zhongtong, yuantong, yunda, shentong, jtexpress and debangkuaidi.
Its whole table is a download behind its API's pages (api.kuaidi100.com/manager/openapi/download/kdbm.do), which could
not be fetched; the rest was held against published copies of it: cnblogs.com/shellphen/p/8991490.html (of 28 October
2020; its beginning, where tiandihuayu is not) and `companyCodes` of go-tron's kuaidi100 package on GitHub, where all
of them are. danniao was 丹鸟 in both, and is 菜鸟速递 since.
"""

from __future__ import annotations

from mall.base.refused import N_

CARRIERS: dict[str, str] = {
    "shunfeng": N_("顺丰速运"),
    "jd": N_("京东物流"),
    "zhongtong": N_("中通快递"),
    "yuantong": N_("圆通速递"),
    "yunda": N_("韵达快递"),
    "shentong": N_("申通快递"),
    "jtexpress": N_("极兔速递"),
    "ems": N_("EMS"),
    "youzhengguonei": N_("邮政快递包裹"),
    "debangkuaidi": N_("德邦快递"),
    "debangwuliu": N_("德邦物流"),
    "kuayue": N_("跨越速运"),
    "danniao": N_("菜鸟速递"),
    "zhongyouex": N_("众邮快递"),
    "zhaijisong": N_("宅急送"),
    "youshuwuliu": N_("优速快递"),
    "suning": N_("苏宁物流"),
    "rrs": N_("日日顺物流"),
    "annengwuliu": N_("安能快运"),
    "yimidida": N_("壹米滴答"),
    "zhongtongkuaiyun": N_("中通快运"),
    "yundakuaiyun": N_("韵达快运"),
    "baishiwuliu": N_("百世快运"),
    "sxjdfreight": N_("顺心捷达"),
    "tiandihuayu": N_("天地华宇"),
    "other": N_("其他承运商"),
}
"""By code; `other` is ours, for a lorry or a regional firm."""


def carrier_shown(code: str | None) -> str:
    """A carrier in words, to be translated when told; a code that left the table is told as it is."""
    return CARRIERS.get(code or "", code or "")
