"""Where the dealer's goods go. Whoever may redeem may change them; a clerk sees them masked."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.dealers import actions, queries
from mall.dealers.forms import AddressForm
from mall.dealers.queries import AddressShown
from mall.dealers.rules import phone as phones
from mall.dealers.views.blueprint import routes
from mall.web import guards, resume
from mall.web.db import reading, transact
from mall.web.pages import go, page, refused


@routes.get("/me/addresses")
@guards.member_required
def addresses() -> Response:
    """All of them, masked."""
    here = guards.member()
    return page("dealers/addresses.html", addresses=queries.addresses(reading(), _seal(), here.dealer_id), here=here)


@routes.get("/me/addresses/new")
@guards.member_may("redeem")
def new_address() -> Response:
    """A new one; `next` leads back to the checkout it was wanted for."""
    form = AddressForm(formdata=None, data={"next": resume.asked()})
    return page("dealers/address.html", form=form, address_id=None, refusal=None)


@routes.post("/me/addresses")
@guards.member_may("redeem")
def add_address() -> Response:
    """Keep it."""
    form = AddressForm()
    here = guards.member()
    if not form.validate():
        return refused("dealers/address.html", form=form, address_id=None)
    try:
        added = transact(actions.add_address, dealer_id=here.dealer_id, actor=here.actor, **_said(form))
    except Refused as refusal:
        return refused("dealers/address.html", refusal=refusal, form=form, address_id=None)
    return go(_onward(added), toast=_("地址已保存"))


@routes.get("/me/addresses/<int:address_id>")
@guards.member_may("redeem")
def address(address_id: int) -> Response:
    """One of them, whole, to be changed."""
    one = queries.address(reading(), _seal(), guards.member().dealer_id, address_id)
    form = AddressForm(formdata=None, data=_typed(one))
    return page("dealers/address.html", form=form, address_id=one.id, refusal=None)


@routes.post("/me/addresses/<int:address_id>")
@guards.member_may("redeem")
def change_address(address_id: int) -> Response:
    """Write it anew."""
    form = AddressForm()
    here = guards.member()
    queries.address(reading(), _seal(), here.dealer_id, address_id)
    if not form.validate():
        return refused("dealers/address.html", form=form, address_id=address_id)
    try:
        transact(
            actions.change_address,
            dealer_id=here.dealer_id,
            address_id=address_id,
            actor=here.actor,
            **_said(form),
        )
    except Refused as refusal:
        return refused("dealers/address.html", refusal=refusal, form=form, address_id=address_id)
    return go(_onward(address_id), toast=_("地址已保存"))


@routes.post("/me/addresses/<int:address_id>/preference")
@guards.member_may("redeem")
def prefer_address(address_id: int) -> Response:
    """Let checkout begin with this one."""
    here = guards.member()
    transact(actions.prefer_address, dealer_id=here.dealer_id, address_id=address_id, actor=here.actor)
    return go(url_for("dealers.addresses"), toast=_("已设为默认地址"))


@routes.post("/me/addresses/<int:address_id>/removal")
@guards.member_may("redeem")
def remove_address(address_id: int) -> Response:
    """Take it out of the list."""
    here = guards.member()
    transact(actions.remove_address, dealer_id=here.dealer_id, address_id=address_id, actor=here.actor)
    return go(url_for("dealers.addresses"), toast=_("地址已删除"))


def _said(form: AddressForm) -> dict[str, Any]:
    return {
        "recipient": form.recipient.data,
        "phone": phones.normal(form.phone.data),
        "region": form.region,
        "street": form.street.data,
        "prefer": form.prefer.data,
        "seal": _seal(),
    }


def _typed(one: AddressShown) -> dict[str, Any]:
    province, city, district = [*one.region.split("/"), "", "", ""][:3]
    return {
        "recipient": one.recipient,
        "phone": one.phone,
        "province": province,
        "city": city,
        "district": district,
        "street": one.street,
        "prefer": one.preferred,
        "next": resume.asked(),
    }


def _onward(address_id: int) -> str:
    """Back to the checkout that asked, telling it which address; else the list."""
    url = resume.asked()
    if url is None:
        return url_for("dealers.addresses")
    return f"{url}{'&' if '?' in url else '?'}address={address_id}"


def _seal() -> Any:
    return current_app.extensions["seal"]
