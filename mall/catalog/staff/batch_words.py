"""A batch in words: what was asked for, what differs in a row, what was told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from mall.base.money import Rounding
from mall.base.refused import N_
from mall.catalog.models import BATCH_KINDS, TAGS, Batch, BatchKind
from mall.catalog.queries.batches import Named
from mall.catalog.rules.bulk import Slot, is_price, is_stock
from mall.catalog.rules.differences import Difference
from mall.catalog.rules.repricing import ROUNDINGS, By, Repricing
from mall.catalog.rules.sheets.layouts import ALL_BY_KEY
from mall.catalog.staff.parts import Part, part_named
from mall.catalog.staff.price_form import STEPS
from mall.dealers.models import TIERS, Tier
from mall.web.db import now
from mall.web.filters import fen_short, number
from mall.web.locale import spoken
from mall.web.moments import moment_shown

CODES = ("category", "supplier", "freight_template")
OF_SKUS = {"prices": N_("价格导入"), "levels": N_("水位导入")}
"""What batches of a file are called whose rows are of SKUs."""
LEVEL_NAMES = {
    "warning": N_("预警线"), "safety": N_("安全库存"), "lead_days": N_("补货天数"), "pack_size": N_("每箱件数"),
}  # fmt: skip


def title(batch: Batch) -> str:
    """What a batch is called: of a file, what was in it."""
    of = BATCH_KINDS[batch.kind] if batch.undoes else OF_SKUS.get(batch.sheet, BATCH_KINDS[batch.kind])
    return str(_(of))


def asked_for(batch: Batch, named: Named) -> list[tuple[str, str]]:
    """What was asked of all rewards of a batch: what of it, and what it becomes."""
    if batch.kind is BatchKind.PRICES:
        return [_priced(Repricing.of(batch.asked["prices"]))]
    said = []
    for path, value in batch.asked.get("parts", {}).items():
        if path in ("tags+", "tags-"):
            tags = _("、").join(_(TAGS[tag]) for tag in value)
            does = _("加上 %(tags)s", tags=tags) if path == "tags+" else _("去掉 %(tags)s", tags=tags)
            said.append((_("标签"), does))
            continue
        part = part_of(path, None, value, named)
        said.append((part.name, part.after or _none_of(path)))
    return said


def parts_of(before: Mapping[str, Any], after: Mapping[str, Any], named: Named) -> Iterator[Part]:
    """What differs in a row, in words. Of a SKU that comes only that it does, and what it costs."""
    if "plan" in after or "plan" in before:
        yield plan_part(before.get("plan"), after.get("plan"))
        return
    was, will = before.get("skus"), after.get("skus")
    come = {code for code in will or () if code not in (was or ())} if "skus" in after else set()
    for path, value in after.items():
        if path.startswith("skus/") and path.split("/")[1] in come:
            continue
        yield part_of(path, before.get(path), value, named)


def part_of(path: str, before: Any, after: Any, named: Named) -> Part:
    """A part that differs, in words; codes are told by what they stand for."""
    if is_price(path):
        return plainly(slot_named(Slot.of(path)), price_told(before), price_told(after))
    if is_stock(path):
        sku = path.removeprefix("stock/")
        return plainly(_("%(sku)s 期初库存", sku=sku), "", _("%(n)s 件", n=number(after)))
    if path.startswith("levels/"):
        level = _(LEVEL_NAMES[path.removeprefix("levels/")])
        return plainly(level, *("" if n is None else number(n) for n in (before, after)))
    if path in CODES:
        known = getattr(named, path)
        return part_named(Difference(path, _named(known, before), _named(known, after)))
    return part_named(Difference(path, before, after))


def told_of(told: Mapping[str, Any], names: Mapping[str, str], *, rows: bool = True) -> str:
    """Words of a row or a batch in the reader's language; whoever they name by their name.

    What is wrong with a cell of a file says which: in `rows` its row too, else its column alone.
    """
    shown: dict[str, Any] = {}
    for name, value in told["params"].items():
        if name == "who":
            shown[name] = names.get(value, value) or _("有人")
        elif name.endswith("_at"):
            shown[name] = day_and_time(value, ends=name == "to_at")
        elif isinstance(value, list):
            shown[name] = _("、").join(_label(each) for each in value)
        else:
            shown[name] = f"{value:,}" if type(value) is int else value
    text: str = _(told["text"])
    return _cell(told, rows) + (text % shown if shown else text)


def _cell(told: Mapping[str, Any], rows: bool) -> str:
    column = ALL_BY_KEY.get(told.get("column", ""))
    if column is None:
        return ""
    heading = spoken(column.headings)
    named = _("第 %(row)s 行“%(column)s”：", row=number(told["row"]), column=heading)
    return str(named if rows else _("%(column)s：", column=heading))


def _label(text: str) -> str:
    """A part's name where a path is told, else the text, which may be one to be translated."""
    nothing = Named({}, {}, {})
    named = "/" in text or text in CODES or text.endswith(("_at", "_fen")) or text in ("brand", "tags", "skus")
    return part_of(text, None, None if not is_stock(text) else 0, nothing).name if named else str(_(text))


def plan_part(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Part:
    """A price of a SKU that comes, changes or goes, in words: for whom, how much, from when until when."""
    of = after or before or {}
    narrowed = [_step(of["step"])]
    narrowed += [_(TIERS[Tier(of["tier"])])] if of["tier"] else []
    narrowed += [of["region"]] if of["region"] else []
    return plainly(_("，").join(narrowed), _plan(before), _plan(after))


def _plan(plan: Mapping[str, Any] | None) -> str:
    if plan is None:
        return ""
    price, since = price_told((plan["points"], plan["cash_fen"])), day_and_time(plan["starts_at"])
    until = day_and_time(plan["ends_at"], ends=True) if plan["ends_at"] else ""
    if datetime.fromisoformat(plan["starts_at"]) > now():
        if until:
            return str(_("%(price)s，%(since)s 至 %(until)s", price=price, since=since, until=until))
        return str(_("%(price)s，%(since)s 起", price=price, since=since))
    return str(_("%(price)s，到 %(until)s", price=price, until=until)) if until else price


def day_and_time(said: str, *, ends: bool = False) -> str:
    """A moment that a row keeps, with its year: it may lie in another. A day alone where it begins or `ends` with one,
    which is counted in.
    """
    at = datetime.fromisoformat(said)
    day, _t, clock = moment_shown(at).partition("T")
    if clock != "00:00":
        return f"{day} {clock}"
    return moment_shown(at - timedelta(days=1)).partition("T")[0] if ends else day


def plainly(name: str, before: str, after: str) -> Part:
    """Something that differs as a whole, not word by word."""
    words = [("gone", before)] if before else []
    return Part(name, before, after, [*words, ("come", after)] if after else words, formatted=False)


def price_told(value: Any) -> str:
    """A price of points, and of cash beside them; nothing for none."""
    if value is None:
        return ""
    points, fen = value[:2]
    cash = _(" + %(money)s", money=fen_short(fen)) if fen else ""
    return str(_("%(n)s 积分", n=number(points))) + str(cash)


def slot_named(slot: Slot) -> str:
    """Which price of which SKU it is."""
    narrowed = [_step(slot.step)] if slot.step else []
    narrowed += [_(TIERS[slot.tier_meant])] if slot.tier_meant else []
    narrowed += [slot.region] if slot.region else []
    narrowed += [_("从 %(at)s 起", at=day_and_time(slot.since))] if slot.since else []
    name = _("%(sku)s 价格", sku=slot.sku)
    return f"{name} ({_('，').join(narrowed)})" if narrowed else str(name)


def _step(step: int) -> str:
    """How a price is paid; one beyond the steps that a form offers is some points and cash."""
    return str(_(STEPS.get(step, N_("积分 + 现金"))))


def _priced(asked: Repricing) -> tuple[str, str]:
    which = slot_named(asked.slot("")).strip()
    if asked.by is By.TO:
        does = _("统一改成 %(n)s 积分", n=number(asked.amount))
    elif asked.by is By.POINTS:
        more = asked.amount > 0
        n = number(abs(asked.amount))
        does = _("加 %(n)s 积分", n=n) if more else _("减 %(n)s 积分", n=n)
    else:
        percent = f"{abs(asked.amount) / 100:.2f}".rstrip("0").rstrip(".")
        does = _("涨 %(n)s%%", n=percent) if asked.amount > 0 else _("降 %(n)s%%", n=percent)
    rounded = _("，按 %(unit)s 积分%(way)s", unit=asked.unit, way=_(ROUNDINGS[Rounding(asked.rounding)]))
    return which, f"{does}{rounded if asked.by is not By.TO and asked.unit > 1 else ''}"


def _named(known: Mapping[str, Any], code: Any) -> Any:
    found = known.get(code) if code else None
    return spoken(found) if isinstance(found, Mapping) else found or code


def _none_of(path: str) -> str:
    if path == "shelved_at":
        return str(_("下架"))
    if path == "limit_per_dealer":
        return str(_("不限"))
    return {"supplier": str(_("自有货源")), "freight_template": str(_("包邮"))}.get(path, str(_("没有")))
