"""The desk's freight templates: a list, and one with its groups of provinces."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, Refused
from mall.catalog.actions import put_freight_template
from mall.catalog.queries import freight
from mall.catalog.rules.freight import MOST_RULES, PROVINCES
from mall.catalog.staff.desk import GROUP, MAY_PRICE, desk_catalog, may_price, signed
from mall.catalog.staff.freight_form import TemplateForm, template_from
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import trimmed
from mall.web.pages import desk_link, go, page, refused


def install(app: Flask) -> None:
    """Put freight on the desk's side."""
    desk_link(app, GROUP, "freight", "/desk/freight", "truck", N_("运费模板"), may_price)


@desk_catalog.get("/freight")
@guards.staff_required(*MAY_PRICE)
def templates() -> Response:
    """All templates with what they say and how many rewards are sent by them, or those that are meant."""
    q = trimmed(request.args.get("q"))[:60]
    return page("catalog/desk_freight.html", templates=freight.templates(reading(), q), q=q)


@desk_catalog.get("/freight/new")
@guards.staff_required(*MAY_PRICE)
def new_template() -> Response:
    """An empty template."""
    guards.staff().scope.must_be_whole()
    return _page(TemplateForm.blank(), new=True)


@desk_catalog.get("/freight/<code>")
@guards.staff_required(*MAY_PRICE)
def template(code: str) -> Response:
    """One template, to be changed."""
    found = freight.template(reading(), code)
    return _page(TemplateForm.of(found), new=False, trail=f"freight:{found.id}")


@desk_catalog.post("/freight")
@guards.staff_required(*MAY_PRICE)
def put_template() -> Response:
    """Write a template; `more` asks for another group of provinces first."""
    form = template_from(request.form)
    new = request.form.get("new") == "1"
    if "more" in request.form:
        return _page(form.with_one_more() if len(form.groups) < MOST_RULES else form, new=new)
    if form.rules is None:
        return refused("catalog/desk_freight_template.html", form=form, new=new, provinces=PROVINCES)
    try:
        said: dict[str, Any] = {"code": form.code, "name": form.name, "rules": form.rules, "seen_at": form.seen_at}
        transact(put_freight_template, **said, **signed())
    except Refused as refusal:
        return refused("catalog/desk_freight_template.html", refusal=refusal, form=form, new=new, provinces=PROVINCES)
    return go(url_for("desk_catalog.templates"), _("运费模板已保存。"))


def _page(form: TemplateForm, *, new: bool, trail: str = "") -> Response:
    wants: dict[str, Any] = {"form": form, "new": new, "provinces": PROVINCES, "trail": trail}
    return page("catalog/desk_freight_template.html", refusal=None, **wants)
