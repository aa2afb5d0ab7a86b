"""What a dealer does once an order is under way: ask to hurry, confirm that it came, keep its receipt, redeem again."""

from __future__ import annotations

import segno
from flask import Response, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from mall.orders.actions import nudge as nudge_order
from mall.orders.actions import receive as receive_order
from mall.orders.actions.again import again as put_again
from mall.orders.forms import fresh_key, key_from
from mall.orders.models import RedemptionOrder
from mall.orders.queries import mine, papers
from mall.orders.views.blueprint import orders
from mall.payments.queries import payments_of, refunds_of
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.locale import spoken
from mall.web.pages import go, page


@orders.post("/orders/<no>/nudge")
@guards.member_required
def nudge(no: str) -> Response:
    """Ask fulfilment to hurry; once a day."""
    here = guards.member()
    found = transact(nudge_order, dealer_id=here.dealer_id, member_id=here.member_id, no=no)
    return go(url_for("orders.order", no=found.no), toast=_("已转告发货的同事，会优先处理"))


@orders.post("/orders/<no>/arrival")
@guards.member_may("redeem")
def receive(no: str) -> Response:
    """Confirm that what was on the road has arrived. A second press finds it confirmed."""
    here = guards.member()
    found = transact(receive_order, dealer_id=here.dealer_id, member_id=here.member_id, role=here.role, no=no)
    said = _("已确认收货") if found.arrived else _("已确认收货，其余的到了再确认")
    return go(url_for("orders.order", no=found.no), toast=said)


@orders.post("/orders/<no>/repetition")
@guards.member_required
def again(no: str) -> Response:
    """Put the same into the cart once more, and say what could not be had."""
    here = guards.member()
    key = key_from(request.form)[:40] or fresh_key()
    came = transact(put_again, dealer_id=here.dealer_id, member_id=here.member_id, no=no, key=key)
    left = _("、").join(spoken(names) for names in came.left)
    fewer = _("、").join(spoken(names) for names in came.fewer)
    if not came.put and not came.fewer:
        return go(url_for("orders.order", no=no), toast=_("%(names)s 现在换不到了", names=left), kind="negative")
    said = [_("已加入兑换车")]
    if fewer:
        said.append(_("%(names)s 不够原来的数量", names=fewer))
    if left:
        said.append(_("%(names)s 现在换不到了", names=left))
    return go(url_for("orders.cart"), toast=_("，").join(said))


@orders.get("/orders/<no>/receipt")
@guards.member_required
def receipt(no: str) -> Response:
    """The electronic receipt of a paid order, to be kept as a picture or on paper. What is undecided has none yet."""
    here, session = guards.member(), reading()
    order = mine.order_of(session, here.dealer_id, no)
    if order.paid_at is None:
        return go(url_for("orders.order", no=no))
    return page(
        "orders/receipt.html",
        here=here,
        order=order,
        lines=mine.lines_of(session, [order])[order.dealer_id, order.id],
        placed=mine.events_of(session, order)[-1],
        payments=[one for one in payments_of(session, order.dealer_id, order.id) if one.id == order.payment_id],
        refunds=refunds_of(session, order.dealer_id, order.id),
        postings=papers.postings_of(session, order),
        code=_code(order),
    )


def _code(order: RedemptionOrder) -> Markup:
    """The order's own address as a QR code: whoever signs in for this dealer, or at the desk, finds it again."""
    drawn = segno.make(url_for("orders.order", no=order.no, _external=True), error="m").svg_inline(
        scale=1, border=2, light="#fff", dark="#000", omitsize=True, svgclass="receipt__drawing"
    )
    return Markup(drawn)  # noqa: S704 - drawn here from the code's own squares
