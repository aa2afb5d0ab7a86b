"""The desk's suppliers: their admission, by when it is looked at again, and their quality files."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from werkzeug.http import dump_options_header

from mall.base.refused import N_, NotFound, Refused
from mall.base.time import civil_day
from mall.catalog.actions.suppliers import SupplierToPut, keep_file, open_file, put_supplier, remove_file
from mall.catalog.models import ADMISSIONS, MOST_FILES, Admission, Supplier
from mall.catalog.queries import suppliers as queries
from mall.catalog.rules.checks import CODE
from mall.catalog.rules.papers import MOST_BYTES
from mall.catalog.staff.desk import GROUP, MAY_PRICE, desk_catalog, may_price, signed, zone
from mall.points.queries.corrections import traces
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed, whole
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import desk_link, go, page, refused

BODY = MOST_BYTES + 256 * 1024
ONE = "catalog/desk_supplier.html"
SUPPLIERS = DeskList(
    "suppliers",
    "desk_catalog.suppliers",
    ("q", "state", "review"),
    (
        Column("supplier", N_("供应商"), fixed=True, sort="name"),
        Column("admission", N_("准入")),
        Column("admitted", N_("准入日期"), sort="admitted"),
        Column("review", N_("下次复审"), sort="review"),
        Column("files", N_("质量文件"), end=True),
        Column("items", N_("礼品"), end=True),
        Column("changed", N_("最后修改"), usual=False),
    ),
)
ACTS: dict[str, str] = {
    "supplier.put": N_("修改供应商"),
    "supplier.file": N_("上传质量文件"),
    "supplier.look": N_("查看质量文件"),
    "supplier.file_out": N_("移除质量文件"),
}


def install(app: Flask) -> None:
    """Put suppliers on the desk's side."""
    desk_link(app, GROUP, "suppliers", "/desk/suppliers", "factory", N_("供应商"), may_price)
    keep(app, SUPPLIERS)


@desk_catalog.get("/suppliers")
@guards.staff_required(*MAY_PRICE)
def suppliers() -> Response:
    """All suppliers, or those of a state, found by name or code, or to be looked at again."""
    q, state = trimmed(request.args.get("q"))[:60], request.args.get("state", "")
    admission = Admission(state) if state in set(Admission) else None
    today, due = civil_day(now(), zone()), request.args.get("review") == "due"
    look = SUPPLIERS.look({"q": q, "state": state if admission else "", "review": "due" if due else ""})
    order: dict[str, Any] = {"sort": look.sort, "page": look.page, "size": look.size}
    return page(
        "catalog/desk_suppliers.html",
        look=look,
        found=queries.suppliers(reading(), q=q, admission=admission, due=today if due else None, **order),
        admissions=ADMISSIONS,
        today=today,
    )


@desk_catalog.get("/suppliers/new")
@guards.staff_required(*MAY_PRICE)
def new_supplier() -> Response:
    """An empty supplier, a candidate."""
    guards.staff().scope.must_be_whole()
    blank = dict.fromkeys(("code", "name", "admitted_on", "review_on", "notes"), "")
    return page(ONE, refusal=None, **_look(None, blank | {"admission": "candidate", "revision": "0"}))


@desk_catalog.get("/suppliers/<code>")
@guards.staff_required(*MAY_PRICE)
def supplier(code: str) -> Response:
    """One supplier with its files."""
    one = queries.supplier(reading(), code)
    return page(ONE, refusal=None, **_look(one, _typed(one)))


@desk_catalog.post("/suppliers")
@guards.staff_required(*MAY_PRICE)
def write_supplier() -> Response:
    """Write a supplier."""
    names = ("code", "name", "admission", "admitted_on", "review_on", "revision")
    typed = {name: trimmed(request.form.get(name))[:120] for name in names}
    typed["notes"] = (request.form.get("notes") or "").replace("\r\n", "\n").replace("\x00", "").strip()[:2000]
    revision = max(whole(typed["revision"]) or 0, 0)
    one = queries.supplier(reading(), typed["code"]) if revision else None
    errors: dict[str, str] = {}
    if not CODE.fullmatch(typed["code"]):
        errors["code"] = _("用字母、数字和连字符，最多 40 个")
    if not typed["name"]:
        errors["name"] = _("请填写名称")
    admission = Admission(typed["admission"]) if typed["admission"] in set(Admission) else Admission.CANDIDATE
    admitted_on = _day(typed, "admitted_on", errors)
    review_on = _day(typed, "review_on", errors)
    if admission is not Admission.CANDIDATE and admitted_on is None:
        errors.setdefault("admitted_on", _("准入过的供应商要填准入日期"))
    if errors:
        return refused(ONE, **_look(one, typed, errors))
    put = SupplierToPut(
        code=typed["code"],
        name=typed["name"],
        admission=admission,
        admitted_on=admitted_on,
        review_on=review_on,
        notes=typed["notes"],
    )
    try:
        transact(put_supplier, put=put, revision=revision, **signed())
    except Refused as refusal:
        return refused(ONE, refusal=refusal, **_look(one, typed))
    return go(url_for("desk_catalog.supplier", code=put.code), _("供应商已保存。"))


@desk_catalog.post("/suppliers/<code>/files")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def add_file(code: str) -> Response:
    """Keep a quality file."""
    one, came = queries.supplier(reading(), code), request.files.get("file")
    data = came.stream.read(MOST_BYTES + 1) if came and came.filename else b""
    wrong = "" if data else _("请选择文件")
    if len(data) > MOST_BYTES:
        wrong = _("文件最大 8 MB")
    if wrong or came is None:
        return refused(ONE, **_look(one, _typed(one), {"file": wrong}))
    name = trimmed(came.filename)[-120:]
    try:
        transact(keep_file, code=code, name=name, data=data, seal=current_app.extensions["seal"], **signed())
    except NotFound:
        raise
    except Refused as refusal:
        return refused(ONE, refusal=refusal, **_look(one, _typed(one)))
    return go(url_for("desk_catalog.supplier", code=code), _("文件已加密保存。"))


@desk_catalog.post("/suppliers/<code>/files/<int:file_id>")
@guards.staff_required(*MAY_PRICE)
def look_at_file(code: str, file_id: int) -> Response:
    """Hand a quality file out; that it was looked at is written down."""
    seal = current_app.extensions["seal"]
    name, media_type, data = transact(open_file, code=code, file_id=file_id, seal=seal, **signed())
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@desk_catalog.post("/suppliers/<code>/files/<int:file_id>/removal")
@guards.staff_required(*MAY_PRICE)
def take_file_out(code: str, file_id: int) -> Response:
    """Take a quality file out of sight."""
    transact(remove_file, code=code, file_id=file_id, **signed())
    return go(url_for("desk_catalog.supplier", code=code), _("文件已移除。"))


def _look(one: Supplier | None, typed: dict[str, str], errors: dict[str, str] | None = None) -> dict[str, Any]:
    session = reading()
    return {
        "one": one,
        "typed": typed,
        "errors": errors or {},
        "files": queries.files(session, one.id) if one else [],
        "traces": traces(session, f"supplier:{one.id}") if one else [],
        "acts": ACTS,
        "admissions": [(each.value, _(name)) for each, name in ADMISSIONS.items()],
        "most_files": MOST_FILES,
        "today": civil_day(now(), zone()),
    }


def _typed(one: Supplier) -> dict[str, str]:
    return {
        "code": one.code,
        "name": one.name,
        "admission": one.admission.value,
        "admitted_on": one.admitted_on.isoformat() if one.admitted_on else "",
        "review_on": one.review_on.isoformat() if one.review_on else "",
        "notes": one.notes,
        "revision": str(one.revision),
    }


def _day(typed: dict[str, str], name: str, errors: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(typed[name]) if typed[name] else None
    except ValueError:
        errors[name] = _("请填写日期")
        return None
