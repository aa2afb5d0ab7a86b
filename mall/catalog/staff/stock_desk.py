"""What the desk's pages of stock share: their address, who may do what, their group at the side."""

from __future__ import annotations

from flask import Blueprint, current_app, request

from mall.base.refused import N_
from mall.catalog.actions.supplies import MAY_ADJUST, MAY_RECEIVE, MAY_SUPPLY, By
from mall.dealers.models import StaffRole
from mall.web import guards

desk_stock = Blueprint("desk_stock", __name__, url_prefix="/desk/stock")

GROUP = N_("库存")
SEERS = (StaffRole.MERCHANDISER, StaffRole.FULFILMENT)
"""Who sees stock; the administrator as everywhere."""
SUPPLIERS, KEEPERS = (StaffRole.MERCHANDISER,), (StaffRole.FULFILMENT,)
ACTS: dict[str, str] = {
    "stock.supply": N_("入库"),
    "stock.adjust": N_("调整"),
    "stock.levels": N_("改水位"),
    "stock.announce": N_("登记在途"),
    "stock.arrive": N_("在途到货"),
    "stock.warehouse": N_("修改仓库"),
    "stock.count_open": N_("开盘点单"),
    "stock.count_finish": N_("盘点录完"),
    "stock.count_reopen": N_("重新清点"),
    "stock.count_post": N_("盘点过账"),
    "stock.count_call_off": N_("作废盘点单"),
}


def may_see() -> bool:
    """Whether who is here sees stock."""
    return guards.who() is not None and guards.staff().is_one_of(*SEERS)


def may() -> dict[str, bool]:
    """What who is here may do, for a page to offer no more than that."""
    here = guards.staff()
    role, supply = here.role, here.role in MAY_SUPPLY
    return {
        "supply": supply,
        "levels": supply and not here.region,
        "places": supply and here.supplier_id is None,
        "adjust": role in MAY_ADJUST,
        "receive": role in MAY_RECEIVE,
    }


def by() -> By:
    """Who is here, as verbs want it."""
    here = guards.staff()
    return By(here.staff_id, here.role, request.remote_addr or "", here.scope)


def zone() -> str:
    """The time zone of the mall."""
    return str(current_app.extensions["settings"].zone)
