"""The vault's first page: every card SKU with what is left, and the alarms; and one SKU with its batches."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.rewards.actions.vault import warn_at
from mall.rewards.forms.vault import AlarmForm
from mall.rewards.queries import vault
from mall.rewards.queries.shelves import shelves_found
from mall.rewards.staff.desk import GROUP, KEEPERS, actor, desk_rewards, may_keep, seal
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import count_on, desk_link, go, page, refused

LONGEST = 200
LAST = 12
"""Batches that the first page shows; each SKU's own page shows more."""

STANDINGS = {
    "low": N_("需要补货"),
    "empty": N_("已发完"),
    "soon": N_("快过期"),
    "enough": N_("充足"),
    "by-hand": N_("人工发放"),
}
SHELVES = DeskList(
    "vault",
    "desk_rewards.vault",
    ("q", "state"),
    (
        Column("sku", N_("规格"), fixed=True, sort="code"),
        Column("free", N_("可发放"), fixed=True, end=True, sort="free"),
        Column("standing", N_("库存情况")),
        Column("soon", N_("快过期"), end=True, usual=False, sort="soon"),
        Column("reserved", N_("已预留"), end=True, sort="reserved"),
        Column("issued", N_("已发放"), end=True, sort="issued"),
        Column("void", N_("已作废"), end=True),
        Column("alarm", N_("提醒线"), end=True),
    ),
)


def install(app: Flask) -> None:
    """Put the vault on the desk's side, with the number of SKUs that run out."""
    desk_link(app, GROUP, "vault", "/desk/vault", "key-round", N_("卡密库"), may_keep)
    keep(app, SHELVES)
    count_on(app, "desk.vault", lambda: vault.low_count(reading()))


@desk_rewards.get("/vault", endpoint="vault")
@guards.staff_required(*KEEPERS)
def first_page() -> Response:
    """Card SKUs by name, pinyin or code and by how they stand, alarms first, and the last batches."""
    session, standing = reading(), request.args.get("state", "")
    told = {"q": trimmed(request.args.get("q"))[:60], "state": standing if standing in STANDINGS else ""}
    look, every = SHELVES.look(told), vault.shelves(session, now())
    order: dict[str, Any] = {"sort": look.sort, "page": look.page, "size": look.size}
    return page(
        "rewards/desk_vault.html",
        look=look,
        shelves=every,
        found=shelves_found(every, words=told["q"], standing=told["state"], **order),
        standings=STANDINGS,
        batches=vault.batches(session, most=LAST),
    )


@desk_rewards.post("/vault/search", endpoint="find_code")
@guards.staff_required(*KEEPERS)
def find() -> Response:
    """Where a code is, by itself, its serial number or its order; posted, so that no code stands in an address."""
    words = trimmed(request.form.get("q"))[:LONGEST]
    found = vault.found_codes(reading(), words, seal()) if words else []
    if len(found) == 1:
        return go(url_for("desk_rewards.code", code_id=found[0].id))
    if not found:
        return go(url_for("desk_rewards.vault"), _("卡密库里没有找到。"), "negative")
    return page("rewards/desk_codes.html", found=found)


@desk_rewards.get("/vault/skus/<code>", endpoint="shelf")
@guards.staff_required(*KEEPERS)
def one_shelf(code: str) -> Response:
    """One card SKU: its counts, its alarm, its batches."""
    shelf = vault.shelf_of(reading(), now(), code)
    return page("rewards/desk_shelf.html", **_look(shelf), form=AlarmForm(None, warn_at=str(shelf.warn_at)))


@desk_rewards.post("/vault/skus/<code>/alarm", endpoint="set_alarm")
@guards.staff_required(*KEEPERS)
def alarm(code: str) -> Response:
    """Set how few free codes are an alarm."""
    shelf, form = vault.shelf_of(reading(), now(), code), AlarmForm()
    number = form.number()
    if number is None:
        return refused("rewards/desk_shelf.html", **_look(shelf), form=form)
    transact(warn_at, sku_id=shelf.sku_id, number=number, actor=actor())
    return go(url_for("desk_rewards.shelf", code=code), _("已保存。"))


def _look(shelf: vault.Shelf) -> dict[str, Any]:
    session = reading()
    given = vault.handed_out_last(session, shelf.sku_id)
    return {"shelf": shelf, "batches": vault.batches(session, shelf.sku_id), "given": given}
