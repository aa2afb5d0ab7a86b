"""Categories, items, SKUs, prices, freight, stock and search terms. Small and shared by all dealers; stock is keyed
by SKU.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, NotFound, Refused
from mall.base.types import Id, Instant, Int, Json, Key, Name, Small, Word
from mall.dealers.models import Tier


class Kind(StrEnum):
    """How a reward reaches the dealer."""

    PHYSICAL = "physical"
    CARD_CODE = "card_code"
    TOP_UP = "top_up"
    CASH_REBATE = "cash_rebate"
    SERVICE = "service"
    COUPON = "coupon"

    @property
    def shipped(self) -> bool:
        """Whether it needs an address and a parcel."""
        return self is Kind.PHYSICAL

    @property
    def needs_account(self) -> bool:
        """Whether it needs to be told which phone or fuel card is topped up."""
        return self is Kind.TOP_UP

    @property
    def name_shown(self) -> str:
        """The kind in words, to be translated when told."""
        return KINDS[self]


KINDS: dict[Kind, str] = {
    Kind.PHYSICAL: N_("实物"),
    Kind.CARD_CODE: N_("卡密"),
    Kind.TOP_UP: N_("直充"),
    Kind.CASH_REBATE: N_("返利"),
    Kind.SERVICE: N_("服务"),
    Kind.COUPON: N_("订货券"),
}


class Delivery(StrEnum):
    """What the mall promises about the time until it leaves."""

    TWO_DAYS = "48h"
    A_WEEK = "7d"
    INSTANT = "instant"


NOT_FOR_EVERYBODY = 10**15
"""What an item says it costs everybody while none of its prices is for everybody: more than any price."""
TAGS: dict[str, str] = {"new": N_("新品"), "hot": N_("热门")}
"""The tags that merchandisers give, in words; a tag not among them is not shown."""


class Category(Base):
    """A shelf of the catalogue. Names by language: {"zh_Hans": …, "zh_Hant": …, "en": …}."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("code"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    icon: Mapped[str] = mapped_column(Name(40))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Small)


class Item(Base):
    """A reward (礼品). Texts by language; pictures are keys, the first is the main one.

    `lowest_points` and `highest_points` are the fewest points for which its cheapest and its dearest SKU can be had
    by everybody, `lowest_cash_fen` the cash beside the first. They are copies of price plans, kept by the actions
    that change prices, so that lists ask the plans of few items only; `NOT_FOR_EVERYBODY` where everybody has none.

    `terms` are what the kind needs to be handed out: a top-up its product and face value, a service its life.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("lowest_points > 0 AND highest_points >= lowest_points", name="price"),
        CheckConstraint("limit_per_dealer IS NULL OR limit_per_dealer > 0", name="limit"),
        Index("ix_item_category_id_lowest_points", "category_id", "lowest_points", "id"),
        Index("ix_item_lowest_points_id", "lowest_points", "id"),
        Index("ix_item_shelved_at_id", "shelved_at", "id"),
        Index("ix_item_pick_position_id", "pick_position", "id"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    category_id: Mapped[int] = mapped_column(Id, ForeignKey("category.id"))
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    brand: Mapped[str] = mapped_column(Name(80))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    subtitles: Mapped[dict[str, str]] = mapped_column(Json)
    descriptions: Mapped[dict[str, str]] = mapped_column(Json)
    pictures: Mapped[list[str]] = mapped_column(Json)
    tags: Mapped[list[str]] = mapped_column(Json)
    list_price_fen: Mapped[int] = mapped_column(Int)
    lowest_points: Mapped[int] = mapped_column(Int)
    highest_points: Mapped[int] = mapped_column(Int)
    lowest_cash_fen: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    limit_per_dealer: Mapped[int | None] = mapped_column(Int)
    delivery: Mapped[Delivery] = mapped_column(Word(Delivery))
    terms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    personal: Mapped[int] = mapped_column(Small, default=0, server_default="0")
    """1: for a person's own use, which the dealer's owner must have authorised; 0: for the business."""
    freight_template_id: Mapped[int | None] = mapped_column(Id, ForeignKey("freight_template.id"))
    """What sending it costs the dealer; null is free."""
    pick_position: Mapped[int | None] = mapped_column(Small)
    created_at: Mapped[datetime] = mapped_column(Instant)
    shelved_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is on the shelf; null is off."""


class Sku(Base):
    """One choice of an item. Attributes: [{"name": {…}, "value": {…}}, …] by language.

    A colour's attribute may carry "dot", how the colour looks. `picture` is the SKU's own, null where it has none.
    """

    __tablename__ = "sku"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("cost_fen >= 0", name="cost"),
        Index("ix_sku_item_id_position", "item_id", "position"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"))
    code: Mapped[str] = mapped_column(Name(40))
    attributes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    cost_fen: Mapped[int] = mapped_column(Int, default=0, server_default="0")
    """What a piece costs the brand, without tax; 0 is not known."""
    position: Mapped[int] = mapped_column(Small)
    picture: Mapped[str | None] = mapped_column(Name(80))
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is no longer offered; orders keep pointing at it."""


NARROWED = text("withdrawn_at IS NULL AND (tier IS NOT NULL OR region <> '')")
"""What is not for everybody. Statements say it in these very words, so that the index of such prices serves them."""
BEGINS_LATER = text("withdrawn_at IS NULL AND starts_at > created_at")
"""What holds from a later moment than it was written at: the item has to be told when it begins."""


class PricePlan(Base):
    """A way to have a piece of a SKU: so many points, or so many and cash beside them (`step` 1 and up).

    It may be for a tier, for a region (a path such as 华东/浙江, with all beneath it), for a time. A row never changes
    but for being withdrawn: a new price is a new row, so that what an order was charged stays readable.
    """

    __tablename__ = "price_plan"
    __table_args__ = (
        CheckConstraint("points > 0 AND cash_fen >= 0", name="price"),
        CheckConstraint("step >= 0 AND (step = 0) = (cash_fen = 0)", name="step"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="dates"),
        Index("ix_price_plan_sku_id", "sku_id", "step"),
        Index("ix_price_plan_narrowed", "region", "tier", "sku_id", sqlite_where=NARROWED, postgresql_where=NARROWED),
        Index("ix_price_plan_began", "starts_at", "sku_id", sqlite_where=BEGINS_LATER, postgresql_where=BEGINS_LATER),
        Index("ix_price_plan_ends_at", "ends_at"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"))
    step: Mapped[int] = mapped_column(Small)
    points: Mapped[int] = mapped_column(Int)
    cash_fen: Mapped[int] = mapped_column(Int)
    tier: Mapped[Tier | None] = mapped_column(Word(Tier))
    region: Mapped[str] = mapped_column(Name(200))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class FreightTemplate(Base):
    """What sending pieces to a province costs. Rules: [{"provinces": ["新疆", …], "first": pieces, "first_fen": …,
    "further": pieces, "further_fen": …, "free_from": pieces or null, "delivered": bool}, …]; the last has no
    provinces and is for all the others (`rules/freight.py`).
    """

    __tablename__ = "freight_template"
    __table_args__ = (UniqueConstraint("code"), strict())
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40))
    name: Mapped[str] = mapped_column(Name(60))
    rules: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Stock(Base):
    """What is left of a SKU. The database refuses to go below nothing; `catalog.actions` is its one door.

    `supplied` counts the pieces that ever came in, less those written off: what is left and what orders keep of them
    add up to it, and the nightly proof says so.
    """

    __tablename__ = "stock"
    __table_args__ = (CheckConstraint("on_hand >= 0", name="on_hand"), strict(fillfactor=70))
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("sku.id"), primary_key=True, autoincrement=False)
    on_hand: Mapped[int] = mapped_column(Int)
    supplied: Mapped[int] = mapped_column(Int, default=0, server_default="0")


class Term(Base):
    """An inverted index of one table that works the same on every engine: Han bigrams and single characters,
    Latin words, pinyin and its initials, codes (`rules/search.py`). Two characters find; trigrams would not.
    """

    __tablename__ = "item_term"
    __table_args__ = (Index("ix_item_term_item_id", "item_id"), strict())
    term: Mapped[str] = mapped_column(Key(80), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("item.id"), primary_key=True, autoincrement=False)
    weight: Mapped[int] = mapped_column(Small)


class SoldOut(Refused):
    """Fewer left than asked for."""

    code = "sold_out"
    text = N_("库存不足，还剩 %(left)s 件。积分没有扣减。")


class NoSuchItem(NotFound):
    """No such reward, or it is off the shelf."""

    text = N_("这件礼品已经下架，或者换了地方。")


class NotOffered(NotFound):
    """The reward is on the shelf, and there is no price at which this dealer may have it now."""

    text = N_("这件礼品目前不能兑换，有了新的价格会再上架。")


class NoSuchSku(NotFound):
    """No such SKU."""

    text = N_("没有这个规格。")


class NoSuchChoice(Refused):
    """No SKU has this combination of attributes."""

    code = "no_such_choice"
    status = 422
    text = N_("没有这个规格组合，请重新选择。")


class NotDelivered(Refused):
    """The freight template has no way to this province."""

    code = "not_delivered"
    text = N_("这件礼品暂不送往%(province)s，请换一个收货地址。积分没有扣减。")


class NoSuchPlan(NotFound):
    """No such price, or it has been withdrawn."""

    text = N_("没有这个价格，或者已经撤下。")


class NoSuchTemplate(NotFound):
    """No such freight template."""

    text = N_("没有这个运费模板。")


class TemplateChanged(Refused):
    """Somebody else has changed the freight template since the form was opened."""

    code = "template_changed"
    text = N_("“%(name)s” 刚被别人改过，你的改动没有保存。请重新打开，看过再改。")


class BelowCost(Refused):
    """A price that brings in less than the piece costs, and nobody has said that this is meant."""

    code = "below_cost"
    text = N_("这个价格低于成本：至少要 %(floor)s 积分。确要这样定价，请勾选确认。")


class LastPrice(Refused):
    """Without this price the SKU could not be redeemed by everybody any more."""

    code = "last_price"
    text = N_("这是所有经销商正在用的唯一价格，撤下后就不能兑换了。请先加一个新价格。")
