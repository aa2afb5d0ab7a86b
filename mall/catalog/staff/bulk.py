"""Many rewards changed at once: the form that a list's selection leads to, and the batches that it begins."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.base.types import canonical
from mall.catalog.actions.batches import begin, chosen
from mall.catalog.models import TAGS, BatchKind, NothingChosen
from mall.catalog.queries import suppliers
from mall.catalog.queries.desk_filters import ItemFilters, matching
from mall.catalog.queries.documents import choices
from mall.catalog.queries.tree import tree
from mall.catalog.rules.repricing import ROUNDINGS, UNITS, WAYS
from mall.catalog.staff.bulk_form import LEAVE, NONE, BulkForm, bulk_form_from, parts_asked, repricing_asked
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed, zone
from mall.catalog.staff.items import paths
from mall.catalog.staff.price_form import STEPS
from mall.dealers.models import TIERS, OutsideScope
from mall.dealers.queries.seen_as import regions
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.lists import Selection, hidden, selection
from mall.web.pages import go, page, refused

FORM = "catalog/desk_bulk.html"
BODY = 512 * 1024
"""Some hundred codes of rewards that were chosen one by one."""


@desk_catalog.get("/items/bulk", endpoint="bulk_again")
@guards.staff_required(*MAY_PRICE)
def again() -> Response:
    """An address without a selection: one is made in the list."""
    return go(url_for("desk_catalog.items"))


@desk_catalog.post("/items/bulk", endpoint="bulk")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def bulk() -> Response:
    """What can be set in the rewards that were chosen, and how their prices can change: a region's people set the
    prices of their region.
    """
    if guards.staff().scope.supplier_id is not None:
        raise OutsideScope
    picked, filters = _picked()
    if not picked:
        told: dict[str, Any] = filters.told()
        return go(url_for("desk_catalog.items", **told), _("先在列表里勾选礼品。"), "negative")
    return page(FORM, refusal=None, **_look(picked, filters, BulkForm()))


@desk_catalog.post("/items/bulk/changes", endpoint="bulk_changes")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def changes() -> Response:
    """Begin a batch that sets something in all of them; nothing changes before its preview was looked at."""
    form = bulk_form_from(request.form)
    found = choices(reading())
    known = {"suppliers": [code for code, _one in found["suppliers"]], "templates": [c for c, _n in found["templates"]]}
    parts = parts_asked(form, categories=[branch.code for branch in tree(reading())], **known)
    return _begun(form, BatchKind.EDIT, {"parts": parts})


@desk_catalog.post("/items/bulk/prices", endpoint="bulk_prices")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def prices() -> Response:
    """Begin a batch that changes the prices of all of them."""
    form = bulk_form_from(request.form)
    asked = repricing_asked(form, _regions(), now())
    return _begun(form, BatchKind.PRICES, {"prices": asked.asked} if asked else {})


def _begun(form: BulkForm, kind: BatchKind, asked: dict[str, Any]) -> Response:
    picked, filters = _picked()
    if form.errors or not asked:
        return refused(FORM, **_look(picked, filters, form, kind))
    by = signed()
    try:
        codes: list[str] = list(picked.codes)
        if picked.all:
            codes = chosen(reading(), now(), filters=filters, scope=by["scope"], seen=picked.seen)
        # The form opened again and asked something else is another batch.
        what = sha256(canonical([kind, asked, codes]).encode()).hexdigest()[:16]
        key = f"{form.key[:40]}/{what}"
        batch = transact(
            begin, kind=kind, asked=asked, key=key, zone=zone(), codes=codes, note=form.note, file=None, **by
        )
    except Refused as refusal:
        if isinstance(refusal, NothingChosen):
            return go(url_for("desk_catalog.items"), _("先在列表里勾选礼品。"), "negative")
        return refused(FORM, refusal=refusal, **_look(picked, filters, form, kind))
    current_app.extensions["wake"]("batches")
    return go(url_for("desk_catalog.batch", no=batch.no))


def _regions() -> list[str]:
    """The regions that who is here may set prices for, '' everywhere."""
    scope = guards.staff().scope
    return [region for region in ("", *regions(reading())) if scope.covers(region)]


def _picked() -> tuple[Selection, ItemFilters]:
    """What was chosen, and what the list was narrowed to."""
    return selection(request.form), ItemFilters.read(request.form)


def _look(picked: Selection, filters: ItemFilters, form: BulkForm, kind: BatchKind | None = None) -> dict[str, Any]:
    session = reading()
    many = len(picked.codes)
    if picked.all:
        many = picked.seen or len(list(session.scalars(matching(now(), filters, guards.staff().scope))))
    found = choices(session)
    return {
        "form": form,
        "err": form.errors,
        "kind": kind.value if kind else "",
        "many": many,
        "all": picked.all,
        "carried": hidden(picked, filters.told()),
        "filters": filters,
        "leave": LEAVE,
        "none": NONE,
        "shelves": paths(tree(session)),
        "suppliers": suppliers.named(session),
        "templates": found["templates"],
        "tags": TAGS,
        "ways": [(way.value, _(name)) for way, name in WAYS.items()],
        "roundings": [(way.value, _(name)) for way, name in ROUNDINGS.items()],
        "units": UNITS,
        "steps": STEPS,
        "tiers": TIERS,
        "regions": _regions(),
        "whole": guards.staff().scope.whole,
    }
