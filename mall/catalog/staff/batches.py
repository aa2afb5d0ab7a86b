"""Batches on the desk: the list, one with what becomes of each reward, what is decided of it, its result as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_, NotFound, Refused
from mall.catalog.actions.batches import agree, confirm, drop, set_limit, undo
from mall.catalog.actions.batches.check import limit
from mall.catalog.models import BATCH_KINDS, BATCH_STATES, OUTCOMES, Batch, BatchKind, BatchState, Outcome
from mall.catalog.queries import batches as found
from mall.catalog.staff.batch_words import asked_for, parts_of, title, told_of
from mall.catalog.staff.desk import GROUP, MAY_PRICE, desk_catalog, may_price, signed, zone
from mall.dealers.models import StaffRole
from mall.dealers.queries.people import staff_names
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import whole
from mall.web.lists import Column, DeskList, keep
from mall.web.locale import spoken
from mall.web.pages import desk_link, go, page, refused
from mall.web.spreadsheet import Is, Value
from mall.web.tables import Heading, Table, workbook

ACTS: dict[str, str] = {
    "batch.begin": N_("新建批次"),
    "batch.confirm": N_("提交复核"),
    "batch.run": N_("执行批次"),
    "batch.done": N_("批次完成"),
    "batch.drop": N_("放弃批次"),
    "batch.undo": N_("撤销批次"),
    "batch.limit": N_("改批量调价复核线"),
    "item.batch": N_("批量修改"),
    "plan.batch": N_("批量调价"),
}
BATCHES = DeskList(
    "batches",
    "desk_catalog.batches",
    ("state", "kind", "mine"),
    (
        Column("batch", N_("批次"), fixed=True),
        Column("state", N_("状态")),
        Column("counts", N_("结果")),
        Column("maker", N_("谁建的")),
        Column("checker", N_("谁复核"), usual=False),
        Column("made", N_("时间")),
        Column("note", N_("备注"), usual=False),
    ),
)
ROW_PAGES = {"prices": "desk_catalog.price", "levels": "desk_stock.sku"}
"""Where the rows of a batch of SKUs lead."""
SHOWN = 2_000
"""The last page of rows that an address may ask for."""


def install(app: Flask) -> None:
    """Put batches on the desk's side; how many wait for somebody is counted there."""
    desk_link(app, GROUP, "batches", "/desk/batches", "list-checks", N_("批次"), may_price)
    keep(app, BATCHES)


@desk_catalog.get("/batches")
@guards.staff_required(*MAY_PRICE)
def batches() -> Response:
    """Batches, the newest first: those that wait, those under way, those that are done."""
    return page("catalog/desk_batches.html", refusal=None, **_list())


@desk_catalog.post("/batches/limit")
@guards.staff_required(StaffRole.ADMINISTRATOR)
def limit_batches() -> Response:
    """Set how much prices may change before a second person is asked."""
    weight, seen = whole(request.form.get("weight", "")), whole(request.form.get("seen", ""))
    try:
        transact(set_limit, weight=-1 if weight is None else weight, seen=seen or 0, **signed())
    except Refused as refusal:
        return refused("catalog/desk_batches.html", refusal=refusal, **_list())
    return go(url_for("desk_catalog.batches"), _("复核线已改。"))


@desk_catalog.get("/batches/<no>")
@guards.staff_required(*MAY_PRICE)
def batch(no: str) -> Response:
    """One batch: what was asked, what becomes of each reward, and what can be decided. It asks again while it moves."""
    return page("catalog/desk_batch.html", "catalog/_desk_batch.html", refusal=None, **_look(no))


@desk_catalog.post("/batches/<no>/confirmation")
@guards.staff_required(*MAY_PRICE)
def confirm_batch(no: str) -> Response:
    """Have it written, or ask a second person."""
    return _done(confirm, no, _("已开始执行。"))


@desk_catalog.post("/batches/<no>/agreement")
@guards.staff_required(*MAY_PRICE)
def agree_batch(no: str) -> Response:
    """Agree as the second person."""
    return _done(agree, no, _("已同意，开始执行。"))


@desk_catalog.post("/batches/<no>/dropping")
@guards.staff_required(*MAY_PRICE)
def drop_batch(no: str) -> Response:
    """Give it up, or as the second person not agree."""
    return _done(drop, no, _("批次已放弃，什么都没有改变。"), role=guards.staff().role)


@desk_catalog.post("/batches/<no>/undoing")
@guards.staff_required(*MAY_PRICE)
def undo_batch(no: str) -> Response:
    """Begin the batch that takes it back."""
    return _done(undo, no, _("先试运行撤销：没人动过的才会改回去。"), zone=zone())


@desk_catalog.get("/batches/<no>/result.xlsx")
@guards.staff_required(*MAY_PRICE)
def batch_result(no: str) -> Response:
    """All rows with what became of them, or will."""
    session = reading()
    one = found.batch(session, no, guards.staff().scope)
    return workbook(one.no, [_result(one)], at=now())


def _done(verb: Callable[..., Batch], no: str, said: str, **more: Any) -> Response:
    try:
        after = transact(verb, no=no, **more, **signed())
    except NotFound:
        raise
    except Refused as refusal:
        return refused("catalog/desk_batch.html", "catalog/_desk_batch.html", refusal=refusal, **_look(no))
    if after.moving:
        current_app.extensions["wake"]("batches")
    return go(url_for("desk_catalog.batch", no=after.no), _("已提交，等另一个人复核。") if after.waiting else said)


def _list() -> dict[str, Any]:
    session, here = reading(), guards.staff()
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    mine = request.args.get("mine") == "1"
    asked = {
        "state": state if state in set(BatchState) else "",
        "kind": kind if kind in set(BatchKind) else "",
        "mine": "1" if mine else "",
    }
    look = BATCHES.look(asked)
    listed = found.batches(
        session,
        scope=here.scope,
        state=BatchState(asked["state"]) if asked["state"] else None,
        kind=BatchKind(asked["kind"]) if asked["kind"] else None,
        by=here.actor if mine else "",
        page=look.page,
        size=look.size,
    )
    return {
        "look": look,
        "found": listed,
        "asked": asked,
        "standings": found.standings(session, here.scope),
        "states": BATCH_STATES,
        "kinds": BATCH_KINDS,
        "title": title,
        "names": staff_names(session, (who for row in listed.rows for who in (row.made_by, row.decided_by))),
        "limit": limit(session),
        "may_limit": here.is_one_of(StaffRole.ADMINISTRATOR) and here.scope.whole,
    }


def _look(no: str) -> dict[str, Any]:
    session, here = reading(), guards.staff()
    one = found.batch(session, no, here.scope)
    outcome = request.args.get("rows", "")
    shown = Outcome(outcome) if outcome in set(Outcome) else None
    number = min(max(whole(request.args.get("page", "1")) or 1, 1), SHOWN)
    rows = found.rows(session, one, outcome=shown, page=number)
    named = found.named(session)
    file = found.file_of(session, one)
    undoes, undone_by = found.around(session, one)
    told = [word["params"].get("who", "") for row in rows.rows for word in row.told]
    names = staff_names(session, [one.made_by, one.decided_by, *told])
    return {
        "batch": one,
        "rows": rows,
        "left": found.left_to_write(session, one) if one.running else 0,
        "shown": outcome if shown else "",
        "number": number,
        "numbered": lambda n: url_for("desk_catalog.batch", no=no, rows=outcome or None, page=n if n > 1 else None),
        "self_url": url_for("desk_catalog.batch", no=no, rows=outcome or None, page=number if number > 1 else None),
        "asked": asked_for(one, named),
        "parts": lambda row: list(parts_of(row.before, row.after, named)),
        "told": lambda words: told_of(words, names),
        "names": names,
        "file": file,
        "undoes": undoes,
        "undone_by": undone_by,
        "title": title(one),
        "row_url": lambda row: url_for(ROW_PAGES.get(one.sheet, "desk_catalog.item"), code=row.code),
        "mine": one.made_by == here.actor,
        "may_drop": found.may_drop(one, here.actor, here.role),
        "states": BATCH_STATES,
        "kinds": BATCH_KINDS,
        "outcomes": OUTCOMES,
        "failed_file": _failed_file(one) if file and file.kept else "",
    }


def _failed_file(one: Batch) -> str:
    """Where the rows of its file that failed can be had as a file again; nothing where there are none."""
    endpoint = "desk_catalog.sheet_failed"
    if one.kind is not BatchKind.IMPORT or not one.failed or endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, no=one.no, ext="xlsx")


def _result(one: Batch) -> Table:
    session = reading()
    named = found.named(session)
    headings = [
        Heading(text=_("行"), holds=Is.POINTS, width=8),
        Heading(text=_("货号"), width=20),
        Heading(text=_("名称"), width=28),
        Heading(text=_("结果"), width=10),
        Heading(text=_("说明"), width=40),
        Heading(text=_("改了什么"), width=60),
        Heading(text=_("版本"), holds=Is.POINTS, width=8),
    ]
    return Table(name=one.no, headings=headings, rows=_result_rows(one, named))


def _result_rows(one: Batch, named: found.Named) -> Iterator[list[Value]]:
    session, names = reading(), dict[str, str]()
    for row in found.all_rows(session, one.id):
        strangers = {who for words in row.told if (who := words["params"].get("who", "")) and who not in names}
        names |= {who: who for who in strangers} | staff_names(session, strangers)
        told = [told_of(words, names) for words in row.told]
        parts = [f"{part.name}{_('：')}{part.before} → {part.after}" for part in parts_of(row.before, row.after, named)]
        outcome = _(OUTCOMES[row.outcome]) if row.outcome else ""
        changed = _("；").join(parts)[:30_000] if row.outcome not in (Outcome.ERROR, Outcome.SKIP) else ""
        yield [row.no, row.code, spoken(row.names or {}), outcome, _("；").join(told), changed, row.version or None]
