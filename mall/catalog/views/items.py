"""The catalogue: shelves beside a list, filters in the address, more as one scrolls."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Response, current_app, request

from mall.catalog.actions.fruitless import found_nothing
from mall.catalog.forms import address, filters_from, page_from
from mall.catalog.queries import Filters, Sort, own_prices, within
from mall.catalog.queries import items as listed
from mall.catalog.rules.fruitless import kept_of
from mall.catalog.views.blueprint import catalog
from mall.catalog.views.had import with_had
from mall.points.queries import balance
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.pages import page

WAYS_OUT = 4


@catalog.get("/catalog")
@guards.member_required
def items() -> Response:
    """A page of the list; for htmx its entries alone, to be hung behind those before."""
    here, session, at = guards.member(), reading(), now()
    filters = filters_from(request.args)
    held = balance(session, here.dealer_id, at)
    net = held.available - held.debt  # what is owed is missing too
    tier, region = here.tier, here.region
    listing = listed(session, at, filters, tier=tier, region=region, available=net, page=page_from(request.args))
    instead = []
    if not listing.total:
        _note(filters)
        instead = within(session, at, own_prices(session, at, tier=tier, region=region), points=net, limit=WAYS_OUT)
    entries, instead = with_had(here.dealer_id, listing.entries, instead)
    return page(
        "catalog/items.html",
        "catalog/_entries.html",
        filters=filters,
        listing=replace(listing, entries=entries),
        available=net,
        at=partial(address, filters),
        sorts=Sort,
        opened=request.args.get("filters") == "open",
        instead=instead,
    )


def _note(filters: Filters) -> None:
    """Count a search that found nothing, for merchandisers; not where filters may have been in its way."""
    if not filters.narrowed_beside_q and (words := kept_of(filters.q)):
        transact(found_nothing, words=words, zone=str(current_app.extensions["settings"].zone))
