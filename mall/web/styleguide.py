"""The living style page: every macro of templates/ui in light and dark, for those who build pages and for tests.

Served in debug or with MALL_STYLEGUIDE=1; never in a mall that serves dealers.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import cast

from flask import Blueprint, Flask, abort, render_template, request
from wtforms import BooleanField, Form, PasswordField, SelectField, StringField, TextAreaField, validators

from mall.base.refused import N_
from mall.dealers.queries import StaffHere
from mall.dealers.queries.saved_views import Kept, View
from mall.web import guards
from mall.web.db import now
from mall.web.forms import whole
from mall.web.guards import open_to_all
from mall.web.lists import Column, DeskList, Look
from mall.web.picture_field import PicturesField

PAGES = {name: name for name in ("parts", "home", "item", "points", "order", "desk", "lists")}
SHOPS = DeskList(
    "shops",
    "styleguide.lists",
    ("view", "q", "region"),
    (
        Column("shop", N_("经销商"), fixed=True, sort="name"),
        Column("region", N_("大区")),
        Column("points", N_("积分变动"), end=True, sort="points"),
        Column("changed", N_("最后修改"), usual=False),
    ),
    tab="view",
)

styleguide = Blueprint("styleguide", __name__, url_prefix="/_styleguide")


class Sample(Form):  # type: ignore[misc]  # WTForms carries no types
    """A form of every kind of field, one of them wrong."""

    phone = StringField(N_("手机号"))
    password = PasswordField(N_("密码"), [validators.InputRequired(N_("请填写密码"))])
    region = SelectField(N_("大区"), choices=["华东", "华南"])
    remark = TextAreaField(N_("备注"))
    keep = BooleanField(N_("在这台手机上保持登录"))


class Ordered(Form):  # type: ignore[misc]  # WTForms carries no types
    """A form with pictures in their order; it is sent to this very page, which saves nothing."""

    pictures = PicturesField(N_("图片"), most=6)


class SampleLook(Look):
    """A look of nobody: two views that nobody kept, and the columns that the address says."""

    @cached_property
    def _own(self) -> Kept:
        east = View(1, "华东，积分多的在前", {"region": "华东", "sort": "-points"}, shared=False, mine=True, by="")
        return Kept((east, View(2, "华南", {"region": "华南"}, shared=True, mine=False, by="许清越")), None)

    @property
    def may_share(self) -> bool:
        """A brand's person."""
        return True


def install(app: Flask) -> None:
    """Serve the style page where the configuration allows it."""
    settings = app.extensions["settings"]
    if settings.debug or settings.styleguide:
        app.register_blueprint(styleguide)


@styleguide.get("/lists")
@guards.open_to_all
@open_to_all
def lists() -> str:
    """Lists of the back office, at an address of their own: they lead to themselves."""
    return show("lists")


@styleguide.get("/")
@styleguide.get("/<name>")
@guards.open_to_all
@open_to_all
def show(name: str = "parts") -> str:
    """One page of the guide; `?theme=dark` shows it dark whatever the phone says."""
    if name not in PAGES:
        abort(404)
    theme, asked = request.args.get("theme", "auto"), request.args
    look = SampleLook(
        list=SHOPS,
        filters={part: asked[part] for part in SHOPS.filters if asked.get(part)},
        page=2,
        size=25,
        sort=asked.get("sort", "-points"),
        asked_columns=asked.get("columns", ""),
        further=True,
        kept=whole(asked.get("kept", "")),
        here=cast("StaffHere", None),
    )
    form = Sample(data={"phone": "138 0000 6207"})
    form.password.errors = [N_("请填写密码")]
    ordered = Ordered(request.args or None, data={"pictures": ["cooker", "kettle", "fan"]})
    return render_template(
        f"styleguide/{name}.html",
        theme=lambda: theme,
        pages=PAGES,
        form=form,
        ordered=ordered,
        at=now(),
        hour=timedelta(hours=1),
        look=look,
        page_url=lambda n: f"?page={n}",
    )
