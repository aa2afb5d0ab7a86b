"""The columns of the spreadsheet of rewards: what each takes, and the help that stands beside it.

A row is a SKU. What is of the reward stands in each of its rows, or in one of them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mall.base.refused import N_
from mall.base.rich import MOST as MOST_RICH
from mall.catalog.rules.document import (
    LANGUAGES,
    MOST_ATTRIBUTES,
    MOST_FEN,
    MOST_NAME,
    MOST_PICTURES,
    MOST_PIECES,
    MOST_SUBTITLE,
)
from mall.catalog.rules.sheets import words
from mall.catalog.rules.terms import MOST_DAYS

MOST_ROWS = 20_000
"""Rows (SKUs) of one file."""
MOST_POINTS = 10**9
MOST_STOCK = 10**6


class Shape(StrEnum):
    """What stands in a cell."""

    CODE = "code"
    TEXT = "text"
    RICH = "rich"
    FEN = "fen"
    COUNT = "count"
    CHOICE = "choice"
    NAMED = "named"
    """What has a code and a name of its own: a category, a supplier, a freight template."""
    PICTURES = "pictures"
    TAGS = "tags"
    MOMENT = "moment"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. `path` is the part of the document that it fills, of a SKU or of the reward.

    `needed` is needed of what is new. `clears` tells whether the word that empties makes sense in it; `most` bounds
    its signs or its number, `least` the number.
    """

    key: str
    help: str
    shape: Shape
    path: str = ""
    of_sku: bool = False
    needed: bool = False
    clears: bool = True
    most: int = 0
    least: int = 1
    choices: Mapping[Any, words.Words] | None = None
    width: int = 14
    said: words.Words | None = None
    """What it is called, where that is not among the headings of rewards."""

    @property
    def heading(self) -> words.Words:
        """What it is called, in three languages."""
        return self.said or words.HEADINGS[self.key]

    @property
    def headings(self) -> dict[str, str]:
        """What it is called, by language."""
        return {language: words.said(self.heading, language) for language in LANGUAGES}


def _texts(name: str, shape: Shape, most: int, told: str) -> tuple[Column, ...]:
    """A text in three languages, each a column."""
    hant, en = N_("同一内容的繁体。不填时那里显示简体。"), N_("同一内容的英文。不填时那里显示简体。")
    basic = name == "name"
    return (
        Column(key=name, help=told, shape=shape, path=f"{name}s/zh_Hans", needed=basic, clears=not basic, most=most,
               width=28),
        Column(key=f"{name}_zh_Hant", help=hant, shape=shape, path=f"{name}s/zh_Hant", most=most, width=18),
        Column(key=f"{name}_en", help=en, shape=shape, path=f"{name}s/en", most=most, width=18),
    )  # fmt: skip


def _attributes() -> tuple[Column, ...]:
    name = N_("规格靠什么区分，例如颜色、尺寸。只有一个规格时可以不填；同一礼品的各行要写一样的属性。")
    value = N_("这个规格的属性是什么，例如松绿、大号。几个规格的组合不能重复。")
    found: list[Column] = []
    for key, key_of_value in ATTRIBUTES:
        found.append(Column(key=key, help=name, shape=Shape.TEXT, of_sku=True, clears=False, most=20, width=10))
        found.append(Column(key=key_of_value, help=value, shape=Shape.TEXT, of_sku=True, clears=False, most=40))
    return tuple(found)


ATTRIBUTES = tuple((f"attribute_{at}", f"value_{at}") for at in range(1, MOST_ATTRIBUTES + 1))
COLUMNS: tuple[Column, ...] = (
    Column(key="item", needed=True, clears=False, shape=Shape.CODE, most=40, width=16,
           help=N_("礼品靠它认出来：已有的是修改，没有的是新建。字母、数字和连字符。同一礼品的各行要排在一起。")),
    Column(key="sku", needed=True, clears=False, shape=Shape.CODE, of_sku=True, most=40, width=18,
           help=N_("一行一个规格，靠它认出来，全商城不能重复。表里没有写到的规格保持原样，不会被删除。")),
    *_texts("name", Shape.TEXT, MOST_NAME, N_("经销商看到的名称，最多 60 个字。新礼品必填。")),
    *_texts("subtitle", Shape.TEXT, MOST_SUBTITLE, N_("名称下面的一行短话，最多 80 个字。")),
    Column(key="category", path="category", needed=True, clears=False, shape=Shape.NAMED, width=20,
           help=N_("分类的编号、名称，或路径，例如 生活日用 / 杯壶。名称有重复时请写路径或编号。新礼品必填。")),
    Column(key="kind", path="kind", needed=True, clears=False, shape=Shape.CHOICE, choices=words.KINDS, width=12,
           help=N_("实物、卡密、直充、返利、服务或订货券。新礼品必填；已有的礼品不能改。")),
    Column(key="brand", path="brand", shape=Shape.TEXT, most=80, help=N_("品牌名称，最多 80 个字。")),
    Column(key="supplier", path="supplier", shape=Shape.NAMED,
           help=N_("供应商的编号或名称，要已经准入。自有货源可以不填。")),
    *_texts("description", Shape.RICH, MOST_RICH,
            N_("图文说明，最多 8,000 个字。每行是一段；也可以用 <p>、<ul>、<strong> 等简单标签。")),
    Column(key="pictures", path="pictures", shape=Shape.PICTURES, most=MOST_PICTURES, width=24,
           help=N_("图片库里图片的编号，第一张是主图，用空格隔开，最多 9 张。可以先不填，上架前再补。")),
    Column(key="tags", path="tags", shape=Shape.TAGS, choices=words.TAGS, help=N_("新品、热门，几个之间用顿号隔开。")),
    Column(key="list_price", path="list_price_fen", shape=Shape.FEN, most=MOST_FEN,
           help=N_("单位元，最多两位小数，例如 399 或 399.50。")),
    Column(key="limit", path="limit_per_dealer", shape=Shape.COUNT, most=MOST_PIECES,
           help=N_("每个经销商一共能兑几件，1 至 100,000 的整数。不填是不限。")),
    Column(key="delivery", path="delivery", clears=False, shape=Shape.CHOICE, choices=words.DELIVERIES,
           help=N_("48 小时内、7 天内或即时。新的实物不填是 48 小时内，其余不填是即时。")),
    Column(key="personal", path="personal", clears=False, shape=Shape.CHOICE, choices=words.PERSONAL, width=10,
           help=N_("是或否。个人用途的礼品要经销商负责人授权才能兑换。")),
    Column(key="freight", path="freight_template", shape=Shape.NAMED,
           help=N_("运费模板的编号或名称，只用于实物。不填是包邮。")),
    Column(key="shelved_at", path="shelved_at", shape=Shape.MOMENT, width=18,
           help=N_("例如 2026-12-01 09:00，或写“立即”。新礼品不填是先不上架；"
                   "已有的礼品写“清空”就是下架，下架时间也跟着清空。")),
    Column(key="off_at", path="off_at", shape=Shape.MOMENT, width=18,
           help=N_("例如 2026-12-31 18:00，要晚于上架时间；只写日期是那天零点。不填是一直在架。")),
    Column(key="account", path="terms/account", shape=Shape.CHOICE, choices=words.TERMS["account"],
           help=N_("只用于直充：手机号或加油卡号。")),
    Column(key="product", path="terms/product", shape=Shape.TEXT, most=60,
           help=N_("只用于直充：供应商给的编号，例如 PHONE-100。")),
    Column(key="face_value", path="terms/fen", shape=Shape.FEN, most=MOST_FEN,
           help=N_("直充每件充多少元；订货券下一张订货单减多少元。")),
    Column(key="least", path="terms/least_fen", shape=Shape.FEN, most=MOST_FEN,
           help=N_("只用于订货券：订货满多少元才能抵扣。不填是没有门槛。")),
    Column(key="service", path="terms/service", shape=Shape.CHOICE, choices=words.TERMS["service"],
           help=N_("只用于服务：优先排产、专属物流或培训席位。")),
    Column(key="system", path="terms/system", shape=Shape.CHOICE, choices=words.TERMS["system"], width=20,
           help=N_("只用于服务：由哪个系统核销。")),
    Column(key="days", path="terms/days", shape=Shape.COUNT, most=MOST_DAYS,
           help=N_("用于服务和订货券：从发放那天算起，1 至 3660 天。")),
    *_attributes(),
    Column(key="cost", path="cost_fen", of_sku=True, shape=Shape.FEN, most=MOST_FEN,
           help=N_("每件的进货成本，不含税，单位元。写“清空”是还不知道。")),
    Column(key="picture", path="picture", of_sku=True, shape=Shape.PICTURES, most=1, width=18,
           help=N_("这个规格自己的图片，图片库里的一个编号。不填用礼品的图片。")),
    Column(key="points", of_sku=True, clears=False, shape=Shape.COUNT, most=MOST_POINTS,
           help=N_("只付积分时的价格，对所有经销商。改动已有的价格会计入复核：改得多，要另一个人同意才执行。")),
    Column(key="points_beside", of_sku=True, clears=False, shape=Shape.COUNT, most=MOST_POINTS,
           help=N_("积分+现金价里的积分，和下一列一起填。")),
    Column(key="cash", of_sku=True, clears=False, shape=Shape.FEN, most=10**9,
           help=N_("积分+现金价里的现金，单位元，和上一列一起填。")),
    Column(key="stock", of_sku=True, clears=False, shape=Shape.COUNT, least=0, most=MOST_STOCK, width=10,
           help=N_("新规格一开始有多少件，入第一个仓库。已有的规格请到“库存”里入库或盘点，这里留空。")),
)  # fmt: skip
BY_KEY: dict[str, Column] = {column.key: column for column in COLUMNS}
OF_ITEM = tuple(column for column in COLUMNS if not column.of_sku and column.path)
OF_SKU = tuple(column for column in COLUMNS if column.of_sku and column.path)
