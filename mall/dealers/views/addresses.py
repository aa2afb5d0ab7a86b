"""Where the dealer's goods go. Whoever may redeem may change them; a clerk sees them masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, Refused
from mall.dealers import actions, queries
from mall.dealers.actions.addresses import MOST
from mall.dealers.forms import AddressForm
from mall.dealers.queries import AddressShown
from mall.dealers.queries.divisions import Picker, found, line_by_path, line_of, picker, read_address
from mall.dealers.rules import phone as phones
from mall.dealers.rules.address_parse import Parsed
from mall.dealers.rules.gazetteer import Place
from mall.dealers.views.blueprint import routes
from mall.web import guards, htmx, resume
from mall.web.db import reading, transact
from mall.web.pages import go, page, refused

PAGE, FRAGMENT = "dealers/address.html", "dealers/_address_form.html"
READ = {
    "recipient": N_("收货人"),
    "phone": N_("电话"),
    "region": N_("所在地区"),
    "street": N_("详细地址"),
}


@routes.get("/me/addresses")
@guards.member_required
def addresses() -> Response:
    """All of them, masked."""
    here = guards.member()
    known = queries.addresses(reading(), _seal(), here.dealer_id)
    return page("dealers/addresses.html", addresses=known, most=MOST, here=here)


@routes.get("/me/addresses/new")
@guards.member_may("redeem")
def new_address() -> Response:
    """A new one; `next` leads back to the checkout it was wanted for."""
    return _shown(AddressForm(formdata=None, data={"next": resume.asked()}))


@routes.post("/me/addresses")
@guards.member_may("redeem")
def add_address() -> Response:
    """Keep it."""
    here, form = guards.member(), AddressForm()
    if _still_searching(form):
        return _shown(form, hits=found(reading(), form.q.data))
    chosen = picker(reading(), form.picked)
    if not _good(form, chosen):
        return _shown(form, chosen, wrong=True)
    try:
        added = transact(actions.add_address, dealer_id=here.dealer_id, actor=here.actor, **_said(form, chosen))
    except Refused as refusal:
        return _shown(form, chosen, refusal=refusal)
    return go(_onward(added), toast=_("地址已保存"))


@routes.get("/me/addresses/divisions")
@guards.member_may("redeem")
def divisions() -> Response:
    """The next choices of a region, or what a name finds: parts of the form, for htmx alone."""
    if not htmx.wants_fragment():
        return go(url_for("dealers.new_address"))
    form = AddressForm(formdata=request.args)
    if htmx.target() == "found":
        hits = found(reading(), form.q.data)
        return page("dealers/_found.html", hits=hits, several=False, none_found=bool(form.q.data and not hits))
    picked = line_of(reading(), form.pick.data) if form.pick.data else form.picked
    return page("dealers/_region.html", form=form, picker=picker(reading(), picked), **_hits())


@routes.post("/me/addresses/new")
@guards.member_may("redeem")
def draft_address() -> Response:
    """The form as it stands, one step on: a pasted address read, the next choice offered, a name looked up.

    Nothing is kept. It is sent as a form, since what people paste must not stand in an address or a log; and to the
    form's own address, so that a browser that asks for it anew gets the form.
    """
    form = AddressForm()
    if form.pick.data:
        return _shown(form, picker(reading(), line_of(reading(), form.pick.data)))
    if form.act.data == "read":
        return _filled(form, read_address(reading(), form.paste.data or ""))
    if form.act.data == "find":
        return _shown(form, hits=found(reading(), form.q.data))
    return _shown(form)


@routes.get("/me/addresses/<int:address_id>")
@guards.member_may("redeem")
def address(address_id: int) -> Response:
    """One of them, whole, to be changed."""
    one = queries.address(reading(), _seal(), _dealer_id(), address_id)
    line = line_of(reading(), one.code or "") or line_by_path(reading(), one.region)
    return _shown(AddressForm(formdata=None, data=_typed(one)), picker(reading(), line))


@routes.post("/me/addresses/<int:address_id>")
@guards.member_may("redeem")
def change_address(address_id: int) -> Response:
    """Write it anew."""
    here, form = guards.member(), AddressForm()
    queries.address(reading(), _seal(), here.dealer_id, address_id)
    form.address_id.data = str(address_id)
    if _still_searching(form):
        return _shown(form, hits=found(reading(), form.q.data))
    chosen = picker(reading(), form.picked)
    if not _good(form, chosen):
        return _shown(form, chosen, wrong=True)
    try:
        transact(
            actions.change_address,
            dealer_id=here.dealer_id,
            address_id=address_id,
            actor=here.actor,
            **_said(form, chosen),
        )
    except Refused as refusal:
        return _shown(form, chosen, refusal=refusal)
    return go(_onward(address_id), toast=_("地址已保存"))


@routes.post("/me/addresses/<int:address_id>/preference")
@guards.member_may("redeem")
def prefer_address(address_id: int) -> Response:
    """Let checkout begin with this one."""
    here = guards.member()
    transact(actions.prefer_address, dealer_id=here.dealer_id, address_id=address_id, actor=here.actor)
    return go(url_for("dealers.addresses"), toast=_("已设为默认地址"))


@routes.get("/me/addresses/<int:address_id>/removal")
@guards.member_may("redeem")
def address_removal(address_id: int) -> Response:
    """Asks once more before an address is taken out of the list."""
    return page("dealers/address_removal.html", one=queries.address(reading(), _seal(), _dealer_id(), address_id))


@routes.post("/me/addresses/<int:address_id>/removal")
@guards.member_may("redeem")
def remove_address(address_id: int) -> Response:
    """Take it out of the list."""
    here = guards.member()
    transact(actions.remove_address, dealer_id=here.dealer_id, address_id=address_id, actor=here.actor)
    return go(url_for("dealers.addresses"), toast=_("地址已删除"))


def _shown(
    form: AddressForm,
    chosen: Picker | None = None,
    *,
    hits: Sequence[Place] | None = None,
    several: bool = False,
    told: dict[str, str] | None = None,
    wrong: bool = False,
    refusal: Refused | None = None,
) -> Response:
    """The form, whole or as its fragment; what was searched for stands beside the choices."""
    wants: dict[str, Any] = {
        "form": form,
        "picker": chosen or picker(reading(), form.picked),
        "address_id": _number(form.address_id.data),
        "onward": resume.asked(),
        "told": told,
        **_hits(hits, several=several, typed=form.q.data),
    }
    if wrong or refusal:
        return refused(PAGE, FRAGMENT, refusal=refusal, **wants)
    return page(PAGE, FRAGMENT, refusal=None, **wants)


def _number(text: str | None) -> int | None:
    """An id as the form carries it: it only says where the form is sent next, whose it is the verb asks."""
    return int(text) if text and len(text) < 20 and text.isascii() and text.isdecimal() else None


def _hits(hits: Sequence[Place] | None = None, *, several: bool = False, typed: str | None = "") -> dict[str, Any]:
    return {"hits": hits or [], "several": several, "none_found": bool(typed) and hits is not None and not hits}


def _filled(form: AddressForm, read: Parsed) -> Response:
    """The form with what was read in it. What was not read stays as it was typed."""
    values = {"recipient": read.recipient, "phone": read.phone, "region": read.region, "street": read.street}
    for name in ("recipient", "phone", "street"):
        if values[name]:
            form[name].data = values[name]
    form.q.data = ""
    chosen = picker(reading(), line_of(reading(), read.place.code) if read.place else form.picked)
    missing = [name for name, value in values.items() if not value and (name != "region" or not chosen.complete)]
    if read.place and not chosen.complete:
        missing.append("region")
    told = {
        "read": _("、").join(_(READ[name]) for name in values if name not in missing and values[name]),
        "missing": _("、").join(_(READ[name]) for name in READ if name in missing),
    }
    return _shown(form, chosen, hits=read.candidates, several=bool(read.candidates), told=told)


def _good(form: AddressForm, chosen: Picker) -> bool:
    """Whether the form can be kept: its words, and a region down to the district."""
    good = bool(form.validate())
    if not chosen.complete:
        form.refuse("district", _("请选择所在地区，至少到区县"))
    return good and chosen.complete


def _still_searching(form: AddressForm) -> bool:
    """Enter was pressed in the search field: without script that sends the form, and nobody meant to save it yet."""
    return bool(form.q.data) and form.act.data != "save" and not picker(reading(), form.picked).complete


def _said(form: AddressForm, chosen: Picker) -> dict[str, Any]:
    return {
        "recipient": form.recipient.data,
        "phone": phones.reachable(form.phone.data),
        "region": chosen.region,
        "division": chosen.code,
        "street": form.street.data,
        "outlet": form.outlet.data,
        "label": form.label.data,
        "prefer": form.prefer.data,
        "seal": _seal(),
    }


def _typed(one: AddressShown) -> dict[str, Any]:
    return {
        "recipient": one.recipient,
        "phone": one.phone,
        "street": one.street,
        "outlet": one.outlet,
        "label": one.label,
        "prefer": one.preferred,
        "next": resume.asked(),
        "address_id": str(one.id),
    }


def _onward(address_id: int) -> str:
    """Back to the checkout that asked, telling it which address; else the list."""
    url = resume.asked()
    if url is None:
        return url_for("dealers.addresses")
    parts = urlsplit(url)
    pairs = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "address"]
    return f"{parts.path}?{urlencode([*pairs, ('address', str(address_id))])}"


def _dealer_id() -> int:
    return guards.member().dealer_id


def _seal() -> Any:
    return current_app.extensions["seal"]
