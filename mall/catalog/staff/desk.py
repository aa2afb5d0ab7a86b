"""What the desk's pages of prices and freight share: their address, who may use them, their group at the side."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, cast

from flask import Blueprint, current_app, request
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.base.time import civil_day, last_day, start_of_day
from mall.catalog.rules.pricing import USUAL_VALUE, usual_tax
from mall.dealers.models import StaffRole
from mall.web import guards
from mall.web.db import now, reading

desk_catalog = Blueprint("desk_catalog", __name__, url_prefix="/desk")

GROUP = N_("选品")
MAY_PRICE = (StaffRole.MERCHANDISER,)
"""Merchandisers, and the administrator as everywhere."""
YUAN = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,2}))?")

PointValue = Callable[[Session, date], int]
"""What a point is worth on a day, in millionths of the currency's unit: earning says so."""


def may_price() -> bool:
    """Whether who is here may see and change prices."""
    return guards.who() is not None and guards.staff().is_one_of(*MAY_PRICE)


def may_write() -> bool:
    """Whether who is here may change what is for all dealers: prices, categories, suppliers, freight."""
    return guards.staff().scope.whole


def signed() -> dict[str, Any]:
    """Who acts, within which scope and from where, as the catalogue's verbs ask for it."""
    here = guards.staff()
    return {"actor": here.actor, "scope": here.scope, "address": request.remote_addr or ""}


def zone() -> str:
    """The time zone of the mall: prices begin and end with its days."""
    return str(current_app.extensions["settings"].zone)


def point_value() -> int:
    """What a point is worth today, in millionths of the currency's unit.

    Earning stands on the same floor as the catalogue and puts its answer into `app.extensions["point_value"]`.
    """
    told = cast("PointValue | None", current_app.extensions.get("point_value"))
    return (told(reading(), civil_day(now(), zone())) if told else 0) or USUAL_VALUE


def tax_of(shipped: bool) -> int:
    """The usual tax on a reward, in ten-thousandths."""
    return usual_tax(shipped=shipped)


def fen_typed(text: str) -> int | None:
    """Yuan as people type them, with at most two decimals, in fen; anything else is nothing."""
    told = YUAN.fullmatch(text.replace(",", "").removeprefix("¥").strip())
    return int(told[1]) * 100 + int((told[2] or "").ljust(2, "0")) if told else None


def yuan_told(fen: int) -> str:
    """Fen as they stand in a field: 99, 99.50."""
    return f"{fen // 100}.{fen % 100:02d}".removesuffix(".00")


def start_typed(on: date) -> datetime:
    """The moment a day begins."""
    return start_of_day(on, zone())


def end_typed(on: date) -> datetime:
    """The moment after a last day."""
    return start_of_day(on + timedelta(days=1), zone())


def last_told(ends_at: datetime) -> date:
    """The last day of something with this exclusive end."""
    return last_day(ends_at, zone())
