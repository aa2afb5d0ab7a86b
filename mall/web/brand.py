"""What a brand puts on every page: the mall's name, its mark, its colours, the names and icons of the tabs.

The feature that keeps them puts `app.extensions["brand"]`, a function that gives today's; without it the mall has its
own name and colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, current_app
from flask_babel import gettext as _

from mall.web.assets import asset
from mall.web.locale import spoken

Texts = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Brand:
    """A brand's own; what is empty is the mall's. `names` by language; `tabs` holds icon and names by a tab's key.

    `style` is the address of the sheet with its colours, `mark` that of its mark; `logo` is a picture's key.
    """

    names: Texts = field(default_factory=dict)
    style: str = ""
    mark: str = ""
    logo: str = ""
    tabs: Mapping[str, tuple[str, Texts]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The mall's name in the reader's language."""
        return spoken(self.names) or str(_("积分商城"))

    @property
    def mark_url(self) -> str:
        """The drawn mark, for the browser's tab and where there is no logo."""
        return self.mark or asset("mark.svg")

    def tab_icon(self, key: str, usual: str) -> str:
        """The icon of a tab."""
        return self.tabs.get(key, ("", {}))[0] or usual

    def tab_label(self, key: str, usual: str) -> str:
        """The name of a tab in the reader's language."""
        return spoken(self.tabs.get(key, ("", {}))[1]) or str(_(usual))


PLAIN = Brand()


def install(app: Flask) -> None:
    """Give templates `brand()`."""
    app.jinja_env.globals["brand"] = brand


def brand() -> Brand:
    """Today's brand."""
    told: Any = current_app.extensions.get("brand")
    return cast(Brand, told()) if told else PLAIN
