"""What staff may send about many rewards at once: what is set in all of them, or how their prices change.

A field that is left alone changes nothing: blank is never clear.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mall.base.money import Rounding
from mall.catalog.models import TAGS, Delivery
from mall.catalog.rules.document import MOST_FEN, MOST_PIECES, NOW
from mall.catalog.rules.repricing import MOST_PERCENT, MOST_POINTS, UNITS, By, Repricing
from mall.catalog.staff.desk import fen_typed
from mall.catalog.staff.price_form import STEPS
from mall.dealers.models import Tier
from mall.web.forms import trimmed, whole
from mall.web.moments import moment_typed

LEAVE = ""
"""The choice that leaves a part as it is."""
NONE = "-"
"""The choice that takes a part away: no supplier, no template."""
SHELF = ("now", "at", "off")
MOST_BRAND = 80
PERCENT = re.compile(r"([+\-\u2212\uff0d]?)([0-9]{1,4})(?:\.([0-9]{1,2}))?\s*[%\uff05]?")


@dataclass(kw_only=True)
class BulkForm:
    """The form as it was sent: every field's text by name, and what is wrong by name."""

    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    def of(self, name: str) -> str:
        """What was typed into a field."""
        return self.typed.get(name, "")

    @property
    def note(self) -> str:
        """What its maker says of it."""
        return self.of("note")[:200]


NAMES = (
    "category", "brand", "supplier", "delivery", "limit", "freight_template", "list_price", "shelf", "shelved_at",
    "off_at", "by", "amount", "step", "tier", "region", "unit", "rounding", "since", "note",
    *(f"tag-{tag}" for tag in TAGS),
)  # fmt: skip


def bulk_form_from(sent: MultiDict[str, str]) -> BulkForm:
    """The form as it came. Its fields are called `set-…`: the list's filters come along under their own names."""
    form = BulkForm(typed={name: trimmed(sent.get(f"set-{name}"))[:200] for name in NAMES})
    key = trimmed(sent.get("key"))
    form.key = key if 0 < len(key) <= 60 else form.key
    return form


def parts_asked(
    form: BulkForm, *, categories: Collection[str], suppliers: Collection[str], templates: Collection[str]
) -> dict[str, Any]:
    """What is to be set in all rewards, by path; what cannot be is put at its field."""
    parts: dict[str, Any] = {}
    for name, known in (("category", categories), ("supplier", suppliers), ("freight_template", templates)):
        _chosen(form, parts, name, known)
    if form.of("delivery") in set(Delivery):
        parts["delivery"] = form.of("delivery")
    if brand := form.of("brand"):
        parts["brand"] = brand
        if len(brand) > MOST_BRAND:
            form.errors["brand"] = _("最多 %(most)s 个字", most=MOST_BRAND)
    _limit(form, parts)
    _list_price(form, parts)
    for sign, does in (("+", "put"), ("-", "out")):
        if tags := [tag for tag in TAGS if form.of(f"tag-{tag}") == does]:
            parts[f"tags{sign}"] = tags
    _shelf(form, parts)
    return parts


def repricing_asked(form: BulkForm, regions: Collection[str], now: datetime) -> Repricing | None:
    """How prices are to change, or none after putting what is wrong at its field.

    `regions` are those that whoever asks may set prices for, '' everywhere; only moments after `now` are to come.
    """
    by = By(form.of("by")) if form.of("by") in set(By) else By.PERCENT
    amount = _amount(form, by)
    step, unit = whole(form.of("step") or "0"), whole(form.of("unit") or "1")
    tier, region, rounding = form.of("tier"), form.of("region"), form.of("rounding") or Rounding.HALF_UP.value
    if tier and tier not in set(Tier):
        form.errors["tier"] = _("请选择等级")
    if region not in regions:
        everywhere = "" in regions
        form.errors["region"] = _("没有这个区域的经销商，请从列表中选择") if everywhere else _("请选择你负责的区域")
    since = moment_typed(form.of("since")) if form.of("since") else None
    if form.of("since") and since is None:
        form.errors["since"] = _("请填写日期和时间")
    elif since is not None and since <= now:
        form.errors["since"] = _("这个时间已经过了。要现在生效就留空。")
    if form.errors or amount is None or step not in STEPS or unit not in UNITS or rounding not in set(Rounding):
        return None
    return Repricing(
        by=by,
        amount=amount,
        step=step,
        tier=tier,
        region=region,
        unit=unit,
        rounding=Rounding(rounding),
        since=since.isoformat() if since else "",
    )


def _chosen(form: BulkForm, parts: dict[str, Any], name: str, known: Collection[str]) -> None:
    value = form.of(name)
    if value == NONE and name != "category":
        parts[name] = ""
    elif value and value in known:
        parts[name] = value
    elif value:
        form.errors[name] = _("请从列表里选择")


def _list_price(form: BulkForm, parts: dict[str, Any]) -> None:
    text = form.of("list_price")
    if not text:
        return
    parts["list_price_fen"] = fen = fen_typed(text)
    if fen is None or fen > MOST_FEN:
        form.errors["list_price"] = _("请填写金额，最多两位小数")


def _limit(form: BulkForm, parts: dict[str, Any]) -> None:
    text = form.of("limit")
    if not text:
        return
    pieces = whole(text)
    if pieces is None or not 0 <= pieces <= MOST_PIECES:
        form.errors["limit"] = _("请填写 0 到 %(most)s 的整数", most=f"{MOST_PIECES:,}")
    else:
        parts["limit_per_dealer"] = pieces or None


def _shelf(form: BulkForm, parts: dict[str, Any]) -> None:
    """Off the shelf takes both moments away; on it begins now or at a moment, and ends where that is said."""
    shelf, off = form.of("shelf"), form.of("off_at")
    if shelf == "off":
        parts["shelved_at"] = parts["off_at"] = None
        return
    if shelf == "now":
        parts["shelved_at"], parts["off_at"] = NOW, None
    elif shelf == "at":
        found = moment_typed(form.of("shelved_at"))
        parts["shelved_at"], parts["off_at"] = found.isoformat() if found else None, None
        if found is None:
            form.errors["shelved_at"] = _("请填写上架时间")
    if off:
        ends = moment_typed(off)
        parts["off_at"] = ends.isoformat() if ends else None
        if ends is None:
            form.errors["off_at"] = _("请填写日期和时间")


def _amount(form: BulkForm, by: By) -> int | None:
    text = re.sub(r"[,\uff0c]", "", form.of("amount"))
    if by is By.PERCENT:
        told = PERCENT.fullmatch(text)
        bps = int(told[2]) * 100 + int((told[3] or "").ljust(2, "0")) if told else 0
        if told and told[1] not in ("", "+"):
            bps = -bps
        if bps and -10_000 < bps <= MOST_PERCENT * 100:
            return bps
        form.errors["amount"] = _("请填写百分比，涨价如 5，降价如 -5，最多两位小数")
        return None
    points = whole(text.replace("−", "-"))
    if points is None or not points or abs(points) > MOST_POINTS or (by is By.TO and points < 0):
        form.errors["amount"] = _("请填写积分，整数") if by is By.TO else _("请填写积分，加如 500，减如 -500")
        return None
    return points
