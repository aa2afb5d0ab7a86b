"""Rewards as rows of the spreadsheet, some hundred at a time: however many there are, it takes the same memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mall.catalog.models import Category, FreightTemplate, Item, Supplier
from mall.catalog.queries.at_once import around, many
from mall.catalog.queries.sheet_reader import categories_by_name
from mall.catalog.rules.sheets.known import Named, folded, names
from mall.catalog.rules.sheets.lines import Cells, Speaker, lines

CHUNK = 300


def codes_of(session: Session, fitting: Select[int]) -> list[str]:
    """The codes of rewards, in order: a hundred thousand of them take less than a file's first row costs to say."""
    return list(session.scalars(select(Item.code).where(Item.id.in_(fitting)).order_by(Item.code)))


def rows(session: Session, now: datetime, codes: Sequence[str], speaker: Speaker) -> Iterator[Cells]:
    """The rows of rewards in their order. No transaction stays open while what was given is taken."""
    for at in range(0, len(codes), CHUNK):
        some = codes[at : at + CHUNK]
        found = many(session, now, some, around(session), prices=True)
        session.rollback()
        for code in some:
            if (known := found.get(code)) is not None:
                prices = {slot: (plan.points, plan.cash_fen) for slot, plan in known.prices.items()}
                yield from lines(code, known.document, prices, speaker)


def speaker(session: Session, *, language: str, zone: str) -> Speaker:
    """How rewards are said: what has a name is called by it where nothing else has the same, else by its code."""
    shelves = {row.id: row for row in session.scalars(select(Category))}
    suppliers = session.execute(select(Supplier.code, Supplier.name)).all()
    templates = session.execute(select(FreightTemplate.code, FreightTemplate.name)).all()
    return Speaker(
        language=language,
        zone=ZoneInfo(zone),
        called={
            "category": _called(
                {row.code: _path(row, shelves, language) for row in shelves.values()}, categories_by_name(session)
            ),
            "supplier": _called(
                {row.code: row.name for row in suppliers}, names((row.code, [row.name]) for row in suppliers)
            ),
            "freight": _called(
                {row.code: row.name for row in templates}, names((row.code, [row.name]) for row in templates)
            ),
        },
    )


def _path(row: Category, shelves: Mapping[int, Category], language: str) -> str:
    name = row.names.get(language) or row.names.get("zh_Hans", "")
    return f"{_path(shelves[row.parent_id], shelves, language)} / {name}" if row.parent_id else name


def _called(called: Mapping[str, str], read: Named) -> dict[str, str]:
    return {code: name if read.get(folded(name)) == code else code for code, name in called.items()}
