"""What changed on a reward beside its versions, in words: for its history, where all of it stands in one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, url_for
from flask_babel import gettext as _

from mall.catalog.models import Item
from mall.catalog.queries.changes import COSTS, PRICES, Change, changes
from mall.catalog.rules.bulk import Slot
from mall.catalog.staff.batch_words import plainly, price_told, slot_named
from mall.catalog.staff.parts import Part
from mall.web import guards
from mall.web.db import reading
from mall.web.filters import fen, moment

A_MOMENT = timedelta(minutes=1)
"""A price that begins so soon after it was written began then."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A change: what was done, of what, before and after; `href` leads to where more of it stands."""

    at: datetime
    by: str
    act: str
    part: Part
    href: str


def told_changes(item: Item) -> list[Told]:
    """The changes of a reward that who is here may see, the newest first.

    Prices and costs are not a supplier's people's; of what regions say one sees what lies in the own scope.
    """
    scope = guards.staff().scope
    if scope.supplier_id is not None:
        return []
    named = current_app.extensions["acts"]
    return [
        Told(at=one.at, by=one.by, act=_(named[one.act]), part=part, href=href)
        for one in changes(reading(), item.id)
        for part, href in _told(item, one)
        if one.sku or one.act in COSTS or scope.covers(one.detail["region"])
    ]


def _told(item: Item, one: Change) -> Iterator[tuple[Part, str]]:
    said = one.detail
    if one.act in PRICES:
        begins = str(said.get("since") or said.get("starts_at") or "")
        later = begins and datetime.fromisoformat(begins) > one.at + A_MOMENT
        slot = Slot(one.sku, said["step"], said["tier"] or "", said["region"], begins if later else "")
        ends = said.get("ends_at")
        until = _("，到 %(at)s 为止", at=moment(datetime.fromisoformat(ends))) if ends and one.after else ""
        after = price_told(one.after) + str(until) if one.after else ""
        yield plainly(slot_named(slot), price_told(one.before), after), url_for("desk_catalog.price", code=one.sku)
    elif one.act == "plan.cost":
        before, after = (fen(said[name]) if said[name] else "" for name in ("before", "after"))
        yield plainly(_("%(sku)s 成本", sku=one.sku), before, after), url_for("desk_catalog.price", code=one.sku)
    elif one.act in COSTS:
        yield plainly(_("运费模板"), "", said["template"]), ""
    else:
        href = url_for("desk_catalog.edition_history", code=item.code, region=said["region"])
        yield plainly(said["region"], "", ""), href
