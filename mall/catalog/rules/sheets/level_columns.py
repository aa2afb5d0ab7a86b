"""The columns of the spreadsheet of stock levels. A row is a SKU: its levels are all warehouses' together. Data."""

from __future__ import annotations

from mall.base.refused import N_
from mall.catalog.rules.sheets.columns import Column, Shape
from mall.catalog.rules.sheets.layout import Layout

MOST_PIECES = 1_000_000
MOST_DAYS = 365
MOST_PACK = 10_000
LEVEL_COLUMNS: tuple[Column, ...] = (
    Column(key="sku", needed=True, clears=False, shape=Shape.CODE, most=40, width=18,
           help=N_("规格靠它认出来，要是已经发布的规格。一行一个规格。")),
    Column(key="warning", shape=Shape.COUNT, least=0, most=MOST_PIECES, said=("预警线", "預警線", "Warning"),
           help=N_("可兑换的件数到这里就提醒，不能低于安全库存。0 是不提醒。不填就不改。")),
    Column(key="safety", shape=Shape.COUNT, least=0, most=MOST_PIECES, said=("安全库存", "安全庫存", "Safety stock"),
           help=N_("到了它提醒得更醒目，建议补货也按它算。0 是没有。不填就不改。")),
    Column(key="lead_days", clears=False, shape=Shape.COUNT, least=0, most=MOST_DAYS,
           said=("补货天数", "補貨天數", "Lead days"), help=N_("从下单到货到要几天，0 至 365 的整数。不填就不改。")),
    Column(key="pack_size", clears=False, shape=Shape.COUNT, most=MOST_PACK,
           said=("每箱件数", "每箱件數", "Pieces in a pack"), help=N_("建议补货凑成整箱。不填就不改。")),
)  # fmt: skip
LEVELS = Layout(
    key="levels",
    name=("库存水位", "庫存水位", "Stock levels"),
    columns=LEVEL_COLUMNS,
    needs=("sku", "warning"),
    beside=(
        Column(key="called", help="", shape=Shape.TEXT, width=30, said=("礼品与规格", "禮品與規格", "Reward")),
        Column(key="left", help="", shape=Shape.COUNT, said=("可兑换", "可兌換", "Left")),
    ),
    samples={
        "sku": ("TB-750-PINE", "TB-750-RICE", "TR-20-STD"),
        "warning": ("60", "60", "20"),
        "safety": ("30", "30", "10"),
        "lead_days": ("7", "7", "14"),
        "pack_size": ("12", "12", ""),
    },
)
