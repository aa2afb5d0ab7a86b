"""My claims: the list, one claim with its next step, taking it back, and sending the pieces back."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.orders.actions.after_sales import photo_place, words_place
from mall.orders.actions.after_sales import send_back as send_pieces_back
from mall.orders.actions.after_sales import withdraw_claim as withdraw
from mall.orders.forms import ShipForm, place_from, place_to
from mall.orders.models import CARRIERS, Claim, ClaimMoved
from mall.orders.queries import claims, mine
from mall.orders.queries.claim_papers import money_of, photo_sealed, photos_of
from mall.orders.queries.claim_queue import pieces_of
from mall.orders.rules.claims import road
from mall.orders.views.blueprint import orders
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.pages import go, page, refused, told


@orders.get("/after-sales", endpoint="claims")
@guards.member_required
def my_claims() -> Response:
    """A page of the dealer's claims, newest first: those under way, or with `tab=all` all of them."""
    session, dealer_id = reading(), guards.member().dealer_id
    every = request.args.get("tab") == "all"
    shown, more = claims.claims_of(session, dealer_id, open_only=not every, before=place_from(request.args))
    under_way, all_there_are = claims.counts(session, dealer_id)
    return page(
        "orders/claims.html",
        "orders/_claims.html",
        shown=shown,
        more=url_for("orders.claims", tab="all" if every else None, before=place_to(more)) if more else None,
        every=every,
        under_way=under_way,
        all_there_are=all_there_are,
        onward="before" in request.args,
    )


@orders.get("/after-sales/<no>")
@guards.member_required
def claim(no: str) -> Response:
    """One claim: where it stands, whose turn it is and by when, what it is about, and the dealer's own next step."""
    return page("orders/claim.html", **_wants(claims.claim_of(reading(), guards.member().dealer_id, no), ShipForm()))


@orders.post("/after-sales/<no>/withdrawal")
@guards.member_may("redeem")
def withdraw_claim(no: str) -> Response:
    """Take a claim back. A second press finds it taken back."""
    here = guards.member()
    try:
        transact(withdraw, dealer_id=here.dealer_id, member_id=here.member_id, role=here.role, no=no)
    except ClaimMoved as moved:
        return go(url_for("orders.claim", no=no), toast=told(moved), kind="negative")
    return go(url_for("orders.claim", no=no), toast=_("售后申请已撤销"))


@orders.post("/after-sales/<no>/parcel")
@guards.member_may("redeem")
def send_back(no: str) -> Response:
    """Say with which parcel the pieces go back. The same said again changes nothing."""
    here, form = guards.member(), ShipForm()
    found = claims.claim_of(reading(), here.dealer_id, no)
    if not form.validate():
        return refused("orders/claim.html", **_wants(found, form))
    try:
        transact(
            send_pieces_back,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            no=no,
            carrier=form.carrier.data,
            waybill=form.waybill.data,
        )
    except ClaimMoved as moved:
        return go(url_for("orders.claim", no=no), toast=told(moved), kind="negative")
    return go(url_for("orders.claim", no=no), toast=_("已登记寄回的运单号"))


@orders.get("/after-sales/<no>/photos/<int:position>", endpoint="claim_photo")
@guards.member_required
def photo(no: str, position: int) -> Response:
    """A photo of the dealer's own claim."""
    session = reading()
    found = claims.claim_of(session, guards.member().dealer_id, no)
    sealed = photo_sealed(session, found, position)
    jpeg = current_app.extensions["seal"].open_bytes(sealed, photo_place(found.id, position))
    answer = Response(jpeg, mimetype="image/jpeg")
    # A label on a photo names people: this phone may keep it for the visit, nobody on the way.
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer


def _sendable(found: Claim) -> bool:
    """Whether a parcel may be told of: one that lapsed is taken up again while its order is not completed."""
    late = found.sendable and not found.return_awaited
    return found.return_awaited or (late and not mine.order_of(reading(), found.dealer_id, found.order_no).done)


def _wants(found: Claim, form: ShipForm) -> dict[str, Any]:
    session, seal = reading(), current_app.extensions["seal"]
    sealed = found.words_sealed
    return {
        "here": guards.member(),
        "claim": found,
        "sendable": _sendable(found),
        "pieces": pieces_of(session, [found])[found.dealer_id, found.id],
        "steps": claims.steps_of(session, found),
        "road": road(found),
        "words": seal.open(sealed, words_place(found.id)) if sealed else "",
        "photos": photos_of(session, found),
        "refunds": money_of(session, found),
        "carriers": CARRIERS,
        "form": form,
    }
