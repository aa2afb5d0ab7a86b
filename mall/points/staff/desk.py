"""What the desk's pages of the ledger share: their address, who may see them, their group at the side."""

from __future__ import annotations

from flask import Blueprint

from mall.base.refused import N_
from mall.dealers.models import StaffRole
from mall.web import guards

desk_points = Blueprint("desk_points", __name__, url_prefix="/desk/points")

GROUP = N_("财务")
MAY_SEE = (StaffRole.FINANCE,)
"""Finance, and the administrator as everywhere."""


def may_see() -> bool:
    """Whether who is here may see finance's pages."""
    here = guards.who()
    return here is not None and guards.staff().role in (*MAY_SEE, StaffRole.ADMINISTRATOR)
