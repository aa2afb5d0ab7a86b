"""The administrators' page of the brand's people, and what each looks after: all of it, a region, a supplier."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mall.base.refused import N_, NotFound, Refused
from mall.catalog.models import Supplier
from mall.catalog.staff.desk import desk_catalog
from mall.dealers.actions import set_scope
from mall.dealers.models import WHOLE, Scope, StaffRole
from mall.dealers.queries.people import StaffShown, everybody, one_of_staff
from mall.dealers.queries.seen_as import regions
from mall.points.queries.corrections import traces
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.forms import trimmed
from mall.web.pages import desk_link, go, page, refused

MAY_GIVE = (StaffRole.ADMINISTRATOR,)
ONE = "catalog/desk_person.html"
REGION, SUPPLIER = "region:", "supplier:"


def install(app: Flask) -> None:
    """Put people on the desk's side."""
    desk_link(app, N_("系统"), "people", "/desk/people", "user-round-cog", N_("员工与权限"), _may_give)


def _may_give() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_GIVE)


@desk_catalog.get("/people")
@guards.staff_required(*MAY_GIVE)
def people() -> Response:
    """Everybody who works for the brand, with role and scope."""
    names = _suppliers()
    return page("catalog/desk_people.html", people=[(one, _told(one.scope, names)) for one in everybody(reading())])


@desk_catalog.get("/people/<int:number>")
@guards.staff_required(*MAY_GIVE)
def person(number: int) -> Response:
    """One person, what they look after, and what was done to them."""
    return page(ONE, refusal=None, **_look(one_of_staff(reading(), number)))


@desk_catalog.post("/people/<int:number>/scope")
@guards.staff_required(*MAY_GIVE)
def give_scope(number: int) -> Response:
    """Narrow what a person looks after, or widen it."""
    one = one_of_staff(reading(), number)
    scope, seen = _scope(trimmed(request.form.get("scope"))), _scope(trimmed(request.form.get("seen")))
    if scope is None or seen is None:
        return refused(ONE, **_look(one) | {"error": _("请从列表中选择")})
    try:
        said: dict[str, Any] = {"staff_id": number, "scope": scope, "seen": seen}
        transact(set_scope, **said, by=guards.staff().staff_id, address=request.remote_addr or "")
    except NotFound:
        raise
    except Refused as refusal:
        return refused(ONE, refusal=refusal, **_look(one_of_staff(reading(), number)))
    return go(url_for("desk_catalog.person", number=number), _("数据权限已保存，对方打开下一页时生效。"))


def _look(one: StaffShown) -> dict[str, Any]:
    session, names = reading(), _suppliers()
    return {
        "one": one,
        "told": _told(one.scope, names),
        "chosen": _word(one.scope, names),
        "regions": [(REGION + name, name.replace("/", " ")) for name in _with(regions(session), one.scope.region)],
        "suppliers": [(SUPPLIER + code, f"{name} {code}") for code, name in names.values()],
        "traces": traces(session, f"staff:{one.id}"),
        "acts_named": current_app.extensions["acts"],
        "error": "",
    }


def _with(known: list[str], region: str) -> list[str]:
    """The regions that dealers are in, and the person's own where no dealer is left in it."""
    return sorted({*known, region} - {""})


def _suppliers() -> dict[int, tuple[str, str]]:
    rows = reading().execute(select(Supplier.id, Supplier.code, Supplier.name).order_by(Supplier.name))
    return {row.id: (row.code, row.name) for row in rows}


def _scope(word: str) -> Scope | None:
    """What was chosen: `region:华东`, `supplier:SUP-1`, or nothing for the whole brand; none where there is no such."""
    if not word:
        return WHOLE
    if word.startswith(REGION):
        region = word.removeprefix(REGION)
        known = {*regions(reading()), *(one.scope.region for one in everybody(reading()))}
        return Scope(region) if region in known - {""} else None
    code = word.removeprefix(SUPPLIER)
    found = reading().scalar(select(Supplier.id).where(Supplier.code == code)) if word.startswith(SUPPLIER) else None
    return Scope("", found) if found is not None else None


def _word(scope: Scope, names: dict[int, tuple[str, str]]) -> str:
    if scope.supplier_id is not None:
        return SUPPLIER + names[scope.supplier_id][0]
    return REGION + scope.region if scope.region else ""


def _told(scope: Scope, names: dict[int, tuple[str, str]]) -> str:
    if scope.supplier_id is not None:
        return str(_("供应商 %(name)s", name=names[scope.supplier_id][1]))
    return scope.region.replace("/", " ") if scope.region else str(_("全品牌"))
