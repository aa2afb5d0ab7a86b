"""Bringing codes in: a list is looked at row by row, then taken in as it was shown."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mall.base.refused import Refused
from mall.base.spreadsheet import plain
from mall.rewards.actions.vault import drop, look, take_in, void_free
from mall.rewards.forms.vault import BatchForm, ReasonForm
from mall.rewards.models import NotACardSku, NothingToTake
from mall.rewards.queries import vault
from mall.rewards.queries.trial import Trial, trial
from mall.rewards.rules.codes import FAULTS, NAMES, Fault, masked
from mall.rewards.staff.desk import KEEPERS, actor, address, desk_rewards, seal, zone
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.locale import spoken
from mall.web.pages import go, page, refused

LARGEST = 8 * 1024 * 1024
SHOWN = 100
"""Faulty rows that the page shows; the list that can be kept has them all."""
SAMPLE = 5


def install(_app: Flask) -> None:
    """Nothing on the side: the vault's page leads here."""


@desk_rewards.get("/vault/batches/new", endpoint="new_batch")
@guards.staff_required(*KEEPERS)
def new() -> Response:
    """An empty form, the SKU chosen where the address names one."""
    return page("rewards/desk_batch_new.html", form=_form(None, sku=request.args.get("sku", "")), refusal=None)


@desk_rewards.post("/vault/batches", endpoint="look_at_batch")
@guards.staff_required(*KEEPERS)
@guards.body_limit(LARGEST)
def look_at() -> Response:
    """Keep a list, sealed, and show what would come of it; nothing is in the vault yet."""
    form = _form()
    try:
        source = form.source()
        if source is None:
            return refused("rewards/desk_batch_new.html", form=form)
        name, text = source
        batch_id = transact(
            look,
            sku_code=form.sku.data or "",
            name=name,
            text=text,
            expires_on=form.until.data,
            zone=zone(),
            seal=seal(),
            actor=actor(),
        )
    except Refused as refusal:
        if isinstance(refusal, NotACardSku):
            form.sku.data = ""
        return refused("rewards/desk_batch_new.html", refusal=refusal, form=form)
    return go(url_for("desk_rewards.batch", batch_id=batch_id))


@desk_rewards.get("/vault/batches/<int:batch_id>", endpoint="batch")
@guards.staff_required(*KEEPERS)
def one(batch_id: int) -> Response:
    """A batch: what would come of it, row by row; or what has become of its codes."""
    return page("rewards/desk_batch.html", **_look(batch_id), form=ReasonForm(None), refusal=None)


@desk_rewards.get("/vault/batches/<int:batch_id>/faults.csv", endpoint="batch_faults")
@guards.staff_required(*KEEPERS)
def faults(batch_id: int) -> Response:
    """The rows that are not taken, as a list to keep: number, reason, and the code's beginning while it is known."""
    shown = vault.batch(reading(), batch_id).batch
    if shown.open:
        found = trial(reading(), now(), batch=shown, zone=zone(), seal=seal()).faults
        rows = [(row.no, row.fault or Fault.NO_CODE, row.first, masked(row.code) if row.code else "") for row in found]
    else:
        rows = [(row["row"], Fault(row["fault"]), row["first"], "") for row in shown.faults]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([_("行"), _("原因"), _("与第几行重复"), _("卡密开头")])
    writer.writerows([no, _(FAULTS[fault]), first or "", plain(start)] for no, fault, first, start in rows)
    answer = Response("\ufeff" + file.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="card-codes-{batch_id}-faults.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@desk_rewards.post("/vault/batches/<int:batch_id>/taking", endpoint="take_batch")
@guards.staff_required(*KEEPERS)
def taking(batch_id: int) -> Response:
    """Take in what was shown."""
    seen = request.form.get("good", "")
    good = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 8 else -1
    try:
        if good < 1:
            raise NothingToTake
        batch = transact(
            take_in, batch_id=batch_id, good=good, zone=zone(), seal=seal(), actor=actor(), source_address=address()
        )
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return refused("rewards/desk_batch.html", refusal=refusal, **_look(batch_id), form=ReasonForm(None))
    text = ngettext("已导入 %(n)s 个卡密。", "已导入 %(n)s 个卡密。", batch.taken, n=f"{batch.taken:,}")
    return go(url_for("desk_rewards.batch", batch_id=batch_id), text)


@desk_rewards.post("/vault/batches/<int:batch_id>/dropping", endpoint="drop_batch")
@guards.staff_required(*KEEPERS)
def dropping(batch_id: int) -> Response:
    """Forget a list that was only looked at."""
    transact(drop, batch_id=batch_id, actor=actor())
    return go(url_for("desk_rewards.vault"), _("没有导入，这份清单已删除。"))


@desk_rewards.post("/vault/batches/<int:batch_id>/voiding", endpoint="void_batch")
@guards.staff_required(*KEEPERS)
def voiding(batch_id: int) -> Response:
    """Take the free codes of a batch out for ever, with the reason."""
    form = ReasonForm()
    wants = _look(batch_id)
    if not form.validate():
        return refused("rewards/desk_batch.html", **wants, form=form)
    gone = transact(
        void_free, batch_id=batch_id, reason=form.reason.data or "", actor=actor(), source_address=address()
    )
    text = ngettext("已作废 %(n)s 个卡密。", "已作废 %(n)s 个卡密。", gone, n=f"{gone:,}")
    return go(url_for("desk_rewards.batch", batch_id=batch_id), text)


def _form(formdata: Any = ..., **given: Any) -> BatchForm:
    form = BatchForm(**given) if formdata is ... else BatchForm(formdata, **given)
    form.sku.choices = [(shelf.sku_code, _named(shelf)) for shelf in vault.shelves(reading(), now())]
    return form


def _named(shelf: vault.Shelf) -> str:
    """The reward, its choice and its code: 商超购物卡 100 元 CD-8003-100."""
    return " ".join([spoken(shelf.names), *(spoken(one["value"]) for one in shelf.attributes), shelf.sku_code])


def _look(batch_id: int) -> dict[str, Any]:
    session = reading()
    shown = vault.batch(session, batch_id)
    found: Trial | None = None
    if shown.batch.open:
        found = trial(session, now(), batch=shown.batch, zone=zone(), seal=seal())
    return {
        "shown": shown,
        "batch": shown.batch,
        "shelf": vault.shelf_of(session, now(), shown.sku_code),
        "trial": found,
        "faulty": found.faults[:SHOWN] if found else shown.batch.faults[:SHOWN],
        "sample": found.good[:SAMPLE] if found else (),
        "column_names": NAMES,
        "fault_names": FAULTS,
        "masked": masked,
    }
