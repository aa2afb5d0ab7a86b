"""The desk's warehouses: all of them with what lies there, and one to be written."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.found import means
from mall.base.refused import N_, Refused
from mall.catalog.actions.warehouses import put_warehouse
from mall.catalog.queries import movements
from mall.catalog.staff.stock_desk import GROUP, SEERS, SUPPLIERS, by, desk_stock, may, may_see
from mall.catalog.staff.stock_forms import WarehouseForm
from mall.dealers.queries.seen_as import regions
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import trimmed
from mall.web.pages import desk_link, go, page, refused


def install(app: Flask) -> None:
    """Put warehouses on the desk's side."""
    desk_link(app, GROUP, "warehouses", "/desk/stock/warehouses", "warehouse", N_("仓库"), may_see)


@desk_stock.get("/warehouses", endpoint="warehouses")
@guards.staff_required(*SEERS)
def all_of_them() -> Response:
    """Every warehouse; `?edit=` opens one in the form."""
    return page("catalog/desk_warehouses.html", refusal=None, **_look(_form(request.args.get("edit", ""))))


@desk_stock.post("/warehouses", endpoint="put_warehouse")
@guards.staff_required(*SUPPLIERS)
def put() -> Response:
    """Write one."""
    form = WarehouseForm().offer(movements.suppliers(reading()))
    told = form.put()
    if told is None:
        return refused("catalog/desk_warehouses.html", **_look(form))
    try:
        transact(put_warehouse, put=told, revision=form.revision.whole, by=by())
    except Refused as refusal:
        return refused("catalog/desk_warehouses.html", refusal=refusal, **_look(form))
    return go(url_for("desk_stock.warehouses"), _("仓库已保存。"))


def _form(code: str) -> WarehouseForm:
    """The form of the warehouse with a code, else an empty one."""
    session = reading()
    place = next((one for one in movements.places(session) if one.code == code), None)
    said: dict[str, Any] = {"revision": 0, "position": 10}
    if place is not None:
        said = {
            "code": place.code,
            "name": place.name,
            "supplier": place.supplier_code,
            "region": place.region,
            "position": place.position,
            "closed": not place.open,
            "revision": place.revision,
        }
    return WarehouseForm(None, **said).offer(movements.suppliers(session))


def _fits(place: movements.Place, q: str, state: str) -> bool:
    if state and place.open is not (state == "open"):
        return False
    return not q or means(q, [place.name, place.supplier, place.region], [place.code])


def _look(form: WarehouseForm) -> dict[str, Any]:
    session, scope = reading(), guards.staff().scope
    places = movements.places(session)
    q, asked = trimmed(request.args.get("q"))[:60], request.args.get("state", "")
    closed = asked if asked in ("open", "closed") else ""
    opened = next((place for place in places if place.code == form.code.data), None) if form.revision.data else None
    return {
        "form": form,
        "editing": bool(form.revision.data),
        "trail": f"warehouse:{opened.id}" if opened else "",
        "places": [place for place in places if _fits(place, q, closed)],
        "q": q,
        "state": closed,
        "regions": [region for region in regions(session) if scope.covers(region)],
        "may": may(),
    }
