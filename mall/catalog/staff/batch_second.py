"""Batches that wait for a second person, for the page of all that does."""

from __future__ import annotations

from flask import Flask, url_for
from sqlalchemy import select

from mall.base.refused import N_
from mall.catalog.models import Batch, BatchState
from mall.catalog.queries.batches import sees
from mall.catalog.staff.batch_words import title
from mall.catalog.staff.desk import may_price
from mall.web import guards
from mall.web.db import reading
from mall.web.second import Waits, second_person


def install(app: Flask) -> None:
    """Put them there."""
    second_person(app, "batches", N_("批次"), may_price, _waiting)


def _waiting() -> list[Waits]:
    here = guards.staff()
    found = reading().scalars(select(Batch).where(Batch.state == BatchState.WAITING).order_by(Batch.id)).all()
    return [
        Waits(
            f"{title(batch)} {batch.no}",
            batch.made_by,
            batch.made_at,
            url_for("desk_catalog.batch", no=batch.no),
            batch.made_by == here.actor,
        )
        for batch in found
        if sees(here.scope, batch)
    ]
