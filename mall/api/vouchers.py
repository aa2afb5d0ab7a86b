"""Routes of the partners' API: a system looks at the vouchers that were issued to it, uses them, or hands them back."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Response, current_app
from pydantic import BaseModel, ValidationError

from mall.api import door
from mall.api.answers import KeyAnswer, ReturnRequest, UseRequest, VoucherAnswer
from mall.api.orders import routes
from mall.base.refused import Malformed
from mall.config import Settings
from mall.orders.actions.voucher_back import voucher_back
from mall.outbox.models import System
from mall.outbox.queries.destinations import systems_of
from mall.rewards.actions.vouchers import use
from mall.rewards.queries.vouchers import public_key, voucher_of_system
from mall.web import guards
from mall.web.db import now, reading, transact

Shape = TypeVar("Shape", bound=BaseModel)


@routes.get("/voucher-key")
@guards.partner_signed
def get_voucher_key() -> Response:
    """The public key of vouchers; the same for every system."""
    return door.answer(KeyAnswer.model_validate(public_key(current_app.extensions["seal"])))


@routes.get("/vouchers/<no>")
@guards.partner_signed
def get_voucher(no: str) -> Response:
    """Where a voucher stands."""
    voucher, dealer = voucher_of_system(reading(), no, _systems())
    return door.answer(VoucherAnswer.of(voucher, dealer, now()))


@routes.post("/vouchers/<no>/use")
@guards.partner_signed
def use_voucher(no: str) -> Response:
    """Honour a voucher, once; the same again is the same answer."""
    said, systems = _read(UseRequest, door.body()), _systems()
    done = transact(
        use,
        no=no,
        systems=systems,
        reference=said.reference,
        order_fen=said.order_fen,
        actor=f"partner:{door.source()}",
    )
    voucher, dealer = voucher_of_system(reading(), no, systems)
    return door.answer(VoucherAnswer.of(voucher, dealer, now(), repeat=done.repeat))


@routes.post("/vouchers/<no>/return")
@guards.partner_signed
def return_voucher(no: str) -> Response:
    """Take back a voucher that its system cannot honour, and give the dealer what it cost."""
    said, systems = _read(ReturnRequest, door.body()), _systems()
    done = transact(voucher_back, no=no, systems=systems, reason=said.reason, actor=f"partner:{door.source()}")
    voucher, dealer = voucher_of_system(reading(), no, systems)
    return door.answer(VoucherAnswer.of(voucher, dealer, now(), repeat=done.repeat))


def _systems() -> frozenset[System]:
    """As which systems the partner who is here speaks; a misconfigured one speaks for none."""
    settings: Settings = current_app.extensions["settings"]
    return systems_of(settings.gateways, door.source())


def _read(shape: type[Shape], body: Any) -> Shape:
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Malformed(field=".".join(str(part) for part in wrong["loc"]), wanted=wrong["msg"]) from error
