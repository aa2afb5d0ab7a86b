"""The living style page: every macro of templates/ui in light and dark, for those who build pages and for tests.

Served in debug or with MALL_STYLEGUIDE=1; never in a mall that serves dealers.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, abort, render_template, request
from wtforms import BooleanField, Form, PasswordField, SelectField, StringField, TextAreaField, validators

from mall.base.refused import N_
from mall.web import guards
from mall.web.db import now
from mall.web.guards import open_to_all
from mall.web.picture_field import PicturesField

PAGES = {"parts": "parts", "home": "home", "item": "item", "points": "points", "order": "order", "desk": "desk"}

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


def install(app: Flask) -> None:
    """Serve the style page where the configuration allows it."""
    settings = app.extensions["settings"]
    if settings.debug or settings.styleguide:
        app.register_blueprint(styleguide)


@styleguide.get("/")
@styleguide.get("/<name>")
@guards.open_to_all
@open_to_all
def show(name: str = "parts") -> str:
    """One page of the guide; `?theme=dark` shows it dark whatever the phone says."""
    if name not in PAGES:
        abort(404)
    theme = request.args.get("theme", "auto")
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
        page_url=lambda n: f"?page={n}",
    )
