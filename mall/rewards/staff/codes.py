"""One code at the desk: its history, masked; shown, replaced or voided by a press that is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, Response, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mall.base.refused import NotFound, Refused
from mall.base.types import NEVER
from mall.rewards.actions import Shown, replace_code, reveal_to_staff
from mall.rewards.actions.vault import void_free
from mall.rewards.forms.vault import ReasonForm
from mall.rewards.models import CardCode, NotHeld
from mall.rewards.queries import vault
from mall.rewards.staff.desk import ACTS, KEEPERS, REASONS, actor, address, desk_rewards, seal
from mall.web import guards, limits
from mall.web.db import now, reading, transact
from mall.web.pages import go, page, refused

LOOKS = limits.Limit("vault-reveal", capacity=30, refill=0.5)
"""A person helping dealers needs some looks a day; somebody who copies the vault needs thousands."""


def install(_app: Flask) -> None:
    """Nothing on the side: the vault's page leads here."""


@desk_rewards.get("/vault/codes/<int:code_id>", endpoint="code")
@guards.staff_required(*KEEPERS)
def one(code_id: int) -> Response:
    """A code, masked, with whose it is and what happened to it."""
    return page("rewards/desk_code.html", **_look(code_id), form=ReasonForm(None), refusal=None)


@desk_rewards.post("/vault/codes/<int:code_id>/reveal", endpoint="show_code")
@guards.staff_required(*KEEPERS)
def show(code_id: int) -> Response:
    """The code in full, written down as seen."""
    here = guards.staff()
    try:
        shown = transact(
            _limited,
            code_id=code_id,
            staff_id=here.staff_id,
            role=here.role,
            seal=seal(),
            source_address=address(),
        )
    except NotHeld as refusal:
        return refused("rewards/desk_code.html", refusal=refusal, **_look(code_id), form=ReasonForm(None))
    # An answer to the press itself, never an address that could be opened again without being written down.
    wants = _look(code_id) | {"shown": shown, "form": ReasonForm(None), "refusal": None}
    return page("rewards/desk_code.html", "rewards/_desk_code.html", **wants)


@desk_rewards.post("/vault/codes/<int:code_id>/replacement", endpoint="replace_code")
@guards.staff_required(*KEEPERS)
def replace(code_id: int) -> Response:
    """Void a bad code that a dealer holds and give another, with the reason."""
    return _settled(code_id, replacing=True)


@desk_rewards.post("/vault/codes/<int:code_id>/voiding", endpoint="void_code")
@guards.staff_required(*KEEPERS)
def void(code_id: int) -> Response:
    """Take one free code out for ever, with the reason."""
    return _settled(code_id, replacing=False)


def _limited(session: Session, at: datetime, /, *, staff_id: int, **what: Any) -> Shown:
    """A look, counted only where there was something to see."""
    limits.take_all(session, at, of=[(LOOKS, str(staff_id))])
    return reveal_to_staff(session, at, staff_id=staff_id, **what)


def _settled(code_id: int, *, replacing: bool) -> Response:
    form, wants = ReasonForm(), _look(code_id)
    if not form.validate():
        return refused("rewards/desk_code.html", **wants, form=form)
    code: CardCode = wants["code"]
    said: dict[str, Any] = {"reason": form.reason.data or "", "actor": actor(), "source_address": address()}
    try:
        if not replacing:
            gone = transact(void_free, code_id=code_id, **said)
            return go(
                url_for("desk_rewards.code", code_id=code_id), _("已作废。") if gone else _("没有作废：已经不在库里。")
            )
        if code.dealer_id is None or code.order_id is None:
            raise NotHeld
        fresh = transact(replace_code, dealer_id=code.dealer_id, order_id=code.order_id, code_id=code_id, **said)
    except NotFound:
        raise
    except Refused as refusal:
        return refused("rewards/desk_code.html", refusal=refusal, **_look(code_id), form=form)
    return go(url_for("desk_rewards.code", code_id=fresh), _("已换发，这是新的一张。"))


def _look(code_id: int) -> dict[str, Any]:
    told = vault.code_told(reading(), now(), code_id)
    return {
        "told": told,
        "code": told.code,
        "shelf": told.shelf,
        "dealer": told.dealer,
        "ends": told.code.expires_at if told.code.expires_at != NEVER else None,
        "shown": None,
        "acts": ACTS,
        "reasons": REASONS,
    }
