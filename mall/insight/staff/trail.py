"""The audit trail of one object: who did what with it, for everybody whose work it belongs to.

The log as a whole is finance's; each page of the desk that shows an object says which one it is
(`{% set trail = "item:7" %}`), and the desk's frame links here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask, Response, current_app, request, url_for

from mall.base.places import id_from
from mall.base.refused import NotFound
from mall.catalog.queries.whose import supplier_of, theirs_since
from mall.dealers.models import StaffRole
from mall.insight.queries.traces import PAGE, Asked, traces
from mall.insight.staff.audit import BY, WITH
from mall.insight.staff.desk import desk_insight
from mall.insight.staff.details import told_of
from mall.web import guards
from mall.web.db import now, reading
from mall.web.forms import trimmed
from mall.web.pages import page

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
THEIRS: dict[StaffRole, frozenset[str]] = {
    StaffRole.MERCHANDISER: frozenset({
        "item", "draft", "sku", "category", "supplier", "freight", "warehouse", "stock_count", "announcement", "guide",
        "face", "picture", "batch", "edition", "edition_bounds", "search",
    }),
    StaffRole.FULFILMENT: frozenset({
        "order", "claim", "sku", "warehouse", "stock_count", "card_batch", "card_code", "top_up", "voucher",
    }),
    StaffRole.ACCOUNT_MANAGER: frozenset({"dealer", "correction", "document", "order", "claim"}),
}  # fmt: skip
"""By the first word of their subjects; finance and the administrator see all of it."""
SUPPLIERS = frozenset({"item", "draft", "sku"})
"""Of these a supplier's person sees those of the own rewards."""
EVERYTHING = (StaffRole.FINANCE, StaffRole.ADMINISTRATOR)


def install(app: Flask) -> None:
    """Let the desk's frame ask where an object's trail is."""
    app.jinja_env.globals["trail_of"] = trail_of


def trail_of(subject: str) -> str:
    """Where the trail of an object is; nothing where it is not for who is here."""
    return url_for("desk_insight.trail", of=subject) if subject and _theirs(subject) else ""


@desk_insight.get("/trail")
@guards.staff_required(*StaffRole, suppliers=True)
def trail() -> Response:
    """All that was ever done with one object, newest first; for a supplier's people since it is theirs."""
    subject = trimmed(request.args.get("of"))[:120]
    if not subject or not _theirs(subject) or not _of_own_supplier(subject):
        raise NotFound
    earlier = id_from(request.args.get("before", ""))
    asked = Asked(since=_since(subject), until=now() + timedelta(days=1), subject=subject)
    found = traces(reading(), asked, before=earlier)
    shown = found[:PAGE]
    return page(
        "insight/desk_trail.html",
        subject=subject,
        found=shown,
        onward=url_for("desk_insight.trail", of=subject, before=shown[-1].entry.id) if len(found) > PAGE else "",
        further=earlier is not None,
        acts=current_app.extensions["acts"],
        things=WITH,
        by=BY,
        told=told_of,
    )


def _theirs(subject: str) -> bool:
    here, kind = guards.staff(), subject.partition(":")[0]
    if here.supplier_id is not None:
        return kind in SUPPLIERS
    return here.role in EVERYTHING or kind in THEIRS.get(here.role, frozenset())


def _since(subject: str) -> datetime:
    """What was done with a reward while another supplier had it, and what it cost then, is not the next one's."""
    own = guards.staff().supplier_id is not None
    return (theirs_since(reading(), subject) if own else None) or BEGINNING


def _of_own_supplier(subject: str) -> bool:
    here = guards.staff()
    return here.supplier_id is None or supplier_of(reading(), subject) == here.supplier_id
