"""The catalogue's verbs: what is on the shelves, what it costs, and the one door through which stock changes."""

from mall.catalog.actions.costs import set_cost
from mall.catalog.actions.freight import put_freight_template, rules_from, send_by
from mall.catalog.actions.items import ItemToPut, SkuToPut, put_category, put_item
from mall.catalog.actions.plans import PlanToPut, add_plan, follow_dates, withdraw_plan
from mall.catalog.actions.stock import begin, put_back, restock, send_out, supply, take, withdraw, write_off
from mall.catalog.rules.pricing import Costs

__all__ = [
    "Costs",
    "ItemToPut",
    "PlanToPut",
    "SkuToPut",
    "add_plan",
    "begin",
    "follow_dates",
    "put_back",
    "put_category",
    "put_freight_template",
    "put_item",
    "restock",
    "rules_from",
    "send_by",
    "send_out",
    "set_cost",
    "supply",
    "take",
    "withdraw",
    "withdraw_plan",
    "write_off",
]
