"""Categories, items, SKUs, prices, freight, stock and search terms. Small and shared by all dealers; stock is keyed
by SKU.
"""

from mall.catalog.models.category import Category
from mall.catalog.models.freight import FreightTemplate
from mall.catalog.models.item import NOT_FOR_EVERYBODY, TAGS, Item
from mall.catalog.models.kind import KINDS, Delivery, Kind
from mall.catalog.models.price import PricePlan
from mall.catalog.models.refusals import (
    BelowCost,
    LastPrice,
    NoSuchChoice,
    NoSuchItem,
    NoSuchPlan,
    NoSuchSku,
    NoSuchTemplate,
    NotDelivered,
    NotOffered,
    SoldOut,
    TemplateChanged,
)
from mall.catalog.models.sku import Sku
from mall.catalog.models.stock import Stock
from mall.catalog.models.term import Term

__all__ = [
    "KINDS",
    "NOT_FOR_EVERYBODY",
    "TAGS",
    "BelowCost",
    "Category",
    "Delivery",
    "FreightTemplate",
    "Item",
    "Kind",
    "LastPrice",
    "NoSuchChoice",
    "NoSuchItem",
    "NoSuchPlan",
    "NoSuchSku",
    "NoSuchTemplate",
    "NotDelivered",
    "NotOffered",
    "PricePlan",
    "Sku",
    "SoldOut",
    "Stock",
    "TemplateChanged",
    "Term",
]
