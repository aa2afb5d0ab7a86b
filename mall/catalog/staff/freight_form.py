"""What staff may send about freight: a template's name, groups of provinces with their fees, the fee for the rest."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mall.base.types import micros, moment
from mall.catalog.queries.freight import TemplateShown
from mall.catalog.rules.freight import MOST_FEN, MOST_PIECES, MOST_RULES, PROVINCES, Rule
from mall.catalog.staff.desk import fen_typed, yuan_told
from mall.web.forms import trimmed, whole

SEEN = re.compile(r"[0-9]{1,16}")
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
NAMES = ("first", "first_fee", "further", "further_fee", "free_from")


@dataclass(frozen=True)
class Group:
    """Fees as they were typed, for some provinces or for the rest, and what is wrong with them by field."""

    provinces: tuple[str, ...] = ()
    typed: dict[str, str] = field(
        default_factory=lambda: {"first": "1", "first_fee": "0", "further": "1", "further_fee": "0", "free_from": ""}
    )
    delivered: bool = True
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TemplateForm:
    """A template as it was typed; the last group is for the rest. `rules` is there when nothing is wrong."""

    code: str
    name: str
    groups: tuple[Group, ...]
    errors: dict[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] | None = None
    seen: str = ""
    """When the template that was opened had been changed last, in microseconds; empty for a new one."""

    @property
    def seen_at(self) -> datetime | None:
        """The same as a moment."""
        return moment(int(self.seen)) if SEEN.fullmatch(self.seen) else None

    @classmethod
    def blank(cls) -> TemplateForm:
        """An empty form with a code of its own: sent twice, it is one template."""
        return cls(secrets.token_urlsafe(12), "", (Group(),))

    @classmethod
    def of(cls, template: TemplateShown) -> TemplateForm:
        """The form of a template that is there."""
        groups = tuple(_shown(rule) for rule in template.rules)
        return cls(template.code, template.name, groups, seen=str(micros(template.changed_at)))

    def with_one_more(self) -> TemplateForm:
        """With another group of provinces before the rest."""
        return replace(self, groups=(*self.groups[:-1], Group(), self.groups[-1]), errors={}, rules=None)


def template_from(sent: MultiDict[str, str]) -> TemplateForm:
    """What was sent, read: groups without provinces are left out, but for the last one, which is for the rest."""
    code, name = trimmed(sent.get("code")), trimmed(sent.get("name"))
    errors = {} if name and len(name) <= 60 else {"name": _("请填写名称，最多 60 个字")}
    if not CODE.fullmatch(code):
        errors["code"] = _("页面内容不完整，请重新打开这一页。")
    count = min(max(whole(sent.get("groups", "1")) or 1, 1), MOST_RULES)
    taken: set[str] = set()
    read = [_group(sent, str(at), taken) for at in range(count - 1)]
    read = [each for each in read if each[0].provinces] + [_group(sent, "rest", None)]
    groups, rules = tuple(each[0] for each in read), tuple(each[1] for each in read)
    good = not errors and all(rule is not None for rule in rules)
    sound = tuple(rule for rule in rules if rule) if good else None
    return TemplateForm(code, name, groups, errors, sound, trimmed(sent.get("seen"))[:20])


def _group(sent: MultiDict[str, str], key: str, taken: set[str] | None) -> tuple[Group, Rule | None]:
    """A group as it was typed, and its rule if nothing is wrong. `taken` are the provinces of the groups before."""
    ticked = sent.getlist(f"{key}-provinces") if taken is not None else []
    provinces = tuple(name for name in PROVINCES if name in ticked)
    typed = {name: trimmed(sent.get(f"{key}-{name}"))[:20] for name in NAMES}
    delivered = sent.get(f"{key}-delivered") != "no"
    if not delivered:
        typed = {name: typed[name] or default for name, default in Group().typed.items()}
    first, further = _pieces(typed["first"]), _pieces(typed["further"])
    free_from = _pieces(typed["free_from"]) if typed["free_from"] else None
    first_fen, further_fen = _fee(typed["first_fee"]), _fee(typed["further_fee"])
    pieces = {"first": first, "further": further, "free_from": free_from if typed["free_from"] else 1}
    fees = {"first_fee": first_fen, "further_fee": further_fen}
    errors = {name: _("1 至 %(most)s 的整数", most=MOST_PIECES) for name, value in pieces.items() if value is None}
    most = f"{MOST_FEN // 100:,}"
    errors |= {name: _("金额，最多 %(most)s 元", most=most) for name, value in fees.items() if value is None}
    if taken is not None:
        if both := [name for name in provinces if name in taken]:
            errors["provinces"] = _("%(names)s 已经在前面的分组里", names=_("、").join(both))
        taken.update(provinces)
    group = Group(provinces, typed, delivered, errors)
    if errors or first is None or further is None or first_fen is None or further_fen is None:
        return group, None
    return group, Rule(
        provinces=provinces, first=first, first_fen=first_fen, further=further, further_fen=further_fen,
        free_from=free_from, delivered=delivered,
    )  # fmt: skip


def _shown(rule: Rule) -> Group:
    typed = {
        "first": str(rule.first),
        "first_fee": yuan_told(rule.first_fen),
        "further": str(rule.further),
        "further_fee": yuan_told(rule.further_fen),
        "free_from": str(rule.free_from) if rule.free_from is not None else "",
    }
    return Group(rule.provinces, typed, rule.delivered)


def _pieces(text: str) -> int | None:
    number = whole(text)
    return number if number is not None and 1 <= number <= MOST_PIECES else None


def _fee(text: str) -> int | None:
    fen = fen_typed(text or "0")
    return fen if fen is not None and fen <= MOST_FEN else None
