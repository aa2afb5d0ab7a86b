"""The catalogue's verbs: what is on the shelves, what it costs, and the one door through which stock changes."""

from mall.catalog.actions.items import ItemToPut, SkuToPut, put_category, put_item
from mall.catalog.actions.plans import PlanToPut
from mall.catalog.actions.stock import put_back, restock, take

__all__ = ["ItemToPut", "PlanToPut", "SkuToPut", "put_back", "put_category", "put_item", "restock", "take"]
