"""The columns of the spreadsheet of prices. A row is a price of a SKU: for a tier, a region, a time. Data."""

from __future__ import annotations

from mall.base.refused import N_
from mall.catalog.rules.sheets.columns import MOST_POINTS, Column, Shape
from mall.catalog.rules.sheets.layout import Layout
from mall.catalog.rules.sheets.words import Words

MOST_FEN = 10**9
STEPS: dict[int, Words] = {
    0: ("全积分", "全點數", "Points alone"),
    1: ("积分+现金第一档", "點數+現金第一檔", "Points and cash 1"),
    2: ("积分+现金第二档", "點數+現金第二檔", "Points and cash 2"),
    3: ("积分+现金第三档", "點數+現金第三檔", "Points and cash 3"),
}
STEPS_SAID: dict[str, int] = {
    "积分": 0, "點數": 0, "纯积分": 0, "points": 0,
    "积分+现金": 1, "积分加现金": 1, "第一档": 1, "點數+現金": 1, "第一檔": 1,
    "第二档": 2, "第二檔": 2, "第三档": 3, "第三檔": 3,
}  # fmt: skip
"""What people write for a step besides."""
TIERS: dict[str, Words] = {
    "strategic": ("战略级", "戰略級", "Strategic"),
    "core": ("核心级", "核心級", "Core"),
    "potential": ("潜力级", "潛力級", "Potential"),
    "base": ("基础级", "基礎級", "Base"),
}
TIERS_SAID = {
    "战略": "strategic", "戰略": "strategic", "核心": "core", "潜力": "potential", "潛力": "potential",
    "基础": "base", "基礎": "base",
}  # fmt: skip
EVERYBODY = ("不限", "不限等级", "不限等級", "所有等级", "所有等級", "全部", "全部等级", "全部等級", "all", "all tiers")
EVERYWHERE = ("全国", "全國", "不限", "全部", "所有区域", "所有區域", "全部区域", "全部區域", "all", "nationwide")
FOR_GOOD = ("长期", "長期", "长期有效", "長期有效", "不限", "无", "無", "forever", "no end")

PRICE_COLUMNS: tuple[Column, ...] = (
    Column(key="sku", needed=True, clears=False, shape=Shape.CODE, most=40, width=18,
           help=N_("规格靠它认出来，要是已经发布的规格。一行一个价格，同一规格可以有很多行，不用排在一起。")),
    Column(key="step", clears=False, shape=Shape.CHOICE, choices=STEPS, width=18,
           said=("兑换方式", "兌換方式", "Way to pay"),
           help=N_("全积分，或积分+现金的第几档。不填时，填了现金是第一档，没填是全积分。")),
    Column(key="tier", clears=False, shape=Shape.CHOICE, choices=TIERS, width=12, said=("等级", "等級", "Tier"),
           help=N_("只给哪个等级的经销商。不填是所有等级。")),
    Column(key="region", clears=False, shape=Shape.NAMED, width=18, said=("区域", "區域", "Region"),
           help=N_("只给哪个区域的经销商，写路径，例如 华东/浙江，含它的下级。不填是全国。")),
    Column(key="price_points", clears=False, shape=Shape.COUNT, most=MOST_POINTS, said=("积分", "點數", "Points"),
           help=N_("每件多少积分，大于 0 的整数。新价格必填；已有的价格不填就不改。")),
    Column(key="price_cash", clears=False, shape=Shape.FEN, most=MOST_FEN,
           said=("现金（元）", "現金（元）", "Cash (yuan)"),
           help=N_("积分之外每件再付多少元，最多两位小数。全积分的价格留空。")),
    Column(key="since", clears=False, shape=Shape.MOMENT, width=18, said=("起始", "起始", "From"),
           help=N_("从什么时候起，例如 2026-12-01，或 2026-12-01 09:00。不填是从写入时起；已有的价格靠它认出来。")),
    Column(key="until", shape=Shape.MOMENT, width=18, said=("截止", "截止", "Until"),
           help=N_("到什么时候止。只写日期时那天也算在内。不填是长期价格；已有的活动价不填就不改，写“清空”变成长期。")),
)  # fmt: skip
PRICES = Layout(
    key="prices",
    name=("价格", "價格", "Prices"),
    columns=PRICE_COLUMNS,
    needs=("sku", "price_points"),
    beside=(Column(key="called", help="", shape=Shape.TEXT, width=30, said=("礼品与规格", "禮品與規格", "Reward")),),
    samples={
        "sku": ("TB-750-PINE", "TB-750-PINE", "TB-750-PINE"),
        "step": ("", "积分+现金第一档", ""),
        "tier": ("", "", "战略级"),
        "region": ("", "", "华东/浙江"),
        "price_points": ("18600", "9800", "16800"),
        "price_cash": ("", "99", ""),
        "since": ("", "", "2026-12-01"),
        "until": ("", "", "2026-12-31"),
    },
)
