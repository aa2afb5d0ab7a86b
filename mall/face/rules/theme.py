"""A theme as staff fill it in: names, two colours, a logo, the tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.base.refused import N_
from mall.face.rules.colour import read, told
from mall.face.rules.fields import Field, FieldKind, Judged, judged
from mall.face.rules.icons import ICONS
from mall.face.rules.palette import BRAND, VALUE

NAMES = Field(name="names", kind=FieldKind.WORDS, label=N_("商城名称"), most=16)
TAB_NAMES = Field(name="names", kind=FieldKind.WORDS, label=N_("名称"), most=8)
LOGO = Field(name="logo", kind=FieldKind.PICTURE, label=N_("标志"), most=80)
TABS = ("home", "catalog", "activities", "orders", "me")
"""The five tabs of the phone; they may be renamed, not moved."""


def theme_judged(values: Mapping[str, Any]) -> Judged:
    """A theme put in order, and what is wrong with it by the form's field. Contrast is measured apart from this."""
    found = judged((NAMES, LOGO), values)
    for name, usual in (("brand", BRAND), ("value", VALUE)):
        colour = read(str(values.get(name) or usual))
        found.values[name] = told(colour) if colour else usual
        if colour is None:
            found.faults[name] = (N_("请填颜色，例如 #14473b"), {})
    tabs = {}
    for key in TABS:
        tab = values.get("tabs", {}).get(key, {})
        each = judged((TAB_NAMES,), tab, f"tabs-{key}-")
        found.faults.update(each.faults)
        icon = tab.get("icon") or ""
        if icon and icon not in ICONS:
            found.faults[f"tabs-{key}-icon"] = (N_("请从列表里选一项"), {})
        if each.values["names"] or icon:
            tabs[key] = {"names": each.values["names"], "icon": icon}
    found.values["tabs"] = tabs
    return found
