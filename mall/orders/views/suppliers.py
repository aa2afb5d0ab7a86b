"""What suppliers tell of their own accord: how a top-up ended."""

from __future__ import annotations

from flask import Response, current_app, jsonify, request

from mall.base.refused import NotFound
from mall.orders.actions.top_ups import conclude
from mall.orders.views.blueprint import orders
from mall.rewards.actions.supplier import NotTheSupplier
from mall.rewards.actions.top_ups import hear
from mall.rewards.queries.suppliers import supplier_of
from mall.rewards.queries.top_ups import numbered
from mall.web import guards
from mall.web.db import now, reading, transact


@orders.post("/top-ups/notifications")
@guards.partner_signed
def top_up_told() -> tuple[Response, int]:
    """The supplier's word, verified over its raw bytes; the order hears of it at once. Told again, it changes nothing.

    What the order is told here and the worker tells again is the same: whoever dies in between loses nothing.
    """
    supplier = supplier_of(current_app.extensions["settings"].gateways, now)
    if supplier is None:
        raise NotTheSupplier
    target = request.full_path if request.query_string else request.path
    told = supplier.notice(method="POST", target=target, headers=dict(request.headers), body=request.get_data())
    one = numbered(reading(), told.no) if told.no else None
    if one is None:
        raise NotFound
    where = {"dealer_id": one.dealer_id, "top_up_id": one.id}
    transact(hear, told=told, by="supplier", **where)
    transact(conclude, **where)
    return jsonify({"no": told.no}), 200
