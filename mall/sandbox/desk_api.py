"""The sandbox's own JSON, for tests and trials: what there is, switches, pace, and every button of its pages."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from mall.sandbox import letters, payments, top_up
from mall.sandbox.letters import Post
from mall.sandbox.partners import call, received
from mall.sandbox.payments import Payment, TooMuch, Used, WrongState
from mall.sandbox.signed import refused
from mall.sandbox.store import moment
from mall.sandbox.switches import UnknownSwitch
from mall.sandbox.world import here

bp = Blueprint("desk_api", __name__, url_prefix="/api")


@bp.errorhandler(UnknownSwitch)
def unknown_switch(error: UnknownSwitch) -> tuple[Response, int]:
    """What is no switch, or no pace."""
    return jsonify(code="malformed", message=str(error)), 422


@bp.errorhandler(WrongState)
def wrong_state(error: WrongState) -> tuple[Response, int]:
    """What cannot be done to a payment as it stands."""
    return jsonify(code="wrong_state", message=error.state), 409


def told(payment: Payment) -> dict[str, Any]:
    """A payment for JSON."""
    refunds = payments.refunds_of(here(), payment.id)
    return {
        "gateway": payment.gateway, "way": payment.way, "no": payment.no, "state": payment.state, "fen": payment.fen,
        "refunded_fen": payment.refunded_fen, "gateway_no": payment.trade_no, "switches": payment.switches,
        "opened_at": payment.opened_at.isoformat(), "expires_at": payment.expires_at.isoformat(),
        "paid_at": payment.ended_at.isoformat() if payment.paid and payment.ended_at else None,
        "cashier": f"{here().base_url}/cashier/{payment.token}",
        "refunds": [{"no": one.no, "fen": one.fen, "done": one.done} for one in refunds],
    }  # fmt: skip


def _found(gateway: str, no: str) -> Payment:
    payment = payments.by(here(), gateway=gateway, no=no)
    if payment is None:
        abort(404)
    return payment


@bp.get("/state")
def state() -> Response:
    """All there is, the newest first."""
    world = here()
    messages = world.store.all("SELECT * FROM message ORDER BY id DESC LIMIT 200")
    return jsonify(
        switches=world.switches,
        pace=world.pace.told(),
        payments=[told(payment) for payment in payments.listed(world)],
        letters=letters.of_payment(world, None, most=500),
        top_ups=[
            {**top_up.told(row, world.now()), "product": row["product"], "account": row["account"], "fen": row["fen"]}
            for row in world.store.all("SELECT * FROM top_up ORDER BY id DESC LIMIT 200")
        ],
        messages=[
            {**dict(row), "params": json.loads(row["params"]), "received_at": moment(row["received_at"])}
            for row in messages
        ],
        parcels=received(world),
    )


@bp.delete("/state")
def forget() -> Response:
    """Begin anew with the same keys, switches off, the usual pace."""
    world = here()
    world.store.forget()
    world.store.keep("switches", {})
    world.store.keep("pace", {})
    return jsonify(forgotten=True)


@bp.put("/switches")
def switches() -> Response:
    """Throw switches for everything."""
    return jsonify(here().set_switches(request.get_json()))


@bp.put("/pace")
def pace() -> Response:
    """Change the pace."""
    return jsonify(here().set_pace(request.get_json()).told())


@bp.get("/payments/<gateway>/<no>")
def payment(gateway: str, no: str) -> Response:
    """One payment with its letters."""
    found = _found(gateway, no)
    return jsonify({**told(found), "letters": letters.of_payment(here(), found.id)})


@bp.put("/payments/<gateway>/<no>/switches")
def own_switches(gateway: str, no: str) -> Response:
    """Throw switches for one payment."""
    return jsonify(payments.throw(here(), _found(gateway, no).id, request.get_json()))


@bp.post("/payments/<gateway>/<no>/payment")
def pay(gateway: str, no: str) -> Response:
    """The person pays."""
    return jsonify(told(payments.pay(here(), _found(gateway, no).id, payer="walk-in")))


@bp.post("/payments/<gateway>/<no>/refunds")
def refund(gateway: str, no: str) -> Response:
    """Somebody refunds on the network's own site, without the mall: {"fen", "no"}."""
    found, asked = _found(gateway, no), request.get_json()
    try:
        payments.refund(
            here(), found.id, no=str(asked["no"]), fen=int(asked["fen"]), reason="商户平台退款", notify_url="",
            seconds=0,
        )  # fmt: skip
    except (TooMuch, Used):
        raise refused(409, "not_possible", "more than is left, or a number used for another amount") from None
    return jsonify(told(_found(gateway, no)))


@bp.post("/letters/<int:letter_id>/again")
def again(letter_id: int) -> Response:
    """Send a letter once more, now, whatever became of it."""
    world = here()
    if not world.store.run("UPDATE letter SET state = 'waiting', due_at = 0 WHERE id = ?", letter_id):
        abort(404)
    return jsonify(sent=True)


@bp.post("/post")
def post() -> Response:
    """Send all that is due, before the answer comes: for tests with a clock of their own."""
    from flask import current_app

    sender: Post = current_app.extensions["post"]
    due = sender.claim()
    for letter in due:
        sender.send(letter)
    return jsonify(sent=len(due))


@bp.post("/top-ups/<no>/end")
def end_top_up(no: str) -> Response:
    """The supplier ends a top-up that is under way: {"outcome": "done" or "failed"}."""
    world, outcome = here(), request.get_json().get("outcome")
    row = world.store.one("SELECT * FROM top_up WHERE no = ?", no)
    if row is None:
        abort(404)
    if outcome not in {"done", "failed"}:
        raise refused(422, "malformed", "outcome is done or failed")
    top_up.end(world, row["id"], outcome)
    row = world.store.one("SELECT * FROM top_up WHERE no = ?", no)
    assert row is not None
    return jsonify(top_up.told(row, world.now()))


@bp.post("/partners/<any(erp, dms, tms):partner>/calls")
def call_mall(partner: str) -> Response:
    """Call the mall as a partner: {"target", "content"}."""
    from flask import current_app

    asked = request.get_json()
    status, said = call(here(), current_app.extensions["folder"], partner, str(asked["target"]), asked["content"])
    return jsonify(status=status, answer=said)
