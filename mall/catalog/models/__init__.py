"""Categories, items, SKUs, prices, freight, stock and search terms. Small and shared by all dealers; stock is keyed
by SKU.
"""

from mall.catalog.models.category import DEEPEST, Category
from mall.catalog.models.draft import Document, DraftSave, ItemDraft, ItemVersion
from mall.catalog.models.draft_refusals import (
    CategoriesMoved,
    CategoryInUse,
    CodeTaken,
    DraftBehind,
    DraftMoved,
    ItemMoved,
    NoSuchCategory,
    NoSuchDraft,
    NoSuchSupplier,
    NoSuchVersion,
    NotReady,
    SupplierChanged,
    TooDeep,
    TooManyFiles,
    WrongFile,
    WrongMoments,
)
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
from mall.catalog.models.supplier import ADMISSIONS, MOST_FILES, Admission, Supplier, SupplierFile
from mall.catalog.models.term import Term

__all__ = [
    "ADMISSIONS",
    "DEEPEST",
    "KINDS",
    "MOST_FILES",
    "NOT_FOR_EVERYBODY",
    "TAGS",
    "Admission",
    "BelowCost",
    "CategoriesMoved",
    "Category",
    "CategoryInUse",
    "CodeTaken",
    "Delivery",
    "Document",
    "DraftBehind",
    "DraftMoved",
    "DraftSave",
    "FreightTemplate",
    "Item",
    "ItemDraft",
    "ItemMoved",
    "ItemVersion",
    "Kind",
    "LastPrice",
    "NoSuchCategory",
    "NoSuchChoice",
    "NoSuchDraft",
    "NoSuchItem",
    "NoSuchPlan",
    "NoSuchSku",
    "NoSuchSupplier",
    "NoSuchTemplate",
    "NoSuchVersion",
    "NotDelivered",
    "NotOffered",
    "NotReady",
    "PricePlan",
    "Sku",
    "SoldOut",
    "Stock",
    "Supplier",
    "SupplierChanged",
    "SupplierFile",
    "TemplateChanged",
    "Term",
    "TooDeep",
    "TooManyFiles",
    "WrongFile",
    "WrongMoments",
]
