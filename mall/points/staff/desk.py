"""What the desk's pages of the ledger share: their address, who may see finance's, their group at the side."""

from __future__ import annotations

from flask import Blueprint, current_app

from mall.base.refused import N_
from mall.dealers.models import StaffRole
from mall.points.models import Programme
from mall.web import guards
from mall.web.db import reading

desk_points = Blueprint("desk_points", __name__, url_prefix="/desk/points")

GROUP = N_("财务")
MAY_SEE = (StaffRole.FINANCE,)
"""Finance, and the administrator as everywhere."""


def may_see() -> bool:
    """Whether who is here may see finance's pages."""
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEE)


def zone() -> str:
    """The programme's time zone: months and days of the reports are its."""
    programme = reading().get(Programme, 1)
    return programme.zone if programme else str(current_app.extensions["settings"].zone)
