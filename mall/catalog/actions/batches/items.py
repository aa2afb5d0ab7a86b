"""The rewards of a batch written all at once: items, SKUs with their first pieces, search terms, versions, prices, and
the audit log's entries. Whoever calls has the items locked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.base.ids import new_id
from mall.catalog.actions.batches.judged import Judged
from mall.catalog.actions.batches.noted import note_rows
from mall.catalog.actions.batches.prices import put_prices
from mall.catalog.actions.lying import first_warehouse
from mall.catalog.actions.plans import tell_items
from mall.catalog.actions.publish import former_version
from mall.catalog.actions.stock import begin_all
from mall.catalog.models import (
    NOT_FOR_EVERYBODY,
    Batch,
    Because,
    Delivery,
    Document,
    Item,
    ItemVersion,
    Kind,
    Reason,
    Sku,
    Term,
)
from mall.catalog.queries.at_once import Around
from mall.catalog.rules import costs, search
from mall.catalog.rules.bulk import of_prices, of_stock, searched
from mall.catalog.rules.document import NOW

_item, _sku, _term = (cast(Table, each.__table__) for each in (Item, Sku, Term))
_version = cast(Table, ItemVersion.__table__)
_FOUND_BY = select(_term.c.term, _term.c.item_id, _term.c.weight).where(bulk.among(_term.c.item_id, "items"))


class Written:
    """Where the rows of a chunk went: the id and version of each reward by its row's number, ids of SKUs by code."""

    def __init__(self, rows: Sequence[Judged], now: datetime) -> None:
        self.ids = {row.no: row.known.id if row.known else new_id(now) for row in rows}
        self.versions = {row.no: row.seen + 1 if row.says else 0 for row in rows}
        self.skus = {code: sku.id for row in rows if row.known for code, sku in row.known.skus.items()}


def put_items(session: Session, now: datetime, batch: Batch, rows: Sequence[Judged], about: Around) -> Written:
    """Write rows that are to be written, and give back where they went."""
    for row in rows:
        if row.document["shelved_at"] == NOW:
            row.document = row.document | {"shelved_at": now.isoformat()}
            row.after["shelved_at"] = now.isoformat()
    done = Written(rows, now)
    saying = [row for row in rows if row.says]
    new = [row for row in saying if row.known is None]
    bulk.add(session, _item, [{**_columns(row, done, about), **_begun(row, now)} for row in new])
    bulk.change(session, _item, ("id",), [_columns(row, done, about) for row in saying if row.known])
    _put_skus(session, now, batch, saying, done)
    noted = put_prices(session, now, batch, rows, done.skus)
    tell_items(session, now, [done.ids[row.no] for row in rows if _tells(row)])
    _index(session, saying, done, about)
    there = [row.known for row in saying if row.known is not None and row.known.version == 0]
    former = [former_version(known.id, known.document, known.created_at) for known in there]
    bulk.add(session, _version, [*former, *(_said(now, batch, row, done) for row in saying)])
    entries = [
        ("item.batch", f"item:{done.ids[row.no]}", {"version": done.versions[row.no], **_differs(row)})
        for row in saying
    ]
    entries += [("plan.batch", f"sku:{sku}", said) for sku, said in noted]
    note_rows(session, now, batch, entries)
    return done


def _columns(row: Judged, done: Written, about: Around) -> bulk.Row:
    says = row.document
    return {
        "id": done.ids[row.no],
        "category_id": about.category_ids[says["category"]],
        "kind": Kind(says["kind"]),
        "brand": says["brand"],
        "names": says["names"],
        "subtitles": says["subtitles"],
        "descriptions": says["descriptions"],
        "pictures": says["pictures"],
        "tags": says["tags"],
        "list_price_fen": says["list_price_fen"],
        "limit_per_dealer": says["limit_per_dealer"],
        "delivery": Delivery(says["delivery"]),
        "terms": says["terms"],
        "personal": int(says["personal"]),
        "freight_template_id": about.template_ids.get(says["freight_template"]),
        "supplier_id": about.supplier_ids.get(says["supplier"]),
        "shelved_at": _moment(says["shelved_at"]),
        "off_at": _moment(says["off_at"]),
        "version": done.versions[row.no],
    }


def _begun(row: Judged, now: datetime) -> bulk.Row:
    """What a new reward has besides; what everybody pays is told when its prices are written."""
    nobody = {"lowest_points": NOT_FOR_EVERYBODY, "highest_points": NOT_FOR_EVERYBODY, "lowest_cash_fen": 0}
    return {"code": row.code, "created_at": now, "pick_position": None, **nobody}


def _put_skus(session: Session, now: datetime, batch: Batch, rows: Sequence[Judged], done: Written) -> None:
    fresh: list[bulk.Row] = []
    changed: list[bulk.Row] = []
    pieces: dict[int, int] = {}
    shipped: set[int] = set()
    for row in rows:
        if row.known and not any(path == "skus" or path.startswith("skus/") for path in row.after):
            continue
        first = of_stock(row.after)
        for sku in _skus(row, now, agreed=batch.decided_by is not None):
            if "id" in sku:
                changed.append(sku)
                continue
            sku_id = done.skus[sku["code"]] = new_id(now)
            fresh.append({"id": sku_id, "item_id": done.ids[row.no], **sku})
            pieces[sku_id] = first.get(sku["code"], 0)
            shipped |= {sku_id} if row.document["kind"] == Kind.PHYSICAL else set()
    bulk.add(session, _sku, fresh)
    bulk.change(session, _sku, ("id",), changed)
    because = Because(Reason.OPENING, batch.no, batch.made_by)
    home = first_warehouse(session) if shipped and any(pieces.values()) else None
    for at, theirs in ((home, shipped), (None, set(pieces) - shipped)):
        begin_all(session, now, {sku: pieces[sku] for sku in pieces if sku in theirs}, because=because, warehouse_id=at)


def _skus(row: Judged, now: datetime, *, agreed: bool) -> Iterator[bulk.Row]:
    """The SKUs of a row as they will be: those that are there with their id. One no longer named is retired.

    A cost that is lowered by a batch to which a second person `agreed` is not held for it.
    """
    there = dict(row.known.skus) if row.known else {}
    for position, sku in enumerate(row.document["skus"]):
        known = there.pop(sku["code"], None)
        own = {"id": known.id} if known else {"code": sku["code"]}
        held_fen, held_until = _held(known, sku["cost_fen"], now, agreed=agreed) if known else (0, None)
        yield own | {
            "attributes": sku["attributes"],
            "cost_fen": sku["cost_fen"],
            "held_fen": held_fen,
            "held_until": held_until,
            "picture": sku["picture"] or None,
            "position": position,
            "retired_at": None,
        }
    for gone in there.values():
        yield {
            "id": gone.id,
            "attributes": gone.attributes,
            "cost_fen": gone.cost_fen,
            "held_fen": gone.held_fen,
            "held_until": gone.held_until,
            "picture": gone.picture,
            "position": gone.position,
            "retired_at": gone.retired_at or now,
        }


def _held(known: Any, becomes: int, now: datetime, *, agreed: bool) -> tuple[int, datetime | None]:
    if known.cost_fen == becomes:
        return known.held_fen, known.held_until
    rule = costs.agreed if agreed else costs.lowered
    return rule(known.cost_fen, becomes, known.held_fen, known.held_until, now)


def _tells(row: Judged) -> bool:
    """Whether what everybody pays may be another: a price changed, or there are other SKUs."""
    return row.known is None or "skus" in row.after or bool(of_prices(row.after))


def _index(session: Session, rows: Sequence[Judged], done: Written, about: Around) -> None:
    """Bring the search terms of rows up to what they say: only those that differ are written."""
    found = [row for row in rows if row.known is None or searched(row.after)]
    if not found:
        return
    there: dict[tuple[str, int], int] = {}
    known = [row.known.id for row in found if row.known]
    for term, item_id, weight in session.connection().execute(_FOUND_BY, {"items": known}) if known else ():
        there[term, item_id] = weight
    wanted = {
        (term, done.ids[row.no]): weight
        for row in found
        for term, weight in _terms(row.code, row.document, about).items()
    }
    gone = [key for key, weight in there.items() if wanted.get(key) != weight]
    bulk.remove(session, _term, [{"term": term, "item_id": item_id} for term, item_id in gone])
    bulk.add(session, _term, [_entry(key, weight) for key, weight in wanted.items() if there.get(key) != weight])


def _entry(key: tuple[str, int], weight: int) -> bulk.Row:
    return {"term": key[0], "item_id": key[1], "weight": weight}


def _terms(code: str, says: Document, about: Around) -> dict[str, int]:
    return search.of_item(
        names=says["names"].values(),
        brand=says["brand"],
        subtitles=says["subtitles"].values(),
        values=[text for sku in says["skus"] for one in sku["attributes"] for text in one["value"].values()],
        shelf=about.category_names.get(says["category"], {}).values(),
        codes=(code, *(sku["code"] for sku in says["skus"])),
    )


def _said(now: datetime, batch: Batch, row: Judged, done: Written) -> bulk.Row:
    return {
        "item_id": done.ids[row.no],
        "no": done.versions[row.no],
        "document": row.document,
        "draft_id": None,
        "note": f"{batch.no} {batch.note}".strip()[:200],
        "published_at": now,
        "published_by": batch.made_by,
    }


def _differs(row: Judged) -> dict[str, Any]:
    said = row.says
    return {
        "before": {path: row.before.get(path) for path in said},
        "after": {path: row.after[path] for path in said},
    }


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
