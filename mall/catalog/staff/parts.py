"""What the parts of a document are called, and how their values are told, where differences are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from mall.base.refused import N_
from mall.base.rich import plain
from mall.catalog.models import KINDS, TAGS, Kind
from mall.catalog.rules.differences import Difference, words
from mall.catalog.rules.document import NOW
from mall.catalog.rules.terms import TERMS
from mall.web.filters import fen, moment
from mall.web.locale import spoken

PARTS: dict[str, str] = {
    "category": N_("分类"),
    "kind": N_("发放方式"),
    "brand": N_("品牌"),
    "supplier": N_("供应商"),
    "names": N_("名称"),
    "subtitles": N_("副标题"),
    "descriptions": N_("说明"),
    "pictures": N_("图片"),
    "tags": N_("标签"),
    "list_price_fen": N_("市场价"),
    "limit_per_dealer": N_("每个经销商限兑"),
    "delivery": N_("发货承诺"),
    "personal": N_("个人用途"),
    "freight_template": N_("运费模板"),
    "skus": N_("规格"),
    "shelved_at": N_("上架时间"),
    "off_at": N_("下架时间"),
    "off_from": N_("本区下架"),
    "off_until": N_("本区恢复上架"),
}
OF_A_SKU: dict[str, str] = {"attributes": N_("属性"), "cost_fen": N_("成本"), "picture": N_("图片")}
LANGUAGES = {"zh_Hans": N_("简体"), "zh_Hant": N_("繁体"), "en": N_("英文")}
DELIVERIES = {"48h": N_("48 小时内"), "7d": N_("7 天内"), "instant": N_("即时")}
TERM_LABELS = {term.name: term.label for terms in TERMS.values() for term in terms}


@dataclass(frozen=True)
class Part:
    """A difference in words: what it is of, both texts, and the two as one, word by word."""

    name: str
    before: str
    after: str
    words: list[tuple[str, str]]
    formatted: bool
    """Only tags differ: the words are the same."""


def part_named(found: Difference) -> Part:
    """A difference as people read it."""
    before, after = _told(found.path, found.before), _told(found.path, found.after)
    name, _sep, rest = found.path.partition("/")
    return Part(_label(name, rest), before, after, words(before, after), before == after)


def _label(name: str, rest: str) -> str:
    if name == "terms":
        return str(_(TERM_LABELS.get(rest, rest)))
    if name == "skus" and rest:
        code, _sep, key = rest.rpartition("/")
        return f"{code} {_(OF_A_SKU[key])}"
    label = _(PARTS.get(name, name))
    return str(_("%(what)s（%(tongue)s）", what=label, tongue=_(LANGUAGES[rest]))) if rest in LANGUAGES else label


def _told(path: str, value: Any) -> str:
    """A value in words; nothing for none."""
    if value is None or value in ("", []):
        return ""
    tell = TOLD.get(path.rsplit("/", 1)[-1]) or TOLD.get(path.partition("/")[0])
    if tell is not None:
        return tell(value)
    return str(_("、").join(str(one) for one in value)) if isinstance(value, list) else str(value)


def _attributes(value: Any) -> str:
    return str(_("，")).join(f"{spoken(one['name'])} {spoken(one['value'])}" for one in value)


def _moment(value: Any) -> str:
    return str(_("立即")) if value == NOW else moment(datetime.fromisoformat(value))


TOLD: dict[str, Callable[[Any], str]] = {
    "list_price_fen": fen,
    "cost_fen": fen,
    "fen": fen,
    "least_fen": fen,
    "shelved_at": _moment,
    "off_at": _moment,
    "off_from": _moment,
    "off_until": _moment,
    "kind": lambda value: _(KINDS[Kind(value)]),
    "delivery": lambda value: _(DELIVERIES[value]),
    "personal": lambda value: _("是") if value else _("否"),
    "tags": lambda value: _("、").join(_(TAGS[tag]) for tag in value),
    "attributes": _attributes,
    "descriptions": plain,
}
